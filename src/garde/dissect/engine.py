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
from functools import lru_cache

from garde.dissect.news import DAY, News
from garde.dissect.recall import DEPTH, Recall, Step
from garde.dissect.spec import SENDER, Dissector, Fact, Hint, Session
from garde.dissect.table import DISSECTORS
from garde.errors import Malformed
from garde.model.catalogue import trust
from garde.model.key import Key, is_group_mac
from garde.model.observation import Observation, Place, observe
from garde.registry import Registry
from garde.wire.flow import STREAM, Endpoint, Flow, Payload

#: Below this nobody is chosen.
LIKELY = 0.5
#: Payloads of one flow that may go by before it is left alone as unknown. A DICOM PDU of 16 kB, joined in its middle,
#: shows no header for eleven segments; `garde.wire` hands on few payloads of a flow that matches no pattern anyway.
PATIENCE = 32
#: Payloads of each direction whose place is remembered, for values that a message completed later brings to light.
REMEMBERED = 8
#: Payloads of a stream that told nothing it had not told that day, after which it is left alone for a while, and how
#: long, in nanoseconds: a link that says the same all day is sampled, one that speaks of ever new devices is read
#: whole. What other flows told does not count: a flow is read as it would be if it were the only one.
STALE = 24
PAUSE = 60 * 1_000_000_000
#: Statements of a stream that are remembered to tell whether it repeats itself.
REPEATED = 1 << 12


_Run = tuple[int, int, int, int]
#: Keys of what a fact is about, and the number they have among the facts remembered.
_Subject = tuple[tuple[Key, ...], int]


