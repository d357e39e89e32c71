"""RFB messages written by hand from RFC 6143; nothing is shared with the dissector."""

from __future__ import annotations

VERSION = b"RFB 003.008\n"
INIT = bytes(20) + b"\0\0\0\x0a" + b"CT console"
TALK = [
    ("server", VERSION),
    ("client", VERSION),
    ("server", b"\x02\x02\x10"),
    ("client", b"\x02"),
    ("server", bytes(range(16))),
    ("client", bytes(16)),
    ("server", bytes(4)),
    ("client", b"\x01"),
    ("server", INIT),
]
TALK_OPEN = [
    ("server", VERSION),
    ("client", VERSION),
    ("server", b"\x01\x01"),
    ("client", b"\x01"),
    ("server", bytes(4) + INIT),
]
