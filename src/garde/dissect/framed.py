"""Framed: cut the length-prefixed messages of one direction out of its stream.

Question: where does each message begin and end, when segments split it, when it is too long to keep, and when the
capture begins in its middle?
Reference: RFC 9293 (a stream has no message borders). TLS records, NetBIOS sessions, TPKT, MQTT, Modbus, OPC UA and
EtherNet/IP all put a length near the front, so one cutter serves them. Left out: line protocols; see their files.

Example:
    >>> def measure(data, synced):
    ...     return 1 + data[0] if data else MORE
    >>> from garde.wire.flow import Flow, Endpoint, Payload
    >>> flow = Flow(number=0, layer="stream", protocol=6, ends=(Endpoint("", "", 0), Endpoint("", "", 0)))
    >>> cutter = Framed(measure, "demo.length", longest=10)
    >>> [m.data for m in cutter.feed(Payload(flow, 0, 0, b"\\x02ab\\x01c\\x03d", 1, 0))]
    [b'\\x02ab', b'\\x01c']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.wire.buffer import Buffer
from garde.wire.flow import Payload

#: What ``measure`` answers when more bytes are needed to tell.
MORE: Final = 0
#: What ``measure`` answers when no message begins here.
NO: Final = -1
_PIECE: Final = 1 << 16


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One message: the stream position of its first byte, its bytes, and whether they are all there.

    ``data`` holds the first ``longest`` bytes of a message that is longer than that.
    """

    start: int
    data: bytes
    whole: bool


def behind(payload: Payload, position: int) -> Payload | None:
    """The part of a payload behind a stream position, for another reader; None when there is none."""
    at = position - payload.offset
    if at >= len(payload.data):
        return None
    return msgspec.structs.replace(payload, data=payload.data[at:], start=payload.start + at, offset=position, gap=0)


class Framed:
    """The cutter of one direction.

    Args:
        measure: ``(waiting bytes, synced) → size`` of the message at their front, or `MORE`, or `NO`. While not synced
            it must be strict, since every position is tried, with at most 64 bytes to see.
        code: code of the `Malformed` raised when the very first bytes of a connection are no message.
        longest: most bytes of a message that are kept; the rest is passed over without being stored.
        anchor: a pattern of the first byte of a message, to search faster while not synced.
    """

    __slots__ = ("_anchor", "_buffer", "_code", "_longest", "_measure", "_passing", "_seen", "_started", "synced")

    def __init__(
        self, measure: Callable[[bytearray, bool], int], code: str, *, longest: int, anchor: bytes = rb"(?s:.)"
    ) -> None:
        self._measure = measure
        self._anchor = re.compile(anchor)
        self._code = code
        self._longest = longest
        self._buffer = Buffer(limit=longest + _PIECE + 64)
        self._passing = 0
        self._seen = False
        self._started = False
        self.synced = True

    def feed(self, payload: Payload) -> Iterator[Frame]:
        """The messages that this payload completes, in order.

        Raises:
            Malformed: the connection's first bytes are no message.
        """
        if not self._started:
            # Chosen late, by a later payload than the first: it may begin anywhere in a message.
            self._started = True
            self.synced = self.synced and payload.offset == 0
        if payload.gap:
            # Whatever was being passed over may end anywhere: look for the next message.
            self.synced = False
            self._passing = 0
            self._buffer.clear()
        # A buffer drops all when it overflows, so a huge payload is added piece by piece.
        for at in range(0, len(payload.data), _PIECE):
            self._buffer.add(payload.data[at : at + _PIECE], payload.offset + at)
            yield from self._cut()

    def _cut(self) -> Iterator[Frame]:
        waiting = self._buffer
        while waiting.data:
            if self._passing:
                passed = min(self._passing, len(waiting))
                waiting.drop(passed)
                self._passing -= passed
                continue
            if not self.synced and not self._find():
                return
            size = self._measure(waiting.data, True)
            if size == MORE:
                return
            if size < 0:
                if not self._seen:
                    raise Malformed(self._code, "no message begins here", where=f"offset {waiting.start}")
                self.synced = False
                continue
            kept = min(size, self._longest)
            if len(waiting) < kept:
                return
            start = waiting.start
            self._seen = True
            self._passing = size - kept
            yield Frame(start, waiting.take(kept), size == kept)

    def _find(self) -> bool:
        """Drop bytes until a message may begin at the front; False when more bytes are needed."""
        waiting = self._buffer
        data = waiting.data
        for match in self._anchor.finditer(bytes(data)):
            at = match.start()
            size = self._measure(data[at : at + 64], False)
            if size != NO:
                waiting.drop(at)
                self.synced = size != MORE
                return self.synced
        waiting.clear()
        return False
