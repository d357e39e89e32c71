"""Risk: how critical a device is, how vulnerable, and what would lower both. Bytes and records in, records out."""
