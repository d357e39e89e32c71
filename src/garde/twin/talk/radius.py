"""RADIUS: a switch asks whether a station may come in, and accounts for it.

Question: what do switches tell the RADIUS server about the stations behind their ports?
Reference: RFC 2865 §5 (attributes), RFC 2866 (accounting), RFC 3579 §3.2, RFC 3580 (802.1X use).

Example:
    >>> attribute(1, b"bob").hex()
    '0105626f62'
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from random import Random
from typing import Final

from garde.twin.frames import datagram, packed
from garde.twin.station import Station
from garde.twin.tcp import MILLI, Frame

_SECRET: Final = b"secret partage du jumeau"


def attribute(code: int, value: bytes) -> bytes:
    """One attribute (RFC 2865 §5)."""
    return bytes((code, len(value) + 2)) + value


def bypass(
    switch: Station, server: Station, station: Station, port: int, vlan: int, at: int, rng: Random
) -> Iterator[Frame]:
    """MAC authentication bypass: Access-Request with the MAC as name, Access-Accept with a VLAN (RFC 3580 §3.31)."""
    number, here = rng.getrandbits(8), switch.port()
    mac = station.mac.hex("-").upper()
    body = (
        attribute(1, station.mac.hex().encode())
        + attribute(4, packed(switch.ip))
        + attribute(5, struct.pack("!I", port))
        + attribute(6, struct.pack("!I", 10))
        + attribute(30, switch.mac.hex("-").upper().encode())
        + attribute(31, mac.encode())
        + attribute(32, switch.name.encode())
        + attribute(61, struct.pack("!I", 15))
        + attribute(87, f"GigabitEthernet1/0/{port}".encode())
    )
    request = _packet(1, number, rng.randbytes(16), body)
    yield at, datagram(switch, server, here, 1812, request)
    body = (
        attribute(64, struct.pack("!I", 13)) + attribute(65, struct.pack("!I", 6)) + attribute(81, str(vlan).encode())
    )
    head = struct.pack("!BBH", 2, number, 20 + len(body))
    digest = hashlib.md5(head + request[4:20] + body + _SECRET, usedforsecurity=False).digest()
    yield at + 20 * MILLI, datagram(server, switch, 1812, here, head + digest + body)


def _packet(code: int, number: int, authenticator: bytes, body: bytes) -> bytes:
    body += attribute(80, bytes(16))
    head = struct.pack("!BBH", code, number, 20 + len(body)) + authenticator
    return head + body[:-16] + hmac.new(_SECRET, head + body, "md5").digest()
