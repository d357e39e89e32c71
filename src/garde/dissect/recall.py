"""Recall: what the same bytes told before, so that they are not read twice.

Question: a scanner opens the same association a thousand times a day, a server shows the same certificate to everybody:
must each be dissected again?
Reference: DESIGN §2 rule 1: a session is a function of the bytes it is fed, so equal bytes in equal order give equal
facts. Left out: rows that look at the time or at addresses (``Dissector.situated``), which are always read; what a fact
is about is told relative to sender and receiver, so it holds for other addresses. Memory is bounded by ``OCTETS`` of
payload and by ``DEPTH``.

Example:
    >>> recall = Recall()
    >>> first = recall.begin(("stream", 6, 104, 0))
    >>> again = recall.note(first, (0, 0, 0, b"hello"), Step(None, (), False))
    >>> recall.begin(("stream", 6, 104, 0)).next[(0, 0, 0, b"hello")] is again
    True
"""

from __future__ import annotations

from typing import Final

from garde.dissect.news import Said
from garde.dissect.spec import Dissector

#: Payloads of one flow that are recalled; what comes later is read. It takes fewer until a stream that tells nothing
#: new is left alone (`garde.dissect.engine.STALE`), so most never need a session.
DEPTH: Final = 40
#: Octets of payload remembered in all; when they are reached, everything is forgotten.
OCTETS: Final = 1 << 24
#: What a step costs beside its payload.
_COST: Final = 400
#: RFC 6335 §6: dynamic ports are never assigned, so no dissector can tell anything by one.
_DYNAMIC: Final = 49152

#: Direction, gap, stream position and bytes of a payload.
Key = tuple[int, int, int, bytes]


class Step:
    """A point in a conversation, and what the payload that led to it told.

    Attributes:
        row: who reads the flow from here on, None while nobody does.
        news: what the payload states.
        done: nothing more is wanted of the flow.
        next: payload → the step after it.
    """

    __slots__ = ("done", "news", "next", "row")

    def __init__(self, row: Dissector | None, news: tuple[Said, ...], done: bool) -> None:
        self.row = row
        self.news = news
        self.done = done
        self.next: dict[Key, Step] = {}


class Recall:
    """The conversations remembered, as a tree of steps."""

    def __init__(self) -> None:
        self._roots: dict[tuple[str, int, int, int], Step] = {}
        #: how often everything was forgotten: a step of an earlier time is not continued
        self.age = 0
        self._octets = 0

    def begin(self, kind: tuple[str, int, int, int]) -> Step:
        """Where conversations of a layer, protocol and pair of ports begin."""
        layer, protocol, one, two = kind
        kind = (layer, protocol, one if one < _DYNAMIC else 0, two if two < _DYNAMIC else 0)
        root = self._roots.get(kind)
        if root is None:
            root = self._roots[kind] = Step(None, (), False)
            self._spend(_COST)
        return root

    def note(self, step: Step, key: Key, after: Step) -> Step:
        """Remember that ``key`` leads from ``step`` to ``after``."""
        step.next[key] = after
        self._spend(_COST + len(key[3]) + 100 * len(after.news))
        return after

    def _spend(self, octets: int) -> None:
        self._octets += octets
        if self._octets > OCTETS:
            self._roots.clear()
            self._octets = 0
            self.age += 1
