"""Hearing: choose a listener for each flow, feed it, and turn what it tells into signals.

Question: which listener hears this flow, and in which packet was it said?
Reference: DESIGN §4.3. As `garde.dissect.engine` but without memory of what was said: detectors count. Bounded:
``flows`` ears, and the places of the last ``REMEMBERED`` payloads of each direction.

Example:
    >>> Hearing(LISTENERS, key=b"k").feed([])
    []
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from garde.dissect.listen.spec import Ear, Listener, Told, keyed
from garde.dissect.listen.table import LISTENERS
from garde.dissect.spec import STREAM, Hint
from garde.errors import Malformed
from garde.registry import Registry
from garde.wire.flow import Payload
from garde.wire.signal import Signal

LIKELY = 0.5
#: Payloads of one flow that nobody wants, before it is left alone.
PATIENCE = 16
REMEMBERED = 64


class _Heard:
    """What is known of one flow."""

    __slots__ = ("ear", "misses", "places", "refused", "row")

    def __init__(self) -> None:
        self.row: Listener | None = None
        self.ear: Ear | None = None
        self.misses = 0
        self.refused: set[str] = set()
        #: direction → stream position and packet of the last payloads
        self.places: tuple[deque[tuple[int, int, int]], ...] = (deque(maxlen=REMEMBERED), deque(maxlen=REMEMBERED))


class Hearing:
    """Payloads in, signals out; no clock, no socket.

    Args:
        table: the listeners to choose from.
        key: of the digests.
        flows: most flows heard at once; the one untouched longest goes first.
    """

    def __init__(self, table: Registry[Listener] = LISTENERS, *, key: bytes, flows: int = 1 << 15) -> None:
        self._layers: dict[str, tuple[Listener, ...]] = {}
        for row in table:
            self._layers[row.layer] = (*self._layers.get(row.layer, ()), row)
        self._digest = keyed(key)
        self._flows = flows
        self._heard: dict[int, _Heard] = {}
        self._done: dict[int, None] = {}
        #: listener → payloads it called malformed
        self.malformed: dict[str, int] = {}

    def feed(self, payloads: Iterable[Payload]) -> list[Signal]:
        """Signals of the next payloads, in their order."""
        out: list[Signal] = []
        for payload in payloads:
            number = payload.flow.number
            if number in self._done:
                continue
            heard = self._heard.pop(number, None) or self._begun()
            self._heard[number] = heard
            if payload.flow.layer == STREAM:
                heard.places[payload.direction].append((payload.offset, len(payload.data), payload.packet))
            if heard.ear is None and not self._choose(heard, payload):
                if heard.misses >= PATIENCE:
                    self._finish(number)
                continue
            self._hear(heard, payload, out)
            if heard.ear is not None and heard.ear.done:
                self._finish(number)
        return out

    def again(self, payloads: Iterable[Payload]) -> list[Signal]:
        """Signals of what was sent again in a place that was heard before; every payload stands alone."""
        out: list[Signal] = []
        for payload in payloads:
            hint = Hint(payload.flow.ports, payload.flow.protocol)
            for row in self._layers.get(payload.flow.layer, ()):
                if row.again and row.looks_like(payload.data, hint) >= LIKELY:
                    heard = _Heard()
                    heard.row, heard.ear = row, row.ear(self._digest)
                    self._hear(heard, payload, out)
                    break
        return out

    def _begun(self) -> _Heard:
        if len(self._heard) >= self._flows:
            del self._heard[next(iter(self._heard))]
        return _Heard()

    def _finish(self, number: int) -> None:
        self._heard.pop(number, None)
        if len(self._done) >= self._flows:
            del self._done[next(iter(self._done))]
        self._done[number] = None

    def _choose(self, heard: _Heard, payload: Payload) -> bool:
        flow = payload.flow
        hint = Hint(flow.ports, flow.protocol)
        best, score = None, 0.0
        for row in self._layers.get(flow.layer, ()):
            if row.name not in heard.refused:
                likely = row.looks_like(payload.data, hint)
                if likely > score:
                    best, score = row, likely
        if best is None or score < LIKELY:
            heard.misses += 1
            return False
        heard.row, heard.ear = best, best.ear(self._digest)
        return True

    def _hear(self, heard: _Heard, payload: Payload, out: list[Signal]) -> None:
        row, ear = heard.row, heard.ear
        if row is None or ear is None:
            return
        try:
            out.extend(_signal(told, heard, payload) for told in ear.feed(payload))
        except Malformed:
            self.malformed[row.name] = self.malformed.get(row.name, 0) + 1
            heard.refused.add(row.name)
            heard.row = heard.ear = None


def _signal(told: Told, heard: _Heard, payload: Payload) -> Signal:
    packet = payload.packet
    if told.start < payload.offset:
        for offset, length, number in heard.places[payload.direction]:
            if offset <= told.start < offset + length:
                packet = number
                break
    return Signal(
        told.kind,
        payload.at,
        packet,
        payload.flow.number,
        payload.sender,
        payload.receiver,
        told.values,
        told.octets,
    )
