"""DHCP: how a station gets its address, with the options and their order of its system.

Question: what do DISCOVER, OFFER, REQUEST and ACK look like, and what is said when a lease is given back?
Reference: RFC 2131, RFC 2132 (options), RFC 4702 (FQDN, 81), RFC 8415 (DHCPv6: solicit, information request).

Example:
    >>> option(53, b"\\x01").hex()
    '350101'
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from random import Random
from typing import Final

from garde.twin.frames import BROADCAST, IPV4, UDP, ethernet, ipv4, multicast, packed, udp
from garde.twin.hospital import DOMAIN
from garde.twin.station import Station
from garde.twin.tcp import MILLI, Frame

_HEAD: Final = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")
_COOKIE: Final = bytes.fromhex("63825363")
_NOBODY: Final = bytes(4)


def option(code: int, value: bytes) -> bytes:
    """One option (RFC 2132 §2)."""
    return bytes((code, len(value))) + value


def _message(
    reply: bool,
    number: int,
    mac: bytes,
    options: bytes,
    *,
    client: bytes = _NOBODY,
    yours: bytes = _NOBODY,
    server: bytes = _NOBODY,
) -> bytes:
    head = _HEAD.pack(
        2 if reply else 1, 1, 6, 0, number, 0, 0, client, yours, server, _NOBODY, mac + bytes(10), bytes(64), bytes(128)
    )
    return (head + _COOKIE + options + b"\xff").ljust(300, b"\0")


def _habits(station: Station, kind: int, requested: bytes, server: bytes) -> bytes:
    """The client's options in the order of its system."""
    stack = station.stack
    windows = stack.dhcp_class.startswith("MSFT")
    out = option(53, bytes((kind,)))
    if windows or stack.name in ("ios", "printer"):
        out += option(61, b"\x01" + station.mac)
    if requested:
        out += option(50, requested)
    if server:
        out += option(54, server)
    if stack.name in ("android", "ios", "busybox", "linux"):
        out += option(57, struct.pack("!H", 1500))
    if station.name:
        out += option(12, station.name.encode())
        if windows and kind == 3:
            out += option(81, b"\0\0\0" + f"{station.name}.{DOMAIN}".encode())
    if stack.dhcp_class:
        out += option(60, stack.dhcp_class.encode())
    return out + option(55, bytes(stack.dhcp))


def lease(station: Station, server: Station, router: bytes, at: int, rng: Random) -> Iterator[Frame]:
    """The four messages of a new lease; the relay of the VLAN answers in the server's name."""
    number = rng.getrandbits(32)
    address, where = packed(station.ip), packed(server.ip)

    def from_client(options: bytes) -> bytes:
        body = udp(_NOBODY, b"\xff" * 4, 68, 67, _message(False, number, station.mac, options))
        packet = ipv4(_NOBODY, b"\xff" * 4, UDP, body, ttl=station.stack.ttl, number=station.next_identification())
        return ethernet(BROADCAST, station.mac, IPV4, packet, station.vlan)

    gateway = packed(station.ip)[:2] + b"\0\x01"
    given = (
        option(54, where)
        + option(51, struct.pack("!I", 28800))
        + option(1, b"\xff\xff\0\0")
        + option(3, gateway)
        + option(6, where)
        + option(15, DOMAIN.encode())
    )

    def from_server(kind: int) -> bytes:
        options = option(53, bytes((kind,))) + given
        body = _message(True, number, station.mac, options, yours=address, server=where)
        segment = udp(gateway, address, 67, 68, body)
        packet = ipv4(gateway, address, UDP, segment, ttl=255, number=rng.getrandbits(16))
        return ethernet(station.mac, router, IPV4, packet, station.vlan)

    yield at, from_client(_habits(station, 1, b"", b""))
    yield at + 30 * MILLI, from_server(2)
    yield at + 34 * MILLI, from_client(_habits(station, 3, address, where))
    yield at + 60 * MILLI, from_server(5)


def relayed(station: Station, server: Station, relay: Station, at: int, rng: Random) -> Iterator[Frame]:
    """The same request as the relay hands it to the server, and the server's answer (RFC 2131 §4.1, RFC 1542 §4)."""
    number, where, through = rng.getrandbits(32), packed(server.ip), packed(relay.ip)

    def via(message: bytes) -> bytes:
        return message[:3] + b"\x01" + message[4:24] + through + message[28:]

    ask = via(_message(False, number, station.mac, _habits(station, 3, packed(station.ip), where)))
    packet = ipv4(through, where, UDP, udp(through, where, 67, 67, ask), ttl=255, number=rng.getrandbits(16))
    yield at, ethernet(server.mac, relay.mac, IPV4, packet, server.vlan)
    options = option(53, b"\x05") + option(54, where) + option(51, struct.pack("!I", 28800))
    tell = via(_message(True, number, station.mac, options, yours=packed(station.ip)))
    packet = ipv4(where, through, UDP, udp(where, through, 67, 67, tell), ttl=128, number=rng.getrandbits(16))
    yield at + 4 * MILLI, ethernet(relay.mac, server.mac, IPV4, packet, server.vlan)


def release(station: Station, server: Station, at: int, rng: Random) -> Iterator[Frame]:
    """The lease is given back (RFC 2131 §4.4.6), so that another station may get the address."""
    address, where = packed(station.ip), packed(server.ip)
    options = option(53, b"\x07") + option(54, where) + option(61, b"\x01" + station.mac)
    message = _message(False, rng.getrandbits(32), station.mac, options, client=address)
    body = udp(address, where, 68, 67, message)
    packet = ipv4(address, where, UDP, body, ttl=station.stack.ttl, number=station.next_identification())
    yield at, ethernet(station.towards(server), station.mac, IPV4, packet, station.vlan)


def solicit(station: Station, at: int, rng: Random, duid: bytes) -> Iterator[Frame]:
    """A DHCPv6 SOLICIT (RFC 8415 §18.2.1) with client identifier, FQDN and, for Windows, its vendor class."""

    def of(code: int, value: bytes) -> bytes:
        return struct.pack("!HH", code, len(value)) + value

    body = b"\x01" + rng.randbytes(3) + of(8, b"\0\0") + of(1, duid) + of(3, rng.randbytes(4) + bytes(8))
    if station.name:
        name = b"".join(bytes((len(part),)) + part.encode() for part in [station.name, *DOMAIN.split(".")]) + b"\0"
        body += of(39, b"\0" + name)
    if station.stack.dhcp_class.startswith("MSFT"):
        body += of(16, struct.pack("!IH", 311, 8) + b"MSFT 5.0")
    body += of(6, struct.pack("!HHHH", 17, 23, 24, 39))
    yield at, multicast(station, "ff02::1:2", 546, 547, body)
