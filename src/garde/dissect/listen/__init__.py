"""Listeners: what threats are recognised by, heard in payloads beside the dissectors.

A dissector reads the few payloads that say what a device is, and stops; a listener follows a flow to its end and yields
signals. They run only where threats are looked for, so that an inventory costs what it did.
"""
