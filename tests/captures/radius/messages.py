"""RADIUS packets written by hand from RFC 2865, RFC 2866 and RFC 5176; nothing is shared with the dissector."""

from __future__ import annotations


def packet(code: int, *attributes: tuple[int, bytes]) -> bytes:
    """Code, identifier, length, authenticator, attributes."""
    data = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in attributes)
    return bytes([code, 9]) + (20 + len(data)).to_bytes(2, "big") + bytes(range(16)) + data


NAS = (4, b"\xc0\x00\x02\x29"), (32, b"sw-3b")
STATION = (31, b"00-09-FB-01-02-03")
PORT = (87, b"GigabitEthernet1/0/7")
REQUEST = packet(1, (1, b"marie.durand"), (2, bytes(16)), *NAS, STATION, PORT)
ACCEPT = packet(2, (25, b"class"))
ACCOUNTING = packet(4, (40, b"\x00\x00\x00\x01"), *NAS, STATION, PORT, (8, b"\xc0\x00\x02\x4d"))
CHANGE = packet(43, *NAS, STATION)
