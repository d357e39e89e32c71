"""MLLP: cut a stream into HL7 v2 segments, framed or not.

Question: which segments does this direction carry, where does each begin, and where does a message end?
Reference: HL7 v2.x Implementation Support Guide, Appendix C (Minimal Lower Layer Protocol): ``<VT> message <FS><CR>``;
segments end with ``<CR>`` (HL7 v2.5.1 §2.5.1). Left out: block checks of the older hybrid protocol.

Senders end segments with CR, LF or both, and some leave the frame away. All four marks (VT, FS, CR, LF) therefore end a
segment here, and a message begins at a header segment: nothing else has to be right to follow a stream, and any header
is a place to join it.

Example:
    >>> cutter = Segments()
    >>> [(s.text, s.start) for s in cutter.feed(b"\\x0bMSH|^~\\\\&|A\\rPID|1\\r\\x1c\\r", 0)]
    [(b'MSH|^~\\\\&|A', 1), (b'PID|1', 12), (b'', 18)]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

#: Longest segment kept; what is longer (a scanned report in an OBX) is cut there, its rest passed over.
LONGEST: Final = 1 << 14
_MARK: Final = re.compile(rb"[\x0b\x1c\r\n]")


class Segment(NamedTuple):
    """A segment and the stream position of its first byte; an empty one says that the frame ended (FS)."""

    text: bytes
    start: int


class Segments:
    """The segments of one direction. A jump in position forgets the segment that was under way."""

    __slots__ = ("_held", "_next", "_start", "_whole")

    def __init__(self) -> None:
        self._held = bytearray()
        self._start = 0
        self._next = 0
        self._whole = False  # its first byte was seen

    def feed(self, data: bytes, offset: int) -> Iterator[Segment]:
        """The segments that ``data``, standing at stream position ``offset``, ends."""
        if offset != self._next:
            self._held.clear()
            # What follows a loss is the middle of a segment, unless the capture begins with the stream.
            self._whole = offset == 0
        elif offset == 0:
            self._whole = True
        self._next = offset + len(data)
        at = 0
        for mark in _MARK.finditer(data):
            end = mark.start()
            if self._held or not self._whole:
                yield from self._end(data, at, end, offset)
            elif end > at:
                yield _segment(data[at : min(end, at + LONGEST)], offset + at)
            if data[end] == 0x1C:
                yield Segment(b"", offset + end)
            at = end + 1
        self._hold(data[at:], offset + at)

    def _end(self, data: bytes, at: int, end: int, offset: int) -> Iterator[Segment]:
        self._hold(data[at:end], offset + at)
        # The middle of a segment is of use only when it turns out to be a header.
        if self._held and self._whole:
            yield _segment(bytes(self._held), self._start)
        self._held.clear()
        self._whole = True

    def _hold(self, piece: bytes, start: int) -> None:
        if not self._held:
            self._start = start
        self._held += piece[: LONGEST - len(self._held)]


def _segment(text: bytes, start: int) -> Segment:
    # Some senders put a UTF-8 mark before MSH.
    return Segment(text[3:], start + 3) if text[:3] == b"\xef\xbb\xbf" else Segment(text, start)
