"""Garde: one trustworthy record per connected medical device of a hospital, from its first packet to its disposal."""

__version__ = "0.1.0"
