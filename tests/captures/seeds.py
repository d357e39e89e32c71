"""Conversations to start from when dissectors are fuzzed: what each row reads in the golden captures.

``conversations()`` gives, per dissector, lists of (direction, bytes); ``play`` feeds one to a fresh session.
"""

from __future__ import annotations

import gc
import types
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from garde.capture.reader import open_capture
from garde.dissect.engine import Engine
from garde.dissect.spec import Dissector, Fact, Session
from garde.dissect.table import DISSECTORS
from garde.errors import Malformed
from garde.model.key import Key
from garde.wire.flow import DATAGRAM, FRAME, STREAM, Endpoint, Flow, Payload
from garde.wire.track import Tracker

Conversation = list[tuple[int, bytes]]
ENDS = (Endpoint("00:00:5e:00:53:01", "192.0.2.1", 40000), Endpoint("00:00:5e:00:53:02", "192.0.2.2", 104))
AT = 1_767_600_000_000_000_000


@cache
def conversations() -> dict[str, list[Conversation]]:
    """Dissector → conversations that it was chosen for, in the golden captures."""
    found: dict[str, list[Conversation]] = {}
    for path in sorted(Path(__file__).parent.glob("*/*.pcap")):
        tracker = Tracker(
            [(keep.offset, keep.value, keep.mask, keep.payloads) for row in DISSECTORS for keep in row.keep]
        )
        payloads = [payload for block in open_capture(path) for payload in tracker.feed(block)] + tracker.finish()
        engine = Engine(sensor="seed", file=path.name)
        engine.feed(payloads)
        talks: dict[int, Conversation] = {}
        for payload in payloads:
            # A flow that was joined half-way has no defined beginning to split from.
            if payload.gap == 0:
                talks.setdefault(payload.flow.number, []).append((payload.direction, payload.data))
        for number, talk in talks.items():
            if name := engine.services.get(number):
                found.setdefault(name, []).append(talk)
    return found


class Player:
    """A fresh session of a row, fed piece by piece."""

    def __init__(self, row: Dissector, *, gap: int = 0) -> None:
        self.row = row
        self.session: Session = row.session()
        self.flow = Flow(0, row.layer, {STREAM: 6, DATAGRAM: 17, FRAME: 0}[row.layer], ENDS)
        self._sent = [0, 0]
        self._gap = gap

    def feed(self, way: int, data: bytes) -> list[Fact]:
        """The facts of the next bytes.

        Raises:
            Malformed: so says the session.
        """
        offset = self._sent[way] if self.row.layer == STREAM else 0
        gap = self._gap if offset == 0 and self.row.layer == STREAM else 0
        self._sent[way] += len(data)
        return list(self.session.feed(Payload(self.flow, way, AT, data, 1, 54, offset, gap)))


def play(row: Dissector, talk: Iterable[tuple[int, bytes]], *, gap: int = 0) -> list[Fact]:
    """The facts of a conversation, up to where the session is done or calls the bytes malformed."""
    player = Player(row, gap=gap)
    facts: list[Fact] = []
    for way, data in talk:
        if player.session.done:
            break
        try:
            facts += player.feed(way, data)
        except Malformed:
            break
    return facts


def check(row: Dissector, facts: Iterable[Fact]) -> None:
    """A fact keeps the promises of its row."""
    for fact in facts:
        assert fact.attribute in row.emits, (row.name, fact)
        assert 0 <= fact.start <= fact.end, (row.name, fact)
        assert isinstance(fact.value, str), (row.name, fact)
        assert fact.about in ("sender", "receiver") or isinstance(fact.about, Key), (row.name, fact)


def weight(thing: object) -> int:
    """Octets that an object and all it refers to hold, shared code and tables left aside."""
    import sys

    shared = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.CodeType)
    seen: set[int] = set()
    waiting: list[object] = [thing]
    total = 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, shared):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        waiting += gc.get_referents(one)
    return total
