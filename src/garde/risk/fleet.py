"""Fleet: every device with both scores and its cell, of which only what changed is scored again.

Question: what is each device's risk now, whom does this new document touch, and who runs this component?
Reference: domain note 03 §1, §3 and §6. Devices of one model, version and bill share their matching (`concern`), so a
document costs what it touches. A form (MDS2) and a bill belong to a device when maker and product are its own by the
alias table, the bill only in the very version that was seen; the newest document of them counts. Left out: where
devices, documents and scorings are kept.

Example:
    >>> from garde.risk.grid import packaged
    >>> fleet = Fleet(packaged()["CRIT-DMC 1"])
    >>> fleet.put([Asset(id="d-1", subject=Subject(id="d-1", kind="INF_SYR", kind_level=4, life_sustaining=True))])
    >>> fleet.judged["d-1"].criticality.level, fleet.judged["d-1"].placed.risk
    (4, 3)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from garde.errors import Missing
from garde.model.risk.matrix import Placed
from garde.model.risk.scoring import Scoring
from garde.model.risk.vulnerability import Bill, Form, Reading
from garde.risk import matrix
from garde.risk.concern import Concerns, Place, bare
from garde.risk.criticality import Criticality, Scorer, Subject
from garde.risk.grid import Grid
from garde.risk.vulnerability import alias, answers
from garde.risk.vulnerability.match import Part, Verdict, version_of
from garde.risk.vulnerability.ranges import compare
from garde.risk.vulnerability.score import Facts, Score, Term, cve, score
from garde.risk.vulnerability.severity import Setting
from garde.risk.vulnerability.weigh import COUNTED


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one device.

    Attributes:
        id: of the device.
        subject: what its criticality is made of.
        parts: the device itself, its system, and what was seen on it.
        bill: id of the `Bill` whose components it runs; empty where the fleet is to find it by maker, name and version.
        facts: of its vulnerability, without weaknesses, which come from matching; a form that is missing is looked for.
        setting: what changes the severity of a weakness on it.
        site: where it stands, as the matrix names it.
    """

    id: str
    subject: Subject
    parts: tuple[Part, ...] = ()
    bill: str = ""
    facts: Facts = Facts()
    setting: Setting = Setting()
    site: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One device by both scores.

    Attributes:
        id: of the device.
        criticality, vulnerability: its scores.
        placed: its cell of the matrix, with the risk.
    """

    id: str
    criticality: Criticality
    vulnerability: Score
    placed: Placed


class Change(NamedTuple):
    """A device that stands otherwise in the matrix than before."""

    id: str
    before: Placed | None
    after: Placed


class Running(NamedTuple):
    """A component on a device: id of the device, name and version of the component, empty when unknown."""

    asset: str
    component: str
    version: str


class Concerned(NamedTuple):
    """A device that a weakness is said of, and what is said of its parts, the worst and surest first."""

    asset: str
    verdicts: tuple[Verdict, ...]


_Wanted = Callable[[Part], bool]


class _Held(NamedTuple):
    asset: Asset
    place: Place
    facts: Facts


#: Maker and product, folded, and through the alias table.
_Name = tuple[str, str]


class Fleet:
    """All devices, judged.

    Args:
        grid: by which criticality is scored; it has a matrix.
        scorings: what people said of devices.
        readings: documents.
        aliases: rows of the site; without them, those that come with Garde.

    Raises:
        Missing: the grid only ranks.
    """

    def __init__(
        self,
        grid: Grid,
        scorings: Iterable[Scoring] = (),
        readings: Iterable[Reading] = (),
        aliases: alias.Aliases | None = None,
    ) -> None:
        self.grid = _placing(grid)
        self._scorings = tuple(scorings)
        self._scorer = Scorer(grid, self._scorings)
        self._aliases = aliases or alias.packaged()
        self._concerns = Concerns(self._aliases)
        self._judged: dict[str, Judged] = {}
        self._held: dict[str, _Held] = {}
        self._standing: dict[Place, set[str]] = defaultdict(set)
        self._named: dict[_Name, set[str]] = defaultdict(set)
        self._sources: dict[str, int] = {}
        self._forms: dict[_Name, list[Form]] = defaultdict(list)
        self._bills: dict[_Name, list[Bill]] = defaultdict(list)
        self._answers: dict[str, answers.Judged] = {}
        self._terms: dict[int, Term] = {}
        self.learn(readings)

    @property
    def judged(self) -> Mapping[str, Judged]:
        """Id → what is judged of the device, for reading."""
        return MappingProxyType(self._judged)

    def asset(self, name: str) -> Asset:
        """What is known of a device.

        Raises:
            Missing: no such device.
        """
        if name not in self._held:
            raise Missing("fleet.asset", f"No device {name}")
        return self._held[name].asset

    def assets(self) -> list[Asset]:
        """What is known of every device."""
        return [held.asset for held in self._held.values()]

    def facts(self, name: str) -> Facts:
        """All that the vulnerability of a device is scored of, its weaknesses too.

        Raises:
            Missing: no such device.
        """
        self.asset(name)
        _, place, facts = self._held[name]
        return msgspec.structs.replace(facts, weaknesses=self._concerns.of(place).weaknesses)

    def put(self, assets: Iterable[Asset]) -> None:
        """Take devices in, or what is known of them now; one that is held as given costs nothing."""
        given = {one.id: one for one in assets}
        new = [one for name, one in given.items() if name not in self._held or self._held[name].asset != one]
        self._settle(new)

    def drop(self, ids: Iterable[str]) -> None:
        """Forget devices; an id that is not held is passed over."""
        for name in ids:
            held = self._held.pop(name, None)
            if held:
                del self._judged[name]
                for key in self._names(held.asset):
                    self._named[key].discard(name)
                self._leave(name, held.place)

    def learn(self, readings: Iterable[Reading]) -> set[str]:
        """Take documents in; ids of the devices whose vulnerability is scored otherwise now.

        A document that was taken in before changes nothing.
        """
        new = [one for one in {one.source.id: one for one in readings}.values() if one.source.id not in self._sources]
        new.sort(key=lambda one: (one.source.at, one.source.id))
        touched: set[str] = set()
        for reading in new:
            self._sources[reading.source.id] = reading.source.at
            touched |= self._shelve(reading)
        places = self._concerns.learn(new)
        standing = {name for place in places for name in self._standing.get(place, ())}
        before = {name: self._judged[name].vulnerability for name in touched | standing}
        self._settle([self._held[name].asset for name in touched])
        for name in standing - touched:
            self._judge(name, self._judged[name])
        return {name for name, one in before.items() if _differ(self._judged[name].vulnerability, one)}

    def swap(self, grid: Grid, scorings: Iterable[Scoring] | None = None) -> tuple[Change, ...]:
        """Judge by another grid, or by other scorings; the devices that then stand otherwise, in the order of ids.

        Args:
            scorings: None keeps those that are held.

        Raises:
            Missing: the grid only ranks; nothing has changed then.
        """
        scorer = Scorer(_placing(grid), self._scorings if scorings is None else (scorings := tuple(scorings)))
        judged = {}
        changes = []
        for name in sorted(self._judged):
            before, asset = self._judged[name], self._held[name].asset
            criticality = scorer.score(asset.subject)
            placed = matrix.place(grid, asset.subject, criticality, before.vulnerability.value, asset.site)
            judged[name] = msgspec.structs.replace(before, criticality=criticality, placed=placed)
            if placed != before.placed:
                changes.append(Change(name, before.placed, placed))
        self.grid, self._scorer = grid, scorer
        self._scorings = self._scorings if scorings is None else tuple(scorings)
        self._judged |= judged
        return tuple(changes)

    def running(self, name: str, maker: str = "", below: str = "") -> list[Running]:
        """Who runs a component, and in which version, in the order of ids.

        Args:
            name: of the component, or of its package.
            maker: of it; parts that do not say theirs are listed all the same.
            below: only versions that are surely before this one; what cannot be compared is in `undecided`.
        """
        return self._listed(name, maker, lambda part: not below or _order(part, below) == -1)

    def undecided(self, name: str, below: str, maker: str = "") -> list[Running]:
        """Who runs a component in a version that is unknown, or that is not on one line with ``below``."""
        return self._listed(name, maker, lambda part: _order(part, below) is None)

    def advisory(self, vulnerability: str, every: bool = False) -> list[Concerned]:
        """Devices on which a weakness counts, or may, because their version is unknown; in the order of ids.

        Args:
            vulnerability: CVE id, or the publisher's own.
            every: those that are said to be fixed or not affected too.
        """
        found: dict[str, list[Verdict]] = defaultdict(list)
        for part, verdict in self._concerns.about(vulnerability):
            if every or verdict.state in COUNTED:
                for asset, here in self._carriers(part):
                    because = here.because if here else ()
                    found[asset].append(msgspec.structs.replace(verdict, because=because) if because else verdict)
        return [Concerned(name, tuple(sorted(found[name], key=_worst))) for name in sorted(found)]

    def _shelve(self, reading: Reading) -> set[str]:
        """Keep forms and bills by their names; the devices they may belong to."""
        touched: set[str] = set()
        for form in reading.forms:
            key = self._name(form.maker, form.model)
            self._forms[key].append(form)
            touched |= self._named.get(key, set())
        for bill in reading.bills:
            key = self._name(bill.of.maker, bill.of.name)
            self._bills[key].append(bill)
            touched |= self._named.get(key, set())
        return touched

    def _settle(self, assets: Iterable[Asset]) -> None:
        """Put devices where they belong by what is known now, and judge them."""
        found = [(one, self._placed(one)) for one in assets]
        self._concerns.hold(place for _, place in found)
        for asset, place in found:
            before = self._held.get(asset.id)
            facts = self._facts(asset)
            if before and before.place == place and before.facts == facts and before.asset == asset:
                continue
            for key in self._names(before.asset) if before else ():
                self._named[key].discard(asset.id)
            for key in self._names(asset):
                self._named[key].add(asset.id)
            self._standing[place].add(asset.id)
            if before and before.place != place:
                self._leave(asset.id, before.place)
            self._held[asset.id] = _Held(asset, place, facts)
            self._judge(asset.id)

    def _judge(self, name: str, before: Judged | None = None) -> None:
        """Score one device.

        Args:
            before: what was judged of it when only its weaknesses have changed since.
        """
        asset, place, facts = self._held[name]
        concern = self._concerns.of(place)
        if before:
            ready = {term.term: term for term in before.vulnerability.terms}
        else:
            term = self._terms.get(id(facts.form))
            ready = {"mds2": term} if term else {}
        ready["cve"] = cve(concern.lines_of(asset.parts), concern.value, facts)
        # Beside its own term, which is ready, only those that are exploited count.
        value = score(msgspec.structs.replace(facts, weaknesses=concern.exploited), ready)
        criticality = before.criticality if before else self._scorer.score(asset.subject)
        placed = matrix.place(self.grid, asset.subject, criticality, value.value, asset.site)
        self._judged[name] = Judged(id=name, criticality=criticality, vulnerability=value, placed=placed)

    def _placed(self, asset: Asset) -> Place:
        return Place(tuple(map(bare, asset.parts)), asset.bill or self._bill(asset), asset.setting)

    def _facts(self, asset: Asset) -> Facts:
        """The facts with the form that belongs to the device, where the caller has none."""
        if not asset.facts.form.missing:
            return asset.facts
        for part in asset.parts:
            forms = self._forms.get(self._name(part.maker, part.name), ()) if part.maker and part.name else ()
            if forms:
                form = max(forms, key=lambda one: (_same(one.release, part.version), self._age(one)))
                return msgspec.structs.replace(asset.facts, form=self._read(form))
        return asset.facts

    def _read(self, form: Form) -> answers.Judged:
        """A form as a number; one object for each form, by which its term is made once."""
        held = self._answers.get(form.id)
        if held is None:
            held = self._answers[form.id] = answers.judged(form)
            self._terms[id(held)] = next(one for one in score(Facts(form=held)).terms if one.term == "mds2")
        return held

    def _bill(self, asset: Asset) -> str:
        """The newest bill of the version that was seen, else of the product in every version; empty for none."""
        for part in asset.parts:
            bills = self._bills.get(self._name(part.maker, part.name), ()) if part.maker and part.name else ()
            fitting = [one for one in bills if not one.of.version or _same(one.of.version, part.version)]
            if fitting:
                return max(fitting, key=lambda one: (bool(one.of.version), self._age(one))).id
        return ""

    def _age(self, one: Form | Bill) -> tuple[int, str]:
        return self._sources.get(one.source, 0), one.id

    def _names(self, asset: Asset) -> set[_Name]:
        return {self._name(part.maker, part.name) for part in asset.parts if part.maker and part.name}

    def _name(self, maker: str, product: str) -> _Name:
        return self._aliases.maker(maker), self._aliases.product(maker, product)

    def _leave(self, name: str, place: Place) -> None:
        self._standing[place].discard(name)
        if not self._standing[place]:
            del self._standing[place]
            self._concerns.release(place)

    def _carriers(self, part: Part) -> Iterator[tuple[str, Part | None]]:
        """The devices on which a part stands, and that part with the messages it rests on where it is their own."""
        for place in self._concerns.places(part):
            at = place.parts.index(part) if part in place.parts else None
            for name in self._standing.get(place, ()):
                yield name, None if at is None else self._held[name].asset.parts[at]

    def _listed(self, name: str, maker: str, wanted: _Wanted) -> list[Running]:
        found = {
            Running(asset, part.name, version_of(part))
            for part in self._concerns.called(name, maker)
            if wanted(part)
            for asset, _ in self._carriers(part)
        }
        return sorted(found)


def _placing(grid: Grid) -> Grid:
    if not grid.rows:
        raise Missing("grid.cell", f"{grid.name} only ranks: it has no matrix", hint="Choose a grid with a matrix")
    return grid


def _differ(one: Score, other: Score) -> bool:
    """Whether two scores differ; most that do differ in their value, which spares comparing their lines."""
    return one.value != other.value or one != other


def _same(one: str, other: str) -> bool:
    return bool(one and other) and compare(one, other) == 0


def _order(part: Part, other: str) -> int | None:
    version = version_of(part)
    return compare(version, other) if version else None


def _worst(one: Verdict) -> tuple[bool, float, str]:
    return one.state not in COUNTED, -one.confidence, one.state
