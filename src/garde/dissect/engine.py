"""Engine: choose a dissector for each flow, feed it, and turn its facts into observations.

Question: which dissector reads this flow, and which of its facts are news?
Reference: DESIGN §4.3 and §4.4: chosen by content, may withdraw; an observation is emitted when a value is new or
changes, or once a day. Memory is bounded: sessions by ``flows``, remembered facts by ``memory``.

Example:
    >>> engine = Engine(DISSECTORS, sensor="core-1", file="ct.pcap")
    >>> engine.feed([])
    []
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from garde.dissect.spec import SENDER, Dissector, Fact, Hint, Session
from garde.dissect.table import DISSECTORS
from garde.errors import Malformed
from garde.model.catalogue import trust
from garde.model.key import Key, is_group_mac
from garde.model.observation import Observation, Place, observe
from garde.registry import Registry
from garde.wire.flow import STREAM, Endpoint, Payload

DAY = 86_400 * 1_000_000_000
#: Below this nobody is chosen.
LIKELY = 0.5
#: Payloads of one flow that may go by before it is left alone as unknown. A DICOM PDU of 16 kB, joined in its middle,
#: shows no header for eleven segments; `garde.wire` hands on few payloads of a flow that matches no pattern anyway.
PATIENCE = 32
#: Payloads of each direction whose place is remembered, for values that a message completed later brings to light.
REMEMBERED = 8
#: Longest value kept, in characters.
LONGEST = 256


_Run = tuple[int, int, int, int]


class _Reading:
    """What the engine knows of one flow: who reads it, or how often nobody wanted it, and where its last bytes were."""

    __slots__ = ("misses", "places", "refused", "row", "session")

    def __init__(self) -> None:
        self.row: Dissector | None = None
        self.session: Session | None = None
        self.misses = 0
        self.refused: set[str] = set()
        #: direction → stream position, length, packet and start of the last payloads
        self.places: tuple[deque[_Run], ...] = ()


class Engine:
    """Payloads in, observations out; no clock, no socket.

    Args:
        table: the dissectors to choose from.
        sensor: name of the sensor, written on every observation.
        file: name of the capture, written on every place.
        flows: most flows with a session; the one untouched longest goes first.
        memory: most facts remembered to tell news from repetition.
    """

    def __init__(
        self,
        table: Registry[Dissector] = DISSECTORS,
        *,
        sensor: str,
        file: str,
        flows: int = 1 << 16,
        memory: int = 1 << 20,
    ) -> None:
        self._layers: dict[str, tuple[Dissector, ...]] = {}
        for row in table:
            self._layers[row.layer] = (*self._layers.get(row.layer, ()), row)
        self._sensor = sensor
        self._file = file
        self._flows = flows
        self._memory = memory
        self._readings: dict[int, _Reading] = {}
        self._seen: dict[tuple[object, ...], int] = {}
        #: dissector → payloads it called malformed
        self.malformed: dict[str, int] = {}
        #: flow number → dissector that read it
        self.services: dict[int, str] = {}

    def feed(self, payloads: Iterable[Payload]) -> list[Observation]:
        """Observations of the next payloads, in their order."""
        out: list[Observation] = []
        for payload in payloads:
            reading = self._reading(payload.flow.number)
            if reading.session is None and not self._choose(reading, payload):
                continue
            if reading.session is None or reading.session.done or reading.row is None:
                continue
            if payload.flow.layer == STREAM:
                if not reading.places:
                    reading.places = deque(maxlen=REMEMBERED), deque(maxlen=REMEMBERED)
                run = payload.offset, len(payload.data), payload.packet, payload.start
                reading.places[payload.direction].append(run)
            try:
                for fact in reading.session.feed(payload):
                    self._state(reading, reading.row, fact, payload, out)
            except Malformed:
                name = reading.row.name
                self.malformed[name] = self.malformed.get(name, 0) + 1
                reading.refused.add(name)
                reading.row = reading.session = None
        return out

    def _reading(self, number: int) -> _Reading:
        reading = self._readings.pop(number, None)
        if reading is None:
            reading = _Reading()
            if len(self._readings) >= self._flows:
                del self._readings[next(iter(self._readings))]
        self._readings[number] = reading
        return reading

    def _choose(self, reading: _Reading, payload: Payload) -> bool:
        if reading.misses >= PATIENCE:
            return False
        flow = payload.flow
        hint = Hint(flow.ports, flow.protocol)
        best, score = None, 0.0
        for row in self._layers.get(flow.layer, ()):
            if row.name not in reading.refused:
                likely = row.looks_like(payload.data, hint)
                if likely > score:
                    best, score = row, likely
        if best is None or score < LIKELY:
            reading.misses += 1
            return False
        reading.row, reading.session = best, best.session()
        self.services[flow.number] = best.name
        return True

    def _state(self, reading: _Reading, row: Dissector, fact: Fact, payload: Payload, out: list[Observation]) -> None:
        value = clean(fact.value)
        if not value:
            return
        if isinstance(fact.about, Key):
            subject: tuple[Key, ...] = (fact.about, *fact.also)
            if fact.about.kind not in ("mac", "ip"):
                subject += _keys(payload.sender)
        else:
            subject = _keys(payload.sender if fact.about == SENDER else payload.receiver) + fact.also
        if not subject:
            return
        source = fact.source or row.name
        known = (subject, fact.attribute, value, source)
        before = self._seen.get(known)
        if before is not None and payload.at - before < DAY:
            return
        if before is None and len(self._seen) >= self._memory:
            del self._seen[next(iter(self._seen))]
        self._seen[known] = payload.at
        out.append(
            observe(
                sensor=self._sensor,
                at=payload.at,
                subject=subject,
                attribute=fact.attribute,
                value=value,
                source=source,
                weight=trust(source, fact.attribute),
                place=self._place(reading, fact, payload),
            )
        )

    def _place(self, reading: _Reading, fact: Fact, payload: Payload) -> Place:
        """Where the value stands: in this payload, else in one of the last of its direction, else nowhere exactly."""
        here: _Run = (payload.offset, len(payload.data), payload.packet, payload.start)
        before = reversed(reading.places[payload.direction]) if reading.places else ()
        for offset, length, packet, start in (here, *before):
            if offset <= fact.start < offset + length:
                size = min(fact.end, offset + length) - fact.start
                return Place(self._file, packet, start + fact.start - offset, max(0, size))
        return Place(self._file, payload.packet, payload.start)


def clean(value: str) -> str:
    """Device text without control characters at its ends, clipped; what is inside stays, pages show it as symbols."""
    return value.strip("\x00 \t\r\n\f\v")[:LONGEST]


def _keys(end: Endpoint) -> tuple[Key, ...]:
    # Bytes sent to a group say nothing of one receiver's MAC.
    keys: tuple[Key, ...] = (Key("mac", end.mac),) if end.mac and not is_group_mac(end.mac) else ()
    return (*keys, Key("ip", end.ip)) if end.ip else keys
