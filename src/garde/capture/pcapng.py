"""pcapng: the block capture file, with sections, interfaces and comments.

Question: where does each packet stand in a pcapng file, with which time and link type?
Reference: draft-ietf-opsawg-pcapng-02: Section Header, Interface Description (if_tsresol, if_tsoffset), Enhanced
Packet, Simple Packet and the obsolete Packet Block. Left out: every other block, and all options of packets
(comments, names, statistics, decryption secrets): they are passed over.

Example:
    >>> section = Section(big=False)
    >>> section.add(bytes.fromhex("0100000000000400090001000900000000000000"))  # LINKTYPE 1, if_tsresol 9
    >>> section.interfaces[0].tolist()
    [1, 0, 1, 0, 262144]
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from garde.errors import Malformed
from garde.wire.block import Bytes, Rows
from garde.wire.jit import compiled, i64

SECTION: Final = 0x0A0D0D0A
INTERFACE: Final = 1
#: Longest packet believed, as in a classic capture.
LONGEST: Final = 262_144
#: Most interfaces of one section.
INTERFACES: Final = 1024

#: Why a walk stopped.
MORE: Final = 0
FULL: Final = 1
CORRUPT: Final = 2
HEAD: Final = 3  # a section or interface block stands here: the caller reads it
SKIP: Final = 4  # a block that is longer than any buffer stands here: the caller passes over it

#: How an interface counts time: ticks to multiply, to divide, or binary fractions of a second (§4.2, if_tsresol).
_TIMES: Final = 0
_DIVIDED: Final = 1
_BINARY: Final = 2


class Section:
    """The interfaces of one section, as the rows the walker reads: link type, way, figure, offset in s, snap length."""

    def __init__(self, big: bool) -> None:
        self.big = big
        self.interfaces: Rows = np.zeros((0, 5), np.int64)

    def add(self, body: bytes) -> None:
        """Read the body of an Interface Description Block (§4.2).

        Raises:
            Malformed: shorter than its fixed part, or one interface too many.
        """
        if len(body) < 8:
            raise Malformed("capture.interface", "An interface description has at least 8 octets", where="pcapng §4.2")
        if len(self.interfaces) >= INTERFACES:
            raise Malformed(
                "capture.interface", f"More than {INTERFACES} interfaces in one section", where="pcapng §4.2"
            )
        order = ">" if self.big else "<"
        link, _, snap = struct.unpack_from(order + "HHI", body)
        way, figure, shift = _TIMES, 1000, 0
        pos = 8
        while pos + 4 <= len(body):
            code, size = struct.unpack_from(order + "HH", body, pos)
            value = body[pos + 4 : pos + 4 + size]
            pos += 4 + size + (-size % 4)
            if code == 0 or len(value) < size:
                break
            if code == 9 and size == 1:
                way, figure = _resolution(value[0])
            elif code == 14 and size == 8:
                (shift,) = struct.unpack(order + "q", value)
        row = [link, way, figure, shift if abs(shift) < 1 << 33 else 0, min(snap, LONGEST) or LONGEST]
        self.interfaces = np.vstack((self.interfaces, np.array([row], np.int64)))


def _resolution(code: int) -> tuple[int, int]:
    """How ticks become nanoseconds, from the octet of if_tsresol."""
    power = code & 0x7F
    if code & 0x80:
        return _BINARY, min(power, 62)
    return (_TIMES, 10 ** (9 - power)) if power <= 9 else (_DIVIDED, 10 ** min(power - 9, 18))


@compiled
def _u32(d: Bytes, p: int, big: bool) -> int:
    if big:
        return i64(d[p]) << 24 | i64(d[p + 1]) << 16 | i64(d[p + 2]) << 8 | i64(d[p + 3])
    return i64(d[p + 3]) << 24 | i64(d[p + 2]) << 16 | i64(d[p + 1]) << 8 | i64(d[p])


@compiled
def _time(ticks: int, way: int, figure: int, shift: int) -> int:
    if way == 0:
        at = ticks * figure
    elif way == 1:
        at = ticks // figure
    else:
        rest = ticks & ((1 << figure) - 1)
        low = figure
        if low > 30:
            rest >>= low - 30
            low = 30
        at = (ticks >> figure) * 1_000_000_000 + (rest * 1_000_000_000 >> low)
    return at + shift * 1_000_000_000


@compiled
def walk(
    d: Bytes, pos: int, end: int, big: bool, faces: Rows, room: int, at: int, out: Rows
) -> tuple[int, int, int, int]:
    """Note the packets from ``pos`` on; returns (position reached, packets noted, why it stopped, time of the last).

    ``room`` is the size of the caller's buffer: a longer block is not waited for. ``at`` is the time of the last
    packet, which a Simple Packet Block inherits as it has none (§4.4).
    """
    n = 0
    while True:
        if n == out.shape[0]:
            return pos, n, FULL, at
        if pos + 12 > end:
            return pos, n, MORE, at
        kind = _u32(d, pos, big)
        if kind in (SECTION, INTERFACE):
            return pos, n, HEAD, at
        size = _u32(d, pos + 4, big)
        if size < 12 or size & 3:
            return pos, n, CORRUPT, at
        packet = kind == 6 or kind == 3 or kind == 2
        if size > room:
            return pos, n, CORRUPT if packet else SKIP, at
        if pos + size > end:
            return pos, n, MORE, at
        if _u32(d, pos + size - 4, big) != size:
            return pos, n, CORRUPT, at
        if packet:
            face = i64(0)
            start = pos + 28
            if kind == 3:
                start = pos + 12
                if size < 16:
                    return pos, n, CORRUPT, at
                wire = _u32(d, pos + 8, big)
                caught = min(wire, size - 16)
            else:
                if size < 32:
                    return pos, n, CORRUPT, at
                face = _u32(d, pos + 8, big)
                if kind == 2:
                    face = face >> 16 if big else face & 0xFFFF
                caught = _u32(d, pos + 20, big)
                wire = _u32(d, pos + 24, big)
                if caught > size - 32:
                    return pos, n, CORRUPT, at
            if face >= faces.shape[0]:
                return pos, n, CORRUPT, at
            if kind == 3:
                caught = min(caught, faces[face, 4])
            else:
                ticks = _u32(d, pos + 12, big) << 32 | _u32(d, pos + 16, big)
                at = _time(ticks, faces[face, 1], faces[face, 2], faces[face, 3])
            out[n, 0] = start
            out[n, 1] = caught
            out[n, 2] = wire
            out[n, 3] = at
            out[n, 4] = faces[face, 0]
            n += 1
        pos += size


@compiled
def resync(d: Bytes, pos: int, end: int, big: bool) -> int:
    """The next position after ``pos`` where a whole block stands that ends as it begins, or -1."""
    for start in range(pos + 1, end - 11):
        kind = _u32(d, start, big)
        if kind == SECTION or kind == 6:
            size = _u32(d, start + 4, big)
            if size >= 28 and not size & 3 and start + size <= end and _u32(d, start + size - 4, big) == size:
                return start
    return -1
