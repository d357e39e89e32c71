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
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from garde.model.risk.vulnerability import Bill, Component, Reading
from garde.risk.vulnerability import cpe
from garde.risk.vulnerability.alias import Aliases, folded, packaged
from garde.risk.vulnerability.match import Index, Key, Part, Verdict, purl_of
from garde.risk.vulnerability.score import Line, Weakness, line_of
from garde.risk.vulnerability.severity import Setting
from garde.risk.vulnerability.weigh import Known, surest, weakness

__all__ = ["Concern", "Concerns", "Place", "bare", "packaged"]


class Place(NamedTuple):
    """What devices share whose weaknesses are the same: parts without messages, id of a bill or empty, setting."""

    parts: tuple[Part, ...]
    bill: str
    setting: Setting


class Concern(msgspec.Struct, frozen=True, kw_only=True):
    """What counts in one place.

    Attributes:
        verdicts: id of each weakness that is said to count → its surest verdict, those taken back included.
        weaknesses: those that count, in the order of ids, without the messages behind the parts.
        lines: a line of the score for each.
        own: (place among ``lines``, place among the parts) of those that come through a part of the device itself.
    """

    verdicts: dict[str, Verdict]
    weaknesses: tuple[Weakness, ...]
    lines: tuple[Line, ...]
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
        self._concerns: dict[Place, Concern] = {}
        self._verdicts: dict[Part, tuple[Verdict, ...]] = {}
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
        self._weigh(new, set())

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
            keys |= self._index.add(reading.statements)
            at = reading.source.at
            names |= self._known.add(reading.vulnerabilities, reading.likelihoods, reading.exploited, at)
            self.bills |= {bill.id: bill for bill in reading.bills}
            awaited |= {bill.id for bill in reading.bills if self._running.get(bill.id)}
        parts = {part for key in keys for part in self._keyed.get(key, ()) if self._look(part)}
        for bill in awaited:
            self._unfold(bill)
        bills = awaited | {bill for part in parts for bill in self._in_bills.get(part, ())}
        for bill in bills:
            self._of_bill[bill] = self._worst(self._components[bill])
        places = {place for part in parts for place in self._in_places.get(part, ())}
        places |= {place for bill in bills for place in self._running.get(bill, ())}
        places |= {place for place, one in self._concerns.items() if not names.isdisjoint(one.verdicts)}
        before = {place: self._concerns[place] for place in places}
        self._weigh(places, names)
        return {place for place, one in before.items() if one.weaknesses != self._concerns[place].weaknesses}

    def about(self, vulnerability: str) -> Iterator[tuple[Part, Verdict]]:
        """Every part that anything is said of about a weakness, and what."""
        for part in self._about.get(vulnerability, ()):
            for verdict in self._verdicts[part]:
                if verdict.vulnerability == vulnerability:
                    yield part, verdict

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
        self._verdicts[part] = ()
        self._look(part)

    def _look(self, part: Part) -> bool:
        """Ask the index about a part; whether the answer is another one than before."""
        found = self._index.verdicts(part)
        if found == self._verdicts[part]:
            return False
        for one in found:
            self._about[one.vulnerability].add(part)
        self._verdicts[part] = found
        return True

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
        return surest(one for part in parts for one in self._verdicts[part])

    def _weigh(self, places: Iterable[Place], names: set[str]) -> None:
        """Work out what counts; what holds of a verdict in one setting is made once, and kept where it did not change.

        Args:
            names: weaknesses of which something else is known than before.
        """
        made: dict[Setting, dict[int, tuple[Weakness, Line]]] = defaultdict(dict)
        for place in places:
            before = self._concerns.get(place)
            old = dict(zip((one.id for one in before.weaknesses), before.weaknesses, strict=True)) if before else {}
            ready = made[place.setting]
            verdicts, through = self._surest(place)
            weak: list[Weakness] = []
            lines: list[Line] = []
            for name in sorted(verdicts):
                if self._known.withdrawn(name):
                    continue
                verdict = verdicts[name]
                pair = ready.get(id(verdict))
                if pair is None:
                    held = before and name not in names and name in old and before.verdicts.get(name) is verdict
                    one = old[name] if held else weakness(verdict, self._known, place.setting)
                    pair = ready[id(verdict)] = (one, line_of(one))
                weak.append(pair[0])
                lines.append(pair[1])
            own = tuple((at, through[one.id]) for at, one in enumerate(weak) if one.id in through)
            self._concerns[place] = Concern(verdicts=verdicts, weaknesses=tuple(weak), lines=tuple(lines), own=own)

    def _surest(self, place: Place) -> tuple[dict[str, Verdict], dict[str, int]]:
        """The surest verdicts of a place, and through which part of the device itself those came that did."""
        found: dict[str, Verdict] = {}
        through: dict[str, int] = {}
        for at, part in enumerate(place.parts):
            before, found = found, surest(self._verdicts[part], found)
            through |= {name: at for name, one in found.items() if before.get(name) is not one}
        before = found
        if place.bill in self._of_bill:
            found = surest(self._of_bill[place.bill].values(), before)
        return found, {name: at for name, at in through.items() if found[name] is before[name]}

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
