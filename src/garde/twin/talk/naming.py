"""Naming: DNS, multicast DNS with service discovery, LLMNR and NetBIOS names.

Question: how do stations ask for names, and tell theirs?
Reference: RFC 1035 §4, RFC 6762 (mDNS), RFC 6763 (DNS-SD), RFC 4795 (LLMNR), RFC 1002 §4 (NetBIOS).

Example:
    >>> encode("pacs.chu").hex()
    '04706163730363687500'
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from garde.twin.frames import datagram, multicast, packed
from garde.twin.station import Station
from garde.twin.tcp import MILLI, Frame

A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33
_CACHE_FLUSH = 0x8001


def encode(name: str) -> bytes:
    """A name as labels, without compression."""
    return b"".join(bytes((len(part.encode()),)) + part.encode() for part in name.split(".") if part) + b"\0"


def message(number: int, flags: int, questions: Sequence[tuple[str, int]], answers: Sequence[bytes]) -> bytes:
    """A DNS message."""
    head = struct.pack("!HHHHHH", number, flags, len(questions), len(answers), 0, 0)
    return head + b"".join(encode(name) + struct.pack("!HH", kind, 1) for name, kind in questions) + b"".join(answers)


def record(name: str, kind: int, data: bytes, *, ttl: int = 120, group: int = 1) -> bytes:
    """A resource record."""
    return encode(name) + struct.pack("!HHIH", kind, group, ttl, len(data)) + data


def lookup(client: Station, server: Station, name: str, address: str, at: int, rng: Random) -> Iterator[Frame]:
    """A question to the hospital's resolver and its answer."""
    number, port = rng.getrandbits(16), client.port()
    yield at, datagram(client, server, port, 53, message(number, 0x0100, [(name, A)], []))
    answer = message(number, 0x8180, [(name, A)], [record(name, A, packed(address), ttl=3600)])
    yield at + 3 * MILLI, datagram(server, client, 53, port, answer)


def mdns_announce(
    station: Station,
    services: Sequence[str],
    at: int,
    *,
    label: str = "",
    text: Mapping[str, str] | None = None,
    port: int = 80,
) -> Iterator[Frame]:
    """An unsolicited response that tells host name, address and services (RFC 6762 §8.3)."""
    host = f"{station.name}.local"
    answers = [record(host, A, packed(station.ip), group=_CACHE_FLUSH)]
    for service in services:
        kind = f"{service}.local"
        # A label may hold dots and spaces (RFC 6763 §4.1.1), so that it is encoded by itself.
        own = (label or station.name).encode()[:63]
        instance = bytes((len(own),)) + own + encode(kind)
        body = b"".join(
            bytes((len(pair),)) + pair for pair in (f"{k}={v}".encode()[:255] for k, v in (text or {}).items())
        )
        answers.append(record(kind, PTR, instance, ttl=4500))
        for code, data in ((SRV, struct.pack("!HHH", 0, 0, port) + encode(host)), (TXT, body or b"\0")):
            answers.append(instance + struct.pack("!HHIH", code, _CACHE_FLUSH, 120, len(data)) + data)
    yield at, multicast(station, "224.0.0.251", 5353, 5353, message(0, 0x8400, [], answers), ttl=255)


def mdns_browse(station: Station, services: Sequence[str], at: int) -> Iterator[Frame]:
    """A question for services on the link."""
    body = message(0, 0, [(f"{service}.local", PTR) for service in services], [])
    yield at, multicast(station, "224.0.0.251", 5353, 5353, body, ttl=255)


def llmnr(station: Station, name: str, at: int, rng: Random) -> Iterator[Frame]:
    """A question to the link, over IPv4 and IPv6 as Windows does."""
    body = message(rng.getrandbits(16), 0, [(name, A)], [])
    port = station.port()
    yield at, multicast(station, "ff02::1:3", port, 5355, body)
    yield at + MILLI // 10, multicast(station, "224.0.0.252", port, 5355, body)


def netbios(name: str, suffix: int) -> bytes:
    """A NetBIOS name in its first-level encoding (RFC 1001 §14.1)."""
    plain = name.upper().encode()[:15].ljust(15) + bytes((suffix,))
    return b"\x20" + b"".join(bytes((0x41 + (c >> 4), 0x41 + (c & 15))) for c in plain) + b"\0"


def nbns_register(station: Station, domain: str, at: int, rng: Random) -> Iterator[Frame]:
    """Registration of the workstation, server and domain names by broadcast (RFC 1002 §4.2.2)."""
    broadcast = ".".join([*station.ip.split(".")[:2], "255", "255"])
    for name, suffix, group in ((station.name, 0x00, 0), (station.name, 0x20, 0), (domain, 0x00, 0x8000)):
        question = netbios(name, suffix) + struct.pack("!HH", 0x20, 1)
        data = struct.pack("!H", group) + packed(station.ip)
        extra = b"\xc0\x0c" + struct.pack("!HHIH", 0x20, 1, 300_000, len(data)) + data
        head = struct.pack("!HHHHHH", rng.getrandbits(16), 0x2910, 1, 0, 0, 1)
        yield at, multicast(station, broadcast, 137, 137, head + question + extra, ttl=station.stack.ttl)
        at += 2 * MILLI
