"""Concern: what is published about the parts of a device, worked out once for all devices that have the same parts.

Question: which weaknesses count on this model with this bill where it stands, and whom does a new document touch?
Reference: domain note 03 §6; `garde.risk.vulnerability.match` and ``weigh``. A part is looked up once whoever has it,
a bill once whoever runs it, and a new document reaches only the parts that share a name with it. Left out: the messages
behind a part, which differ by device and are put back by `Concern.lines_of`.

Example:
    >>> from garde.model.risk.vulnerability import Reading, Source, Span, Statement
    >>> said = Statement(id="s", vulnerability="CVE-2020-1234", status="affected", maker="ZOLL", product="Dashboard",
    ...     spans=(Span(high="2.2"),), source="x")
    >>> concerns = Concerns(packaged())
    >>> place = concerns.held(Place((Part(maker="Zoll", name="Dashboard", version="2.1"),), "", Setting()))
    >>> changed = concerns.learn([Reading(source=Source(id="x", format="csaf"), statements=(said,))])
    >>> changed == {place}, [one.id for one in concerns.of(place).weaknesses]
    (True, ['CVE-2020-1234'])
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

import msgspec

from garde.model.risk.vulnerability import Bill, Component, Reading
from garde.risk.vulnerability import cpe
from garde.risk.vulnerability.alias import Aliases, folded, packaged
from garde.risk.vulnerability.match import Index, Key, Part, Verdict, purl_of
from garde.risk.vulnerability.score import Line, Weakness, line_of, together
from garde.risk.vulnerability.severity import Setting
from garde.risk.vulnerability.weigh import COUNTED, Known, surest, weakness

__all__ = ["Concern", "Concerns", "Place", "bare", "packaged"]


class Place(NamedTuple):
    """What devices share whose weaknesses are the same: parts without messages, id of a bill or empty, setting."""

    parts: tuple[Part, ...]
    bill: str
    setting: Setting


_Pair = tuple[Weakness, Line]


class Concern(msgspec.Struct, frozen=True, kw_only=True):
    """What counts in one place.

    Attributes:
        verdicts: id of each weakness that is said to count → its surest verdict, those taken back included.
        weaknesses: those that count, in the order of ids, without the messages behind the parts.
        lines: a line of the score for each.
        value: what they come to together, 0 to 1.
        exploited: those of ``weaknesses`` that are known to be exploited.
        own: (place among ``lines``, place among the parts) of those that come through a part of the device itself.
    """

    verdicts: dict[str, Verdict]
    weaknesses: tuple[Weakness, ...]
    exploited: tuple[Weakness, ...]
    lines: tuple[Line, ...]
    value: float
    own: tuple[tuple[int, int], ...]

    def lines_of(self, parts: Sequence[Part]) -> tuple[Line, ...]:
        """The lines for one device, whose parts put the messages they rest on in front."""
        if not any(part.because for part in parts):
            return self.lines
        lines = list(self.lines)
        for at, which in self.own:
            because = parts[which].because
            if because:
                lines[at] = line_of(self.weaknesses[at], because)
        return tuple(lines)


class Concerns:
    """Places that devices stand in, and all that was published."""

    def __init__(self, aliases: Aliases) -> None:
        self.aliases = aliases
        self.bills: dict[str, Bill] = {}
        self._index = Index((), aliases)
        self._known = Known()
        self._revisions: dict[tuple[str, str], list[Reading]] = {}
        self._concerns: dict[Place, Concern] = {}
        self._verdicts: dict[Part, dict[str, Verdict]] = {}
        self._of_bill: dict[str, dict[str, Verdict]] = {}
        self._components: dict[str, tuple[Part, ...]] = {}
        self._keyed: dict[Key, set[Part]] = defaultdict(set)
        self._called: dict[str, set[Part]] = defaultdict(set)
        self._about: dict[str, set[Part]] = defaultdict(set)
        self._in_bills: dict[Part, set[str]] = defaultdict(set)
        self._in_places: dict[Part, set[Place]] = defaultdict(set)
        self._running: dict[str, set[Place]] = defaultdict(set)

    def of(self, place: Place) -> Concern:
        """What counts in a place that is held."""
        return self._concerns[place]

    def held(self, place: Place) -> Place:
        """Take a place in; what counts there is worked out once."""
        self.hold([place])
        return place

    def hold(self, places: Iterable[Place]) -> None:
        """Take places in."""
        new = [place for place in dict.fromkeys(places) if place not in self._concerns]
        for place in new:
            for part in place.parts:
                self._take(part)
                self._in_places[part].add(place)
            if place.bill:
                self._unfold(place.bill)
                self._running[place.bill].add(place)
        self._weigh(new, set(), set())

    def release(self, place: Place) -> None:
        """Forget a place in which no device stands any more; what a bill came to is kept for the next one."""
        if self._concerns.pop(place, None) is None:
            return
        for part in place.parts:
            self._in_places[part].discard(place)
        self._running[place.bill].discard(place)

    def learn(self, readings: Iterable[Reading]) -> set[Place]:
        """Take documents in; the places in which something else counts now."""
        keys: set[Key] = set()
        names: set[str] = set()
        awaited: set[str] = set()
        for reading in readings:
            # Of an earlier revision the bills count all the same: they are chosen by what runs, not by their date.
            self.bills |= {bill.id: bill for bill in reading.bills}
            awaited |= {bill.id for bill in reading.bills if self._running.get(bill.id)}
            if not self._newest(reading, keys, names):
                continue
            keys |= self._index.add(reading.statements)
            at = reading.source.at
            names |= self._known.add(reading.vulnerabilities, reading.likelihoods, reading.exploited, at)
        moved = {part: self._look(part) for key in keys for part in self._keyed.get(key, ())}
        again: dict[str, set[str]] = defaultdict(set)
        for part, about in moved.items():
            for bill in self._in_bills.get(part, ()):
                again[bill] |= about
        for bill, about in again.items():
            self._worst_again(bill, about)
        renewed = {name for about in moved.values() for name in about}
        before = dict(self._concerns)
        fresh = {place for bill in awaited for place in self._running.get(bill, ())}
        for bill in awaited:
            self._unfold(bill)
        for place in fresh:
            del self._concerns[place]
        self._weigh(tuple(before), names | renewed, renewed)
        return {place for place, one in before.items() if one.weaknesses != self._concerns[place].weaknesses}

    def _newest(self, reading: Reading, keys: set[Key], names: set[str]) -> bool:
        """Whether no later revision of the document is held; earlier ones that are held stop counting.

        Args:
            keys, names: what that touches is added to them.
        """
        key = (reading.source.format, reading.source.document)
        if not reading.source.document:
            return True
        held = self._revisions.get(key, [])
        if any(one.source.at > reading.source.at for one in held):
            return False
        for one in held:
            if one.source.at < reading.source.at:
                keys |= self._index.drop(one.source.id, one.statements)
                names |= self._known.forget(one.source.id, one.vulnerabilities)
        self._revisions[key] = [*(one for one in held if one.source.at == reading.source.at), reading]
        return True

    def about(self, vulnerability: str) -> Iterator[tuple[Part, Verdict]]:
        """Every part that anything is said of about a weakness, and what."""
        for part in self._about.get(vulnerability, ()):
            yield part, self._verdicts[part][vulnerability]

    def called(self, name: str, maker: str = "") -> set[Part]:
        """The parts of a name, and of a maker where one is given and they name theirs."""
        found = self._called.get(folded(name), set()) | self._called.get(self.aliases.product(maker, name), set())
        wanted = self.aliases.maker(maker) if maker else ""
        return {part for part in found if not (wanted and part.maker) or self.aliases.maker(part.maker) == wanted}

    def places(self, part: Part) -> set[Place]:
        """Where a part stands, itself or in a bill."""
        running = (self._running.get(bill, set()) for bill in self._in_bills.get(part, ()))
        return self._in_places.get(part, set()).union(*running)

    def _take(self, part: Part) -> None:
        if part in self._verdicts:
            return
        for key in self._index.keys(part):
            self._keyed[key].add(part)
        for name in self._names(part):
            self._called[name].add(part)
        self._verdicts[part] = {}
        self._look(part)

    def _look(self, part: Part) -> set[str]:
        """Ask the index about a part; the weaknesses about which its answer is another one than before."""
        before = self._verdicts[part]
        found = {one.vulnerability: one for one in self._index.verdicts(part)}
        moved = {name for name in found.keys() | before.keys() if before.get(name) != found.get(name)}
        for name in moved:
            (self._about[name].add if name in found else self._about[name].discard)(part)
        # An answer that stands stays the same object, by which what was made of it is recognised.
        self._verdicts[part] = {name: one if name in moved else before[name] for name, one in found.items()}
        return moved

    def _unfold(self, name: str) -> None:
        bill = self.bills.get(name)
        if bill is None or name in self._components:
            return
        parts = tuple(dict.fromkeys(map(_part, bill.components)))
        self._components[name] = parts
        for part in parts:
            self._take(part)
            self._in_bills[part].add(name)
        self._of_bill[name] = self._worst(parts)

    def _worst(self, parts: Iterable[Part]) -> dict[str, Verdict]:
        return surest(one for part in parts for one in self._verdicts[part].values())

    def _worst_again(self, bill: str, names: set[str]) -> None:
        """Bring what a bill comes to up to date about these weaknesses."""
        parts, found = self._components[bill], self._of_bill[bill]
        for name in names:
            found.pop(name, None)
            found |= surest(one for part in parts if (one := self._verdicts[part].get(name)))

    def _weigh(self, places: Iterable[Place], names: set[str], moved: set[str]) -> None:
        """Work out what counts in places; what holds of a verdict in one setting is made once.

        Args:
            names: weaknesses of which something else is known than before, a day's likelihoods among them.
            moved: those of which a verdict is another one.
        """
        made: dict[Setting, dict[int, _Pair]] = defaultdict(dict)
        for place in places:
            before, ready = self._concerns.get(place), made[place.setting]
            if before is None:
                self._concerns[place] = self._weighed(place, *self._surest(place), {}, ready)
                continue
            mine = (before.verdicts.keys() & names) | {name for name in moved if self._said(place, name)}
            if mine:
                verdicts, through = self._surest(place, mine, before)
                pairs = zip(before.weaknesses, before.lines, strict=True)
                old = {pair[0].id: pair for pair in pairs if pair[0].id not in mine}
                self._concerns[place] = self._weighed(place, verdicts, through, old, ready)

    def _weighed(
        self,
        place: Place,
        verdicts: dict[str, Verdict],
        through: dict[str, int],
        old: dict[str, _Pair],
        ready: dict[int, _Pair],
    ) -> Concern:
        pairs = dict(old)
        for name in verdicts.keys() - old.keys():
            if not self._known.withdrawn(name):
                verdict = verdicts[name]
                if id(verdict) not in ready:
                    one = weakness(verdict, self._known, place.setting)
                    ready[id(verdict)] = (one, line_of(one))
                pairs[name] = ready[id(verdict)]
        order = sorted(pairs)
        lines = tuple([pairs[name][1] for name in order])
        weak = tuple([pairs[name][0] for name in order])
        return Concern(
            verdicts=verdicts,
            weaknesses=weak,
            exploited=tuple([one for one in weak if one.exploited]),
            lines=lines,
            value=together(lines),
            own=tuple([(at, through[name]) for at, name in enumerate(order) if name in through]),
        )

    def _said(self, place: Place, name: str) -> bool:
        """Whether anything counts in a place about a weakness."""
        return name in self._of_bill.get(place.bill, ()) or any(name in self._verdicts[part] for part in place.parts)

    def _surest(
        self, place: Place, names: Set[str] = frozenset(), before: Concern | None = None
    ) -> tuple[dict[str, Verdict], dict[str, int]]:
        """The surest verdicts of a place, and through which part of the device itself those came that did.

        Args:
            names: all that may differ from ``before``.
        """
        found: dict[str, Verdict] = {}
        through: dict[str, int] = {}
        bill = self._of_bill.get(place.bill, {})
        if before:
            found = {name: one for name, one in before.verdicts.items() if name not in names}
            own = ((before.weaknesses[at].id, which) for at, which in before.own)
            through = {name: which for name, which in own if name not in names}
        else:
            names = bill.keys() | {name for part in place.parts for name in self._verdicts[part]}
        for name in names:
            best = bill.get(name)
            for at in range(len(place.parts) - 1, -1, -1):
                one = self._verdicts[place.parts[at]].get(name)
                # Of equals the first counts, and the device itself before its bill.
                if one and one.state in COUNTED and (best is None or one.confidence >= best.confidence):
                    best, through[name] = one, at
            if best:
                found[name] = best
        return found, through

    def _names(self, part: Part) -> set[str]:
        """The words by which people ask for a part."""
        found = {folded(part.name), self.aliases.product(part.maker, part.name)} if part.name else set()
        key = purl_of(part.purl)
        if key:
            found.add(folded(key[2]))
        if cpe.known(part.cpe):
            found.add(folded(cpe.parse(part.cpe)[2].replace("\\", "").replace("_", " ")))
        return found - {""}


def bare(part: Part) -> Part:
    """A part without the messages that it rests on, by which devices share it."""
    return msgspec.structs.replace(part, because=()) if part.because else part


def _part(one: Component) -> Part:
    return Part(maker=one.maker, name=one.name, version=one.version, purl=one.purl, cpe=one.cpe)
