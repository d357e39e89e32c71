"""ARP messages written by hand from RFC 826 and RFC 5227; nothing is shared with the dissector."""

from __future__ import annotations

HEAD = bytes.fromhex("0001 0800 06 04")
REQUEST = HEAD + bytes.fromhex("0001 00005e005341 c0000229 000000000000 c000022a")
REPLY = HEAD + bytes.fromhex("0002 00005e005342 c000022a 00005e005341 c0000229")
PROBE = HEAD + bytes.fromhex("0001 00005e005343 00000000 000000000000 c000022b")
ANNOUNCEMENT = HEAD + bytes.fromhex("0001 00005e005343 c000022b 000000000000 c000022b")
