"""NetBIOS messages written by hand from RFC 1002 and MS-BRWS; nothing is shared with the dissector."""

from __future__ import annotations

import struct

from tests.captures.dns.messages import message, record


def encoded(text: str, suffix: int) -> bytes:
    """First-level encoding (RFC 1001 §14.1): sixteen octets as thirty-two letters, one label."""
    raw = text.encode().ljust(15, b" ") + bytes([suffix])
    return b"\x20" + bytes(65 + half for octet in raw for half in (octet >> 4, octet & 15)) + b"\0"


def named(text: str, suffix: int, kind: int = 32) -> bytes:
    """A question."""
    return encoded(text, suffix) + struct.pack(">HH", kind, 1)


ADDRESS = b"\0\0\xc0\x00\x02\x29"
REGISTRATION = message(0x2910, [named("CT01", 0)], [], [record(b"\xc0\x0c", 32, ADDRESS)])
QUERY = message(0x0110, [named("CT01", 0x20)])
ANSWER = message(0x8580, [], [record(encoded("CT01", 0x20), 32, ADDRESS)])
STATUS_QUERY = message(0x0000, [b"\x20CK" + b"A" * 30 + b"\0" + struct.pack(">HH", 33, 1)])
_NAMES = b"".join(
    text.ljust(15, b" ") + bytes([suffix]) + struct.pack(">H", flags)
    for text, suffix, flags in ((b"CT01", 0, 0x0400), (b"IMAGERIE", 0, 0x8400), (b"CT01", 0x20, 0x0400))
)
STATUS = message(
    0x8400,
    [],
    [record(b"\x20CK" + b"A" * 30 + b"\0", 33, b"\x03" + _NAMES + bytes.fromhex("00005e005341") + bytes(40))],
)
_BROWSE = (
    b"\x01\x00"
    + struct.pack("<I", 720_000)
    + b"CT01".ljust(16, b"\0")
    + b"\x06\x01"
    + struct.pack("<I", 0x0000_1003)
    + b"\x0f\x01\x55\xaa"
    + b"Console scanner\0"
)
_SMB = b"\xffSMB\x25" + bytes(27) + b"\x11" + bytes(34) + struct.pack("<H", 17 + len(_BROWSE))
_MAILSLOT = _SMB + b"\\MAILSLOT\\BROWSE\0" + _BROWSE
_ENDS = encoded("CT01", 0) + encoded("IMAGERIE", 0x1D)
ANNOUNCEMENT = (
    b"\x11\x02\x80\x01\xc0\x00\x02\x29\x00\x8a" + struct.pack(">HH", len(_ENDS) + len(_MAILSLOT), 0) + _ENDS + _MAILSLOT
)
