"""Put fragmented UDP datagrams together.

Question: what did a datagram say that was larger than the link?
Reference: RFC 791 §3.2 and RFC 815 (IPv4), RFC 8200 §4.5 (IPv6), RFC 5722 (overlapping fragments are refused). Bounded:
``DATAGRAMS`` wait at once, the oldest gives way; none is longer than 65,535 octets; fragments later than ``PATIENCE``
are strangers. Left out: TCP in fragments, which no stack sends.

Example: see tests/unit/wire/test_fragments.py.
"""

from __future__ import annotations

from typing import Final, NamedTuple

DATAGRAMS: Final = 64
PIECES: Final = 64
#: RFC 791 §3.2 suggests 15 s, RFC 8200 §4.5 demands 60 s.
PATIENCE: Final = 60 * 1_000_000_000

_Name = tuple[bytes, int]


class Whole(NamedTuple):
    """A complete datagram: its UDP payload, with flow, direction, time, packet and start of its first fragment."""

    number: int
    way: int
    at: int
    data: bytes
    packet: int
    start: int


class _Waiting:
    __slots__ = ("at", "first", "octets", "pieces", "total")

    def __init__(self, at: int) -> None:
        self.at = at
        self.pieces: dict[int, bytes] = {}
        self.octets = 0
        self.total = -1
        self.first: tuple[int, int, int, int, int] | None = None


class Fragments:
    """The datagrams that wait for their fragments."""

    def __init__(self) -> None:
        self._waiting: dict[_Name, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def begin(self, packet: bytes, at: int, number: int, start: int, flow: int, way: int) -> Whole | None:
        """The first fragment; ``packet`` begins with the IP header, at ``start`` of the captured packet."""
        return self._add(packet, at, (flow, way, at, number, start))

    def add(self, packet: bytes, at: int, number: int) -> Whole | None:
        """A later fragment; ``number`` is that of its packet."""
        return self._add(packet, at, None)

    def _add(self, packet: bytes, at: int, first: tuple[int, int, int, int, int] | None) -> Whole | None:
        parsed = _parse(packet)
        if parsed is None:
            return None
        name, offset, more, begin = parsed
        data = packet[begin:]
        waiting = self._waiting.get(name)
        if waiting is not None and abs(at - waiting.at) > PATIENCE:
            del self._waiting[name]
            waiting = None
        if waiting is None:
            if len(self._waiting) >= DATAGRAMS:
                del self._waiting[next(iter(self._waiting))]
            waiting = self._waiting[name] = _Waiting(at)
        if first is not None:
            waiting.first = (*first[:4], first[4] + begin)
        if len(waiting.pieces) >= PIECES or offset + len(data) > 0xFFFF:
            del self._waiting[name]
            return None
        if offset not in waiting.pieces:
            waiting.pieces[offset] = data
            waiting.octets += len(data)
        if not more:
            waiting.total = offset + len(data)
        if waiting.first is None or waiting.total < 0 or waiting.octets < waiting.total:
            return None
        del self._waiting[name]
        whole = b"".join(waiting.pieces[key] for key in sorted(waiting.pieces))
        here = 0
        for key in sorted(waiting.pieces):
            if key != here:
                return None
            here += len(waiting.pieces[key])
        flow, way, when, number, start = waiting.first
        return Whole(flow, way, when, whole[8:], number, start + 8)


def _parse(packet: bytes) -> tuple[_Name, int, bool, int] | None:
    """What names the datagram, the fragment's offset, whether more follow, where its data begins."""
    if len(packet) < 20:
        return None
    if packet[0] >> 4 == 4:
        cut = int.from_bytes(packet[6:8], "big")
        name = packet[12:20] + packet[4:6]
        return (name, packet[9]), (cut & 0x1FFF) * 8, bool(cut & 0x2000), (packet[0] & 15) * 4
    if len(packet) < 48:
        return None
    proto, pos = packet[6], 40
    for _ in range(16):
        if pos + 8 > len(packet):
            return None
        if proto == 44:
            cut = int.from_bytes(packet[pos + 2 : pos + 4], "big")
            return (packet[8:40] + packet[pos + 4 : pos + 8], packet[pos]), cut & 0xFFF8, bool(cut & 1), pos + 8
        if proto not in (0, 43, 60, 135, 139, 140):
            return None
        proto, pos = packet[pos], pos + (packet[pos + 1] + 1) * 8
    return None
