"""Nouns of place: zones, the conduits between them, where a device was put, and what was done to contain it."""
