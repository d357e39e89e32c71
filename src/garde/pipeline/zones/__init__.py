"""Zones in the pipeline: what crosses them, how it is marked, and whether what was decided holds."""
