"""DHCP messages written by hand from RFC 2131 and RFC 2132; nothing is shared with the dissector."""

from __future__ import annotations


def message(
    operation: int, mac: str, options: bytes, *, given: str = "", relay: str = "", name: bytes = b"", file: bytes = b""
) -> bytes:
    """The fixed part, the cookie, the options and their end."""
    yours, giaddr = (bytes(map(int, text.split("."))) if text else bytes(4) for text in (given, relay))
    head = bytes([operation, 1, 6, 0]) + b"\x12\x34\x56\x78" + bytes(8) + yours + bytes(4) + giaddr
    station = bytes.fromhex(mac.replace(":", "")).ljust(16, b"\0")
    return head + station + name.ljust(64, b"\0") + file.ljust(128, b"\0") + b"\x63\x82\x53\x63" + options + b"\xff"


def option(code: int, value: bytes) -> bytes:
    """Code, length, value."""
    return bytes([code, len(value)]) + value


MONITOR, PUMP = "00:09:fb:01:02:03", "00:09:fb:01:02:04"
ASKED = option(55, bytes([1, 3, 6, 15, 28, 42]))
OURS = (
    option(61, b"\x01" + bytes.fromhex("0009fb010203"))
    + option(12, b"MON-3B-12")
    + option(60, b"ACME-Monitor 4.1")
    + option(77, b"\x04beds")
    + option(81, b"\x04\0\0\x09mon-3b-12\x03chu\x07example\0")
    + ASKED
)
DISCOVER = message(1, MONITOR, option(53, b"\x01") + OURS)
OFFER = message(2, MONITOR, option(53, b"\x02") + option(54, b"\xc0\x00\x02\x01"), given="192.0.2.77")
REQUEST = message(
    1, MONITOR, option(53, b"\x03") + option(50, b"\xc0\x00\x02\x4d") + option(54, b"\xc0\x00\x02\x01") + OURS
)
ACK = message(2, MONITOR, option(53, b"\x05") + option(54, b"\xc0\x00\x02\x01"), given="192.0.2.77")
RELAYED = message(1, PUMP, option(53, b"\x03") + option(12, b"PUMP-7") + ASKED, relay="198.51.100.1")
RELAYED_ACK = message(
    2, PUMP, option(53, b"\x05") + option(54, b"\xcb\x00\x71\x05"), given="198.51.100.40", relay="198.51.100.1"
)
#: Options 12 in file and 60 in sname.
OVERLOAD = message(
    1,
    "00:09:fb:01:02:05",
    option(53, b"\x01") + option(52, b"\x03") + ASKED,
    file=option(12, b"OVER") + b"\xff",
    name=option(60, b"FLOW") + b"\xff",
)
