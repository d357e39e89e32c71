"""Probes: one file per protocol; none opens a socket, reads a clock or waits by itself."""
