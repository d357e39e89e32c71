"""A CDP packet written by hand; nothing is shared with the dissector."""

from __future__ import annotations


def tlv(kind: int, value: bytes) -> bytes:
    """Type, length of the whole, value."""
    return kind.to_bytes(2, "big") + (len(value) + 4).to_bytes(2, "big") + value


SWITCH = (
    b"\x02\xb4\x00\x00"
    + tlv(1, b"sw-3b.chu.example")
    + tlv(2, bytes.fromhex("00000001 01 01 cc 0004 c0000229"))
    + tlv(3, b"GigabitEthernet1/0/7")
    + tlv(4, b"\x00\x00\x00\x29")
    + tlv(5, b"IOS Software, Version 15.2(2)E6")
    + tlv(6, b"cisco WS-C2960X-24PS-L")
    + tlv(10, b"\x00\x78")
)
