"""Sightings: what the flow table learnt of senders, as observations.

Question: which address stood behind which MAC, how far away, with which TCP stack, answering on which port?
Reference: RFC 791 §3.1 and RFC 8200 §3 (source address, TTL and hop limit), RFC 9293 §3.2 (options of a SYN); the
signature is written as p0f 3 writes it, without what the flow table does not keep (quirks but DF, payload class).
Left out: what payloads say; that is `garde.dissect`.

Example:
    >>> seen = Sighting(what=SYN, packet=1, at=0, offset=34, mac="", ip="10.0.0.1", one=0x324522,
    ...                 two=1000 | 1460 << 16 | 7 << 32 | 1 << 40, ttl=63, vlan=())
    >>> signature(seen)
    '4:64:0:1460:1000,7:mss,nop,ws,sok,nop,nop:df:0'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from garde.model.catalogue import trust
from garde.model.key import Key
from garde.model.observation import Observation, Place, observe
from garde.wire.kernel import HOST, SERVICE, SYN
from garde.wire.track import Sighting

#: TCP option kind plus one, as the kernel's nibbles → p0f's word.
_OPTIONS: Final = {1: "eol", 2: "nop", 3: "mss", 4: "ws", 5: "sok", 6: "sack", 9: "ts"}
_TRANSPORTS: Final = {6: "tcp", 17: "udp"}


def observations(sightings: Iterable[Sighting], *, sensor: str, file: str) -> Iterator[Observation]:
    """One observation per thing learnt, at the bytes of the header that show it."""
    for seen in sightings:
        subject: tuple[Key, ...] = (Key("mac", seen.mac),) if seen.mac else ()
        subject += (Key("ip", seen.ip),) if seen.ip else ()
        if not subject:
            continue
        for attribute, value, source, start, length in _facts(seen):
            yield observe(
                sensor=sensor,
                at=seen.at,
                subject=subject,
                attribute=attribute,
                value=value,
                source=source,
                weight=trust(source, attribute),
                place=Place(file, seen.packet, seen.offset + start, length),
            )


def _facts(seen: Sighting) -> Iterator[tuple[str, str, str, int, int]]:
    """Attribute, value, source, and where in the header."""
    if seen.what == HOST and seen.ip:
        six = ":" in seen.ip
        yield "ip", seen.ip, "frame", 8 if six else 12, 16 if six else 4
        if seen.ttl:
            yield "ttl", str(seen.ttl), "frame", 7 if six else 8, 1
        for tag in seen.vlan:
            yield "vlan", str(tag), "frame", 0, 0
    elif seen.what == SYN:
        yield "tcp_signature", signature(seen), "tcp", 0, 20
    elif seen.what == SERVICE:
        yield "service", f"{_TRANSPORTS.get(seen.one, seen.one)}/{seen.two}", "tcp", 0, 2


def signature(seen: Sighting) -> str:
    """A SYN in p0f's grammar: version, initial TTL, option length, MSS, window and scale, options, DF, class."""
    initial = next(limit for limit in (32, 64, 128, 255) if seen.ttl <= limit)
    window, mss, scale = seen.two & 0xFFFF, seen.two >> 16 & 0xFFFF, seen.two >> 32 & 0xFF
    nibbles = [seen.one >> shift & 0xF for shift in range(56, -4, -4)]
    layout = ",".join(_OPTIONS.get(nibble, "?") for nibble in nibbles if nibble)
    df = "df" if seen.two >> 40 & 1 else ""
    return f"{6 if ':' in seen.ip else 4}:{initial}:0:{mss}:{window},{'*' if scale == 255 else scale}:{layout}:{df}:0"
