"""DHCPv6 messages written by hand from RFC 8415; nothing is shared with the dissector."""

from __future__ import annotations


def option(code: int, value: bytes) -> bytes:
    """Code, length, value."""
    return code.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


#: DUID-LLT on Ethernet, and DUID-LL.
DUID = option(1, bytes.fromhex("0001 0001 2c000000 0009fb010203"))
DUID_LL = option(1, bytes.fromhex("0003 0001 0009fb010204"))
ADDRESS = option(
    3, bytes(12) + option(5, bytes.fromhex("20010db8000000000000000000000077") + bytes.fromhex("0000012c00000258"))
)
SOLICIT = (
    b"\x01\x12\x34\x56"
    + DUID
    + option(16, bytes.fromhex("00000137") + b"\x00\x08MSFT 5.0")
    + option(39, b"\x00\x06mon-3b\x03chu\x00")
    + option(6, bytes.fromhex("0011 0017 0018 0027"))
    + option(3, bytes(12))
)
REPLY = b"\x07\x12\x34\x56" + DUID + option(2, bytes.fromhex("0003 0001 00005e005301")) + ADDRESS
_ENDS = bytes.fromhex("20010db8000000000000000000000002fe800000000000000000000000000004")
RELAYED = b"\x0c\x00" + _ENDS + option(9, b"\x01\x12\x34\x57" + DUID_LL + option(6, b"\x00\x17"))
RELAYED_REPLY = b"\x0d\x00" + _ENDS + option(9, b"\x07\x12\x34\x57" + DUID_LL + ADDRESS)