class _Reading:
    """What the engine knows of one flow: who reads it, or how often nobody wanted it, and where its last bytes were.

    While the flow repeats what another said before, ``step`` walks along and ``past`` holds its payloads instead of a
    session; when it leaves the path, a session is made and fed with them.
    """

    __slots__ = (
        "age",
        "depth",
        "live",
        "misses",
        "past",
        "places",
        "refused",
        "resume",
        "row",
        "session",
        "sides",
        "stale",
        "step",
        "stream",
        "told",
    )

    def __init__(self, flow: Flow) -> None:
        self.stream = flow.layer == STREAM
        #: what this stream stated → the last day on which it did
        self.told: dict[int, int] = {}
        #: end of the flow → what facts about it are about, once there was one
        self.sides: list[_Subject | None] = [None, None]
        self.row: Dissector | None = None
        self.session: Session | None = None
        self.misses = 0
        self.refused: set[str] = set()
        #: direction → stream position, length, packet and start of the last payloads
        self.places: tuple[deque[_Run], ...] = ()
        self.step: Step | None = None
        self.age = 0
        self.depth = 0
        #: payloads since the last news, and when reading goes on
        self.stale = 0
        self.resume = 0
        self.live = False
        self.past: list[Payload] = []


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
        self._news = News(memory)
        self._readings: dict[int, _Reading] = {}
        self._done: dict[int, None] = {}
        self._finished: list[int] = []
        self._paused: list[int] = []
        self._recall = Recall()
        #: dissector → payloads it called malformed
        self.malformed: dict[str, int] = {}
        #: flow number → dissector that read it; the oldest are forgotten
        self.services: dict[int, str] = {}

    def feed(self, payloads: Iterable[Payload]) -> list[Observation]:
        """Observations of the next payloads, in their order."""
        out: list[Observation] = []
        done, readings = self._done, self._readings
        for payload in payloads:
            number = payload.flow.number
            if number in done:
                continue
            reading = readings.pop(number, None)
            if reading is None:
                reading = self._begun(payload.flow)
            readings[number] = reading
            if reading.resume and not self._resumed(reading, payload):
                continue
            step = None
            if not reading.live and reading.step is not None:
                step = self._recalled(reading, payload)
            if step is None:
                step = self._heard(reading, payload)
            other = bool(step.news) and self._state(reading, step, payload, out)
            if step.done:
                self._finish(number)
            elif other or not reading.stream or step.row is None:
                reading.stale = 0
            else:
                reading.stale += 1
                if reading.stale >= STALE:
                    reading.resume = payload.at + PAUSE
                    self._paused.append(number)
        return out

    def _resumed(self, reading: _Reading, payload: Payload) -> bool:
        """Whether a flow that was left alone is read again; its session learns that something was passed over."""
        if reading.resume - PAUSE <= payload.at < reading.resume:
            return False
        reading.resume = reading.stale = 0
        payload.gap = payload.gap or 1
        return True

    def paused(self) -> list[int]:
        """Flows left alone for a while, since the last call: the flow table need not hand on what they say."""
        out, self._paused = self._paused, []
        return out

    def finished(self) -> list[int]:
        """Flows of which nothing more is wanted, since the last call: the flow table may release them."""
        out, self._finished = self._finished, []
        return out

    def _finish(self, number: int) -> None:
        self._finished.append(number)
        self._readings.pop(number, None)
        if len(self._done) >= self._flows:
            del self._done[next(iter(self._done))]
        self._done[number] = None

    def _begun(self, flow: Flow) -> _Reading:
        """A flow that was not met before, or forgotten."""
        reading = _Reading(flow)
        reading.step = self._recall.begin((flow.layer, flow.protocol, *flow.ports))
        reading.age = self._recall.age
        if len(self._readings) >= self._flows:
            del self._readings[next(iter(self._readings))]
        return reading

    def _recalled(self, reading: _Reading, payload: Payload) -> Step | None:
        """What a payload tells that continues what another flow said before; None when it has to be read."""
        before = reading.step
        if before is not None and reading.age == self._recall.age and len(reading.past) < DEPTH:
            step = before.next.get((payload.direction, payload.gap, payload.offset, payload.data))
            if step is not None:
                if step.row is not None and step.row is not before.row:
                    self._serve(payload.flow.number, step.row)
                reading.step = step
                reading.past.append(payload)
                return step
        # Off the path: a session is made that has heard everything so far.
        past, reading.past, reading.step = reading.past, [], None
        for earlier in past:
            self._heard(reading, earlier)
        reading.step = before
        return None

    def _heard(self, reading: _Reading, payload: Payload) -> Step:
        """Note where a payload of a stream stands, and let it be read."""
        if reading.stream:
            if not reading.places:
                reading.places = deque(maxlen=REMEMBERED), deque(maxlen=REMEMBERED)
            reading.places[payload.direction].append(_run(payload))
        return self._read(reading, payload)

    def _read(self, reading: _Reading, payload: Payload) -> Step:
        """Let the flow's session read a payload, and remember what it told."""
        reading.live = True
        facts: list[Fact] = []
        if reading.session is not None or self._choose(reading, payload):
            row, session = reading.row, reading.session
        else:
            row = session = None
        if row is not None and session is not None:
            try:
                facts.extend(session.feed(payload))
            except Malformed:
                self.malformed[row.name] = self.malformed.get(row.name, 0) + 1
                reading.refused.add(row.name)
                reading.row = reading.session = None
        done = reading.session.done if reading.session is not None else reading.misses >= PATIENCE
        step = Step(row, self._news.of(row.name, facts) if row is not None else (), done)
        if reading.step is None:
            return step
        reading.depth += 1
        if (row is not None and row.situated) or reading.depth > DEPTH or reading.age != self._recall.age:
            reading.step = None
            return step
        key = (payload.direction, payload.gap, payload.offset, payload.data)
        reading.step = reading.step.next.get(key) or self._recall.note(reading.step, key, step)
        return step

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
        self._serve(flow.number, best)
        return True

    def _serve(self, number: int, row: Dissector) -> None:
        if number not in self.services and len(self.services) >= 2 * self._flows:
            del self.services[next(iter(self.services))]
        self.services[number] = row.name

    def _state(self, reading: _Reading, step: Step, payload: Payload, out: list[Observation]) -> bool:
        """Emit what a step tells and was not told that day; whether it tells what a stream had not told that day."""
        news, at, direction = self._news, payload.at, payload.direction
        told, day, other = reading.told, at // DAY, False
        for said in step.news:
            fact = said.fact
            if fact.about.__class__ is Key or fact.also:
                subject = news.subject(_about(fact, payload))
            else:
                end = direction if fact.about == SENDER else 1 - direction
                known = reading.sides[end]
                if known is None:
                    known = reading.sides[end] = news.subject(_keys(payload.flow.ends[end]))
                subject = known
            what = subject[1] << 64 | said.number
            if reading.stream:
                if told.get(what) == day:
                    continue
                other = True
                if len(told) >= REPEATED:
                    told.clear()
                told[what] = day
            if not subject[0] or not news.fresh(what, day):
                continue
            out.append(
                observe(
                    sensor=self._sensor,
                    at=at,
                    subject=subject[0],
                    attribute=fact.attribute,
                    value=said.value,
                    source=said.source,
                    weight=trust(said.source, fact.attribute),
                    place=self._place(reading, fact, payload),
                )
            )
        return other

    def _place(self, reading: _Reading, fact: Fact, payload: Payload) -> Place:
        """Where the value stands: in this payload, else in one of the last of its direction, else nowhere exactly."""
        start = fact.start
        if payload.offset <= start < payload.offset + len(payload.data):
            size = min(fact.end - start, payload.offset + len(payload.data) - start)
            return Place(self._file, payload.packet, payload.start + start - payload.offset, max(0, size))
        for offset, length, packet, at in self._before(reading, payload):
            if offset <= start < offset + length:
                size = min(fact.end, offset + length) - start
                return Place(self._file, packet, at + start - offset, max(0, size))
        return Place(self._file, payload.packet, payload.start)

    def _before(self, reading: _Reading, payload: Payload) -> Iterable[_Run]:
        """Where the last bytes of a payload's direction stood, the latest first."""
        if not reading.stream:
            return ()
        if reading.live:
            return reversed(reading.places[payload.direction])
        same = [_run(earlier) for earlier in reading.past if earlier.direction == payload.direction]
        return reversed(same[-REMEMBERED:])


def _run(payload: Payload) -> _Run:
    return payload.offset, len(payload.data), payload.packet, payload.start


def _about(fact: Fact, payload: Payload) -> tuple[Key, ...]:
    """Keys of what a fact is about that its sender or receiver alone does not name."""
    if isinstance(fact.about, Key):
        subject: tuple[Key, ...] = (fact.about, *fact.also)
        return subject if fact.about.kind in ("mac", "ip") else subject + _keys(payload.sender)
    return _keys(payload.sender if fact.about == SENDER else payload.receiver) + fact.also


@lru_cache(1 << 16)
def _keys(end: Endpoint) -> tuple[Key, ...]:
    # Bytes sent to a group say nothing of one receiver's MAC.
    keys: tuple[Key, ...] = (Key("mac", end.mac),) if end.mac and not is_group_mac(end.mac) else ()
    return (*keys, Key("ip", end.ip)) if end.ip else keys
