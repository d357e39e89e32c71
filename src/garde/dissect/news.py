"""News: which facts are worth an observation, because they are new, or were not told yet today.

Question: was this said of this subject today?
Reference: DESIGN §4.4 (an observation is emitted when a value is new or changes, or once a day). Subjects and
statements have numbers here, so that what a flow repeats costs one look-up of a whole number each time. Memory is
bounded: the facts told longest ago are forgotten first, and told again if they are heard again. A day is one of UTC,
not 24 hours since the last time, so that what two processes heard of one capture can be put together.

Example:
    >>> news = News(memory=100)
    >>> subject, number = news.subject((Key("ip", "10.0.0.1"),))
    >>> (said,) = news.of("ssh", [Fact("hostname", "ct-01 ")])
    >>> what = number << 64 | said.number
    >>> said.value, news.fresh(what, 20_000), news.fresh(what, 20_000), news.fresh(what, 20_001)
    ('ct-01', True, False, True)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from garde.dissect.spec import Fact
from garde.model.key import Key

DAY: Final = 86_400 * 1_000_000_000
#: Longest value kept, in characters.
LONGEST: Final = 256


class Said:
    """A fact with its value clean, its source, and the number of what it states."""

    __slots__ = ("fact", "number", "source", "value")

    def __init__(self, fact: Fact, value: str, source: str, number: int) -> None:
        self.fact = fact
        self.value = value
        self.source = source
        self.number = number


class News:
    """What was told lately.

    Args:
        memory: most facts remembered, and most subjects and statements that have a number.
    """

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._subjects: dict[tuple[Key, ...], int] = {}
        self._statements: dict[tuple[str, str, str], int] = {}
        #: numbers are never used twice, so what is forgotten is new again and nothing else
        self._next = 1
        #: subject's number << 64 | statement's number → the last day on which it was told
        self._told: dict[int, int] = {}

    def __len__(self) -> int:
        """Facts remembered."""
        return len(self._told)

    def subject(self, keys: tuple[Key, ...]) -> tuple[tuple[Key, ...], int]:
        """The keys and their number."""
        number = self._subjects.get(keys)
        if number is None:
            if len(self._subjects) >= self._memory:
                self._subjects.clear()
            number = self._subjects[keys] = self._number()
        return keys, number

    def of(self, name: str, facts: Iterable[Fact]) -> tuple[Said, ...]:
        """The facts, of a dissector of that name, that have a value."""
        out = []
        for fact in facts:
            value = clean(fact.value)
            if not value:
                continue
            source = fact.source or name
            statement = (fact.attribute, value, source)
            number = self._statements.get(statement)
            if number is None:
                if len(self._statements) >= self._memory:
                    self._statements.clear()
                number = self._statements[statement] = self._number()
            out.append(Said(fact, value, source, number))
        return tuple(out)

    def fresh(self, what: int, day: int) -> bool:
        """Whether this was not told on that day nor later; it is told now if so.

        ``what`` is the number of the subject, shifted left by 64 bits, with the number of the statement.
        """
        before = self._told.get(what)
        if before is not None:
            if before >= day:
                return False
        elif len(self._told) >= self._memory:
            del self._told[next(iter(self._told))]
        self._told[what] = day
        return True

    def _number(self) -> int:
        self._next += 1
        return self._next


def clean(value: str) -> str:
    """Device text without control characters at its ends, clipped; what is inside stays, pages show it as symbols."""
    return value.strip("\x00 \t\r\n\f\v")[:LONGEST]
