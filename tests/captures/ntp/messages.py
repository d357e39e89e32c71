"""NTP messages written by hand from RFC 5905; nothing is shared with the dissector."""

from __future__ import annotations

#: Version 4, client.
REQUEST = b"\x23\x00\x06\xec" + bytes(36) + bytes.fromhex("e9a0b0c000000000")
#: Version 4, server, stratum 2.
ANSWER = b"\x24\x02\x06\xec" + bytes(8) + b"\xc0\x00\x02\x01" + bytes.fromhex("e9a0b0c100000000") * 4
#: Version 2, mode 6, an answer to "read variables" without any.
CONTROL = b"\x16\x82\x00\x01" + bytes(8)
