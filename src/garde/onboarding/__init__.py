"""Beside the RADIUS server: its configuration, the endpoint it asks, the file it falls back on, its journal.

Question: how does FreeRADIUS let Garde decide, and what happens while Garde is down?
Reference: issue 4 part 4. What is decided is in `garde.zones.place`, which this package does not know: the composition
root hands it in.
"""
