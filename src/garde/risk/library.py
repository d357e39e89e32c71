"""Library: what all imported documents together say of one weakness, and which forms and bills there are.

Question: which documents speak of this weakness, what does each say, and which forms and bills did suppliers give?
Reference: issue 6 part 7 (the page of a weakness). An index by id, kept as long as the documents stay: a document more
costs its own rows. Left out: which devices are meant, which `garde.risk.fleet` knows.

Example:
    >>> from garde.model.risk.vulnerability import Reading, Source, Vulnerability
    >>> one = Vulnerability(id="CVE-2020-1234", title="A flaw", source="s")
    >>> library = Library()
    >>> library.keep([Reading(source=Source(id="s", format="cve"), vulnerabilities=(one,))])
    >>> library.about("CVE-2020-1234").vulnerabilities[0].title, library.about("CVE-1").empty
    ('A flaw', True)
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from garde.model.risk.vulnerability import (
    Bill,
    Exploited,
    Form,
    Likelihood,
    Reading,
    Source,
    Statement,
    Vulnerability,
)

Row = TypeVar("Row", Exploited, Likelihood)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """All that is published about one weakness.

    Attributes:
        vulnerabilities, statements: of every document, the newest document first.
        exploited: its row in the newest catalogue of exploited weaknesses, or None.
        likelihood: its row in the newest EPSS, or None.
        sources: the documents that speak of it, newest first.
    """

    vulnerabilities: tuple[Vulnerability, ...] = ()
    statements: tuple[Statement, ...] = ()
    exploited: Exploited | None = None
    likelihood: Likelihood | None = None
    sources: tuple[Source, ...] = ()

    @property
    def empty(self) -> bool:
        """No document speaks of it."""
        return not self.sources


class Library:
    """Documents by what they speak of; safe to read and to fill from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kept: Sequence[Reading] = ()
        self._clear()

    def keep(self, readings: Sequence[Reading]) -> None:
        """Hold these documents and no others; those that are held already cost nothing."""
        with self._lock:
            if readings is self._kept:
                return
            there = {one.source.id: one for one in readings}
            if not self.sources.keys() <= there.keys():
                self._clear()
            for name, reading in there.items():
                if name not in self.sources:
                    self._take(reading)
            self._kept = readings

    def about(self, name: str) -> About:
        """What is published about a weakness."""
        with self._lock:
            said = self._statements.get(name, ())
            told = self._vulnerabilities.get(name, ())
            exploited, likely = self._newest(self._exploited, name), self._newest(self._likelihoods, name)
            ids = {one.source for one in (*said, *told, *filter(None, (exploited, likely)))}
            sources = sorted((self.sources[one] for one in ids), key=lambda one: (-one.at, one.id))
            place = {source.id: at for at, source in enumerate(sources)}
            return About(
                vulnerabilities=tuple(sorted(told, key=lambda one: place[one.source])),
                statements=tuple(sorted(said, key=lambda one: (place[one.source], one.id))),
                exploited=exploited,
                likelihood=likely,
                sources=tuple(sources),
            )

    def _newest(self, rows: Mapping[str, Sequence[Row]], name: str) -> Row | None:
        return max(rows.get(name, ()), key=lambda one: (self.sources[one.source].at, one.source), default=None)

    def _clear(self) -> None:
        #: documents, forms and bills by their ids
        self.sources: dict[str, Source] = {}
        self.forms: dict[str, Form] = {}
        self.bills: dict[str, Bill] = {}
        self._vulnerabilities: dict[str, list[Vulnerability]] = defaultdict(list)
        self._statements: dict[str, list[Statement]] = defaultdict(list)
        self._exploited: dict[str, list[Exploited]] = defaultdict(list)
        self._likelihoods: dict[str, list[Likelihood]] = defaultdict(list)

    def _take(self, reading: Reading) -> None:
        self.sources[reading.source.id] = reading.source
        self.forms |= {one.id: one for one in reading.forms}
        self.bills |= {one.id: one for one in reading.bills}
        for said in reading.statements:
            self._statements[said.vulnerability].append(said)
        for told in reading.vulnerabilities:
            self._vulnerabilities[told.id].append(told)
        for exploited in reading.exploited:
            self._exploited[exploited.id].append(exploited)
        for likely in reading.likelihoods:
            self._likelihoods[likely.id].append(likely)
