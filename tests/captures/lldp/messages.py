"""LLDP data units written by hand from IEEE 802.1AB-2016 and TIA-1057; nothing is shared with the dissector."""

from __future__ import annotations


def tlv(kind: int, value: bytes) -> bytes:
    """Type in 7 bits, length in 9, value."""
    return (kind << 9 | len(value)).to_bytes(2, "big") + value


MED = b"\x00\x12\xbb"
SWITCH = (
    tlv(1, b"\x04" + bytes.fromhex("00005e005340"))
    + tlv(2, b"\x05Gi1/0/7")
    + tlv(3, b"\x00\x78")
    + tlv(4, b"ward 3B, room 12")
    + tlv(5, b"sw-3b.chu.example")
    + tlv(6, b"ACME 2960 software 15.2")
    # Bridge and router, of which bridge is enabled.
    + tlv(7, b"\x00\x14\x00\x04")
    + tlv(8, b"\x05\x01\xc0\x00\x02\x28" + b"\x02\x00\x00\x00\x01" + b"\x00")
    + tlv(127, b"\x00\x80\xc2\x01\x00\x78")
    + tlv(0, b"")
)
PHONE = (
    tlv(1, b"\x05\x01\xc0\x00\x02\x2a")
    + tlv(2, b"\x03" + bytes.fromhex("00005e005342"))
    + tlv(3, b"\x00\x78")
    + tlv(127, MED + b"\x01\x00\x33\x03")
    + tlv(127, MED + b"\x05rev 2")
    + tlv(127, MED + b"\x06boot 1.4")
    + tlv(127, MED + b"\x0711.7.1")
    + tlv(127, MED + b"\x08FCH1234ABCD")
    + tlv(127, MED + b"\x09ACME Phones")
    + tlv(127, MED + b"\x0aCP-8845")
    + tlv(127, MED + b"\x0bINV-0042")
    + tlv(0, b"")
)
