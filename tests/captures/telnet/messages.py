"""A Telnet conversation written by hand from RFC 854; nothing is shared with the dissector."""

from __future__ import annotations

TALK = [
    ("server", bytes.fromhex("fffd18fffd20fffb01")),
    ("client", bytes.fromhex("fffb18fffc20fffd01")),
    ("client", bytes.fromhex("fffa1800") + b"XTERM" + bytes.fromhex("fff0")),
    ("server", b"\r\nMoxa NPort 5110  Serial 1234\r\n\r\nlogin: "),
    ("client", b"house\r\n"),
    ("server", b"Password: "),
    ("client", b"vicodin\r\n"),
]
