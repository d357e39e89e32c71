"""ASTM: which analyser talks to the laboratory's computer.

Question: which name, version and serial does an analyser give in its header record?
Reference: CLSI LIS1-A (ASTM E1381: ENQ, frames with checksums, EOT) and LIS2-A2 (ASTM E1394: records). Transport is a
raw TCP stream of what a serial line would carry; some instruments leave the frames away and send records alone. Left
out: P, O, R, C, Q and S records, that is every patient, order and result.

Field 5 of the header (H) is the sender's name or id, by habit ``model^version^serial``. A host sends headers too: the
model is told only of who reports results (R), queries (Q) or manufacturer's information (M).

Example: ``<STX>1H|\\^&|||cobas^1.0|||||host||P|1<CR><ETX>6D<CR><LF>`` gives ``astm.sender`` "cobas^1.0".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import STREAM, Dissector, Fact, Hint, Keep
from garde.errors import Malformed
from garde.wire.buffer import PIECE, Buffer
from garde.wire.flow import Payload

ENQ, ACK, NAK, EOT, STX, ETX, ETB, CR = 0x05, 0x06, 0x15, 0x04, 0x02, 0x03, 0x17, 0x0D
#: Largest frame waited for (LIS1-A §6.3.1.2: 240 octets, later 63,993) and longest record kept.
LARGEST: Final = 64_000
LONGEST: Final = 4096

_FRAME_END: Final = re.compile(rb"[\x03\x17]")
_CONTROL: Final = re.compile(rb"[\x02\r\n]")
_RECORD: Final = re.compile(rb"[HPORCQMLS]\|")
_VERSION: Final = re.compile(r"[Vv]?\d[\w.\-]*")


class _Side:
    """One direction: bytes that wait, the record under way, the header that waits for proof."""

    __slots__ = ("buffer", "header", "long", "record", "start", "started")

    def __init__(self) -> None:
        self.buffer = Buffer(LARGEST + 2 * PIECE)
        self.record = bytearray()
        self.long = False  # the unframed line under way passed LONGEST
        self.start = 0
        self.started = False
        self.header: tuple[Fact, ...] = ()


class _Session:
    """Both directions of one connection."""

    def __init__(self) -> None:
        self.done = False
        self._sides = (_Side(), _Side())

    def feed(self, payload: Payload) -> Iterator[Fact]:
        side = self._sides[payload.direction]
        if not side.started and payload.data:
            side.started = True
            if payload.gap == 0 and payload.offset == 0 and payload.data[0] not in b"\x02\x04\x05\x06\x15\r\nHL":
                raise Malformed(
                    "astm.start", "neither a control octet nor a header begins the stream", where="offset 0"
                )
        if payload.gap:
            side.record.clear()
            side.long = True  # a line whose beginning was not seen
        for _ in side.buffer.pour(payload.data, payload.offset):
            yield from self._take(side)

    def _take(self, side: _Side) -> Iterator[Fact]:
        buffer = side.buffer
        while buffer.data:
            first = buffer.data[0]
            if first == STX:
                end = _FRAME_END.search(buffer.data, 1)
                if end is None and len(buffer) <= LARGEST:
                    return
                if end is None or end.start() > LARGEST:
                    buffer.drop(1)
                    continue
                if len(buffer) < end.end() + 2:
                    return
                start, frame = buffer.start, buffer.take(end.end() + 2)
                if _checked(frame):
                    yield from self._text(side, frame[2:-3], start + 2, last=frame[-3] == ETX)
            elif first in (ENQ, ACK, NAK, EOT, CR, 0x0A):
                buffer.drop(1)
                side.long = False
                # The end of a frame leaves a record that goes on in the next; the end of a transfer does not.
                if first in (ENQ, EOT):
                    side.record.clear()
            else:
                end = _CONTROL.search(buffer.data)
                if end is None or end.start() > LONGEST:
                    if len(buffer) <= LONGEST:
                        return
                    # A line too long to be a header: what follows its beginning is of no use.
                    side.long = True
                    buffer.drop(end.start() if end else len(buffer))
                    continue
                start, line = buffer.start, buffer.take(end.start())
                if not side.long and _RECORD.match(line):
                    yield from _record(side, line, start)

    def _text(self, side: _Side, text: bytes, start: int, *, last: bool) -> Iterator[Fact]:
        """The text of a frame: records ended by CR; one may go on in the next frame (ETB)."""
        at = 0
        for line in text.split(b"\r"):
            if not side.record:
                side.start = start + at
            side.record += line[: LONGEST - len(side.record)]
            at += len(line) + 1
            if at <= len(text) or last:
                record = bytes(side.record)
                side.record.clear()
                yield from _record(side, record, side.start)


def _checked(frame: bytes) -> bool:
    """Frame number 0 to 7, and the sum of all octets from it to ETX or ETB, modulo 256, in two hex digits."""
    if len(frame) < 5 or not 0x30 <= frame[1] <= 0x37:
        return False
    return b"%02X" % (sum(frame[1:-2]) & 0xFF) == frame[-2:].upper()


def _record(side: _Side, record: bytes, start: int) -> Iterator[Fact]:
    kind = record[:1]
    if kind == b"H" and len(record) >= 5:
        side.header = ()
        yield from _header(side, record, start)
    elif kind in b"RQM" and record[1:2] == b"|" and side.header:
        facts, side.header = side.header, ()
        yield from facts


def _header(side: _Side, record: bytes, start: int) -> Iterator[Fact]:
    """H record (LIS2-A2 §6): octets 2 to 5 are the field, repeat, component and escape delimiters."""
    mark, component = record[1:2], record[3:4]
    if mark.isalnum() or component.isalnum() or mark == component:
        return
    fields = record.split(mark, 5)
    if len(fields) < 5 or not fields[4].strip():
        return
    at = start + sum(len(field) + 1 for field in fields[:4])
    yield Fact("astm.sender", fields[4].decode("latin-1"), at, at + len(fields[4]))
    facts: list[Fact] = []
    names = ("model", "software", "serial")
    for name, part in zip(names, fields[4].split(component, 3), strict=False):
        value = part.decode("latin-1").strip()
        if value and (name != "software" or _VERSION.fullmatch(value)):
            facts.append(Fact(name, value, at, at + len(part)))
        at += len(part) + 1
    side.header = tuple(facts)


def _looks_like(data: bytes, hint: Hint) -> float:
    del hint
    if data[:1] == b"\x05":
        data = data[1:]
    if data[:1] == b"\x02" and len(data) >= 5 and 0x30 <= data[1] <= 0x37:
        end = _FRAME_END.search(data, 2)
        if end is not None and len(data) >= end.end() + 2:
            return 0.97 if _checked(data[: end.end() + 2]) else 0.0
        return 0.7 if _RECORD.match(data, 2) else 0.0
    # Records without frames: the header announces its own delimiters, of which these are everybody's.
    return 0.9 if data[:5] in (b"H|\\^&", b"H|\\^~") else 0.0


ASTM = Dissector(
    name="astm",
    layer=STREAM,
    reference="CLSI LIS1-A and LIS2-A2 (ASTM E1381, E1394)",
    emits=frozenset({"astm.sender", "model", "serial", "software"}),
    looks_like=_looks_like,
    session=_Session,
    keep=(Keep(0, b"\x021H|", payloads=64), Keep(0, b"H|\\^&", payloads=64), Keep(0, b"\x05\x021H|", payloads=64)),
)
