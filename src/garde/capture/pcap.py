"""pcap: the classic capture file, in micro- or nanoseconds and either byte order.

Question: where does each packet stand in a classic capture, and where does the file stop making sense?
Reference: draft-ietf-opsawg-pcap-06. Magic numbers a1b2c3d4 (µs), a1b23c4d (ns) and a1b2cd34 (µs, eight more octets per
record, written by patched libpcaps of 1999). Left out: the FCS length in the upper bits of the link type.

Example:
    >>> head = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000")
    >>> Header.of(head).link
    1
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.wire.block import Bytes, Rows
from garde.wire.jit import compiled, i64

SIZE: Final = 24
#: Longest packet believed; what claims more is corruption (the reader of libpcap draws the same line).
LONGEST: Final = 262_144
_MAGICS: Final = {0xA1B2C3D4: (1000, 16), 0xA1B23C4D: (1, 16), 0xA1B2CD34: (1000, 24)}

#: Why a walk stopped.
MORE: Final = 0  # the buffer ends inside a record
FULL: Final = 1  # the record table is full
CORRUPT: Final = 2  # what stands there is no record


class Header(msgspec.Struct, frozen=True):
    """The file header: byte order, nanoseconds per tick, octets of a record header, link type."""

    big: bool
    tick: int
    record: int
    link: int

    @classmethod
    def of(cls, head: bytes) -> Header:
        """Read the first 24 octets.

        Raises:
            Malformed: too short, or no magic number of pcap.
        """
        if len(head) < SIZE:
            raise Malformed(
                "capture.truncated", f"A pcap header has {SIZE} octets, {len(head)} are there", where="offset 0"
            )
        for big, order in ((False, "<"), (True, ">")):
            magic, _, _, _, _, _, link = struct.unpack(order + "IHHiIII", head[:SIZE])
            if magic in _MAGICS:
                tick, record = _MAGICS[magic]
                return cls(big, tick, record, link & 0xFFFF)
        raise Malformed("capture.format", "These are not the first octets of a pcap file", where="offset 0")


@compiled
def _u32(d: Bytes, p: int, big: bool) -> int:
    if big:
        return i64(d[p]) << 24 | i64(d[p + 1]) << 16 | i64(d[p + 2]) << 8 | i64(d[p + 3])
    return i64(d[p + 3]) << 24 | i64(d[p + 2]) << 16 | i64(d[p + 1]) << 8 | i64(d[p])


@compiled
def walk(d: Bytes, pos: int, end: int, big: bool, tick: int, head: int, link: int, out: Rows) -> tuple[int, int, int]:
    """Note the records from ``pos`` on; returns (position reached, records noted, why it stopped)."""
    n = 0
    while True:
        if n == out.shape[0]:
            return pos, n, FULL
        if pos + head > end:
            return pos, n, MORE
        size = _u32(d, pos + 8, big)
        if size > LONGEST:
            return pos, n, CORRUPT
        if pos + head + size > end:
            return pos, n, MORE
        out[n, 0] = pos + head
        out[n, 1] = size
        out[n, 2] = _u32(d, pos + 12, big)
        out[n, 3] = _u32(d, pos, big) * 1_000_000_000 + _u32(d, pos + 4, big) * tick
        out[n, 4] = link
        n += 1
        pos += head + size


@compiled
def _plausible(d: Bytes, pos: int, end: int, big: bool, tick: int, head: int, second: int) -> int:
    """Length of the record that may stand at ``pos``, or -1."""
    if pos + head > end:
        return -1
    size = _u32(d, pos + 8, big)
    wire = _u32(d, pos + 12, big)
    part = _u32(d, pos + 4, big) * tick
    when = _u32(d, pos, big)
    if size == 0 or size > LONGEST or wire < size or wire > LONGEST or part >= 1_000_000_000:
        return -1
    if second and (when < second - 86_400 or when > second + 86_400):
        return -1
    return head + size


@compiled
def resync(d: Bytes, pos: int, end: int, big: bool, tick: int, head: int, second: int) -> int:
    """The next position after ``pos`` where two records in a row are plausible, or -1 when this buffer has none.

    ``second`` is the time of the last good packet (0 when there was none): a record within a day of it is plausible.
    """
    for start in range(pos + 1, end - head + 1):
        size = _plausible(d, start, end, big, tick, head, second)
        if size > 0 and start + size + head <= end and _plausible(d, start + size, end, big, tick, head, second) > 0:
            return start
    return -1
