"""Read a capture file of any kind as blocks of packets, and say what could not be read.

Question: which packets does this file hold, and what of it was lost?
Reference: DESIGN §4.1; the formats are in `garde.capture.pcap` and `garde.capture.pcapng`. The file is read into one
buffer of bounded size instead of being mapped: a mapped file that somebody cuts short kills the process, and a pipe or
a compressed file has no map. gzip (RFC 1952) and zstd (RFC 8878) are undone while reading. Left out: other formats
(snoop, ERF, NetMon), which are refused by name.

Example:
    >>> capture = open_capture("ct.pcap")                                          # doctest: +SKIP
    >>> sum(len(block) for block in capture), [str(lost) for lost in capture.lost] # doctest: +SKIP
    (1204, [])
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from garde.capture import pcap, pcapng
from garde.capture.source import Source, open_source
from garde.errors import Malformed
from garde.wire.block import Block, Bytes, table

#: Size of the buffer; a record that does not fit is refused by the walkers.
BUFFER: Final = 1 << 21
#: Octets searched for a sensible record after a senseless one, before the rest is given up.
SEARCH: Final = 1 << 24
#: Breaks noted one by one; after that many the file is given up.
BREAKS: Final = 1000


class Lost(msgspec.Struct, frozen=True):
    """Something of a capture that could not be read.

    Attributes:
        code: stable slug.
        what: one sentence.
        offset: where in the (decompressed) file, in octets.
        octets: how much was passed over; 0 when that is not known.
    """

    code: str
    what: str
    offset: int
    octets: int = 0

    def __str__(self) -> str:
        return f"{self.what} (offset {self.offset}) [{self.code}]"


class Capture:
    """The blocks of one file. Iterate once; a block is valid until the next one is asked for.

    Attributes:
        name: name of the file, as written on every place.
        format: ``pcap`` or ``pcapng``.
        size: octets of the file on disk, 0 when it is no regular file.
        lost: what could not be read so far.
    """

    def __init__(self, source: Source, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.lost: list[Lost] = []
        self._source = source
        self._data: Bytes = np.empty(BUFFER, np.uint8)
        self._view = self._data.data
        self._records = table()
        self._start = 0  # position in the file of the buffer's first octet
        self._end = 0
        self._over = False
        self._at = 0
        self._pull()
        head = bytes(self._view[: min(self._end, 64)])
        self.format, self._blocks = self._recognise(head)

    @property
    def read(self) -> int:
        """Octets of the file on disk read so far, for a progress bar."""
        return self._source.read

    def __iter__(self) -> Iterator[Block]:
        try:
            yield from self._blocks()
        finally:
            self._source.close()

    def _recognise(self, head: bytes) -> tuple[str, Callable[[], Iterator[Block]]]:
        if head[:4] == b"\x0a\x0d\x0d\x0a":
            return "pcapng", self._pcapng
        try:
            header = pcap.Header.of(head)
        except Malformed as error:
            self._source.close()
            if not head:
                raise Malformed(
                    "capture.empty", f"{self.name} is empty", hint="Was the capture stopped too early?"
                ) from None
            hint = "Garde reads pcap and pcapng, plain or compressed with gzip or zstd"
            raise Malformed(error.code, f"{self.name}: {error.what}", where=error.where, hint=hint) from None
        return "pcap", lambda: self._pcap(header)

    # --- the buffer -----------------------------------------------------------------------------------------------

    def _pull(self, pos: int = 0) -> None:
        """Move what waits from ``pos`` on to the front, and fill the buffer."""
        rest = self._end - pos
        if pos:
            self._data[:rest] = self._data[pos : self._end].copy()
            self._start += pos
        self._end = rest
        while self._end < BUFFER and not self._over:
            try:
                size = self._source.readinto(self._view[self._end :])
            except Malformed as error:
                self.lost.append(Lost(error.code, error.what, self._start + self._end))
                size = 0
            self._over = size == 0
            self._end += size

    def _lose(self, code: str, what: str, pos: int, octets: int = 0) -> None:
        self.lost.append(Lost(code, what, self._start + pos, octets))

    def _tail(self, pos: int) -> None:
        if pos < self._end:
            left = self._end - pos
            self._lose("capture.truncated", f"The file ends inside a record: {left} octets are not readable", pos, left)

    def _seek(self, pos: int, find: Callable[[int], int]) -> int:
        """The next sensible position after a senseless one at ``pos``, in the buffer as it then is, or -1."""
        where = self._start + pos
        if len(self.lost) >= BREAKS:
            self._lose("capture.corrupt", f"More than {BREAKS} breaks: the rest of the file is not read", pos)
            return -1
        while True:
            found = find(pos)
            if found >= 0:
                passed = self._start + found - where
                self.lost.append(
                    Lost("capture.corrupt", f"{passed} octets make no record and were passed over", where, passed)
                )
                return found
            passed = self._start + self._end - where
            if self._over or passed > SEARCH:
                what = f"The rest of the file from here makes no record ({passed} octets looked at)"
                self.lost.append(Lost("capture.corrupt", what, where, passed))
                return -1
            # A quarter is kept, in which a record may have begun whose successor is not in the buffer yet.
            self._pull(max(self._end - (BUFFER >> 2) - pcap.LONGEST, 1))
            pos = 0

    def _block(self, count: int) -> Block:
        records = self._records[:count]
        self._at = int(records[-1, 3])
        return Block(self._data, records)

    # --- the formats ----------------------------------------------------------------------------------------------

    def _pcap(self, header: pcap.Header) -> Iterator[Block]:
        pos = pcap.SIZE
        order = (header.big, header.tick, header.record)
        while True:
            pos, count, why = pcap.walk(self._data, pos, self._end, *order, header.link, self._records)
            if count:
                yield self._block(count)
            if why == pcap.MORE:
                if self._over:
                    return self._tail(pos)
                self._pull(pos)
                pos = 0
            elif why == pcap.CORRUPT:
                pos = self._seek(pos, partial(self._find_pcap, header))
                if pos < 0:
                    return None

    def _find_pcap(self, header: pcap.Header, pos: int) -> int:
        order = (header.big, header.tick, header.record)
        return pcap.resync(self._data, pos, self._end, *order, self._at // 1_000_000_000)

    def _find_pcapng(self, section: pcapng.Section, pos: int) -> int:
        return pcapng.resync(self._data, pos, self._end, section.big)

    def _pcapng(self) -> Iterator[Block]:
        section = pcapng.Section(big=False)
        pos = 0
        while True:
            faces = section.interfaces
            pos, count, why, self._at = pcapng.walk(
                self._data, pos, self._end, section.big, faces, BUFFER >> 1, self._at, self._records
            )
            if count:
                yield self._block(count)
            if why == pcapng.HEAD:
                size = self._head(pos, section)
                if size == 0 and not self._over:
                    self._pull(pos)
                    pos = 0
                    continue
                if size == 0:
                    return self._tail(pos)
                if size > 0:
                    if bytes(self._view[pos : pos + 4]) == b"\x0a\x0d\x0d\x0a":
                        section = pcapng.Section(bytes(self._view[pos + 8 : pos + 12]) == b"\x1a\x2b\x3c\x4d")
                    pos += size
                    continue
                why = pcapng.CORRUPT
            if why == pcapng.MORE:
                if self._over:
                    return self._tail(pos)
                self._pull(pos)
                pos = 0
            elif why == pcapng.SKIP:
                pos = self._pass(pos, int.from_bytes(self._view[pos + 4 : pos + 8], "big" if section.big else "little"))
                if pos < 0:
                    return None
            elif why == pcapng.CORRUPT:
                pos = self._seek(pos, partial(self._find_pcapng, section))
                if pos < 0:
                    return None

    def _head(self, pos: int, section: pcapng.Section) -> int:
        """Octets of the section or interface block at ``pos``, noted if an interface. 0: more needed, -1: corrupt."""
        big = section.big
        head = bytes(self._view[pos : min(pos + 12, self._end)])
        if len(head) < 12:
            return 0
        if head[:4] == b"\x0a\x0d\x0d\x0a":
            if head[8:] not in (b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a"):
                return -1
            big = head[8:] == b"\x1a\x2b\x3c\x4d"
        size = int.from_bytes(head[4:8], "big" if big else "little")
        if size < 20 or size & 3 or size > BUFFER >> 1:
            return -1
        if pos + size > self._end:
            return 0
        if head[:4] != b"\x0a\x0d\x0d\x0a":
            try:
                section.add(bytes(self._view[pos + 8 : pos + size - 4]))
            except Malformed:
                return -1
        return size

    def _pass(self, pos: int, size: int) -> int:
        """Pass over a long block; the position after it in the refilled buffer, or -1 at the end of the file."""
        left = size
        while left > self._end - pos:
            left -= self._end - pos
            if self._over:
                self._lose("capture.truncated", "The file ends inside a block that holds no packet", self._end)
                return -1
            self._pull(self._end)
            pos = 0
        return pos + left


def open_capture(path: str | os.PathLike[str]) -> Capture:
    """Open a capture, whatever its format, told by its first octets and never by its name.

    Raises:
        Unreachable: the file cannot be opened or read.
        Malformed: it is no capture that Garde reads.
    """
    where = Path(path)
    source, size = open_source(where)
    return Capture(source, where.name, size)
