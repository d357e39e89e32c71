"""Works: the packages of work that would help this fleet, what each touches, and the best plan of them.

Question: what could we do, for whom, at what price, and which of it first under this budget and these hours?
Reference: domain note 03 §7. A package is proposed per ward or per model wherever its measure changes a score
(`garde.risk.book` has the prices), beside those of the site. Risk is counted in points: criticality level × V, so 0 to
400 a device; that product is ours and stands for no society's method. What a package removes is found by scoring the
devices again. Only the packages that alone would remove most are tried together; `left` names the others.

Example:
    >>> from garde.risk.vulnerability.score import Facts, Seen
    >>> one = Subject(id="d-1", ward="Réa A", model="Evita", criticality=4, risk=3, facts=Facts(seen=(Seen("smb1"),)))
    >>> works = Works([one])
    >>> [(work.name, sorted(works.reach(work.name))) for work in works.packages]
    [('segmentation: Réa A', ['d-1']), ('service removal: Evita', ['d-1'])]
    >>> [step.package for step in works.plan(Limits(budget=2_000, hours=(20,))).best.steps]
    ['service removal: Evita']
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from garde.errors import Malformed, Refused
from garde.risk.book import Book, Effect, Entry, packaged
from garde.risk.effect import after, helps
from garde.risk.measures import measures
from garde.risk.package import MOST_TOGETHER, Limits, Package, Problem, Stake, prepared
from garde.risk.roadmap import Roadmap, roadmap
from garde.risk.vulnerability.score import Facts, score

#: Packages that are tried together: those that remove most on their own.
MOST: Final = 48
#: A level of risk from which work is proposed at all: where the least is, nothing is bought.
LEAST_RISK: Final = 2


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A device as work sees it.

    Attributes:
        id, site, ward, model, kind: of the device; empty where unknown.
        criticality: its level.
        risk: its level in the matrix.
        urgent: risk and criticality are both at their highest.
        facts: all that its vulnerability is scored of.
        fixable: ids of its weaknesses for which a version without them is published.
    """

    id: str
    site: str = ""
    ward: str = ""
    model: str = ""
    kind: str = ""
    criticality: int
    risk: int
    urgent: bool = False
    facts: Facts
    fixable: frozenset[str] = frozenset()


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A package with what it is about.

    Attributes:
        package: as the solver takes it.
        window: what must stand still meanwhile.
        reach: ids of the devices that it touches.
        alone: points that it would remove if nothing else were done.
        proposed: by Garde; else the site's own.
    """

    package: Package
    window: str
    reach: frozenset[str]
    alone: float
    proposed: bool = True


class Works:
    """All work on a fleet.

    Args:
        subjects: its devices.
        book: prices, effects and the site's own packages.

    Raises:
        Malformed: a package of the site names what there is not, or too many touch one device.
    """

    def __init__(self, subjects: Iterable[Subject], book: Book | None = None) -> None:
        self._book = book or packaged()
        self._subjects = {one.id: one for one in subjects}
        self._points: dict[object, float] = {}
        found = [*self._own(), *self._proposed()]
        found.sort(key=lambda work: (work.proposed, -work.alone, work.package.name))
        kept: list[Work] = []
        touching: dict[str, int] = defaultdict(int)
        over: list[Work] = []
        for work in found:
            if work.proposed and (len(kept) >= MOST or any(touching[device] >= MOST_TOGETHER for device in work.reach)):
                over.append(work)
                continue
            kept.append(work)
            for device in work.reach:
                touching[device] += 1
        self._works = {work.package.name: self._consistent(work, kept) for work in kept}
        #: packages that would remove less than those tried, or on devices that many others touch already
        self.left: tuple[Work, ...] = tuple(over)
        self._stakes = tuple(self._stake(one) for one in self._subjects.values())
        self._problem: Problem | None = None

    @property
    def packages(self) -> tuple[Package, ...]:
        """The packages tried, those that alone remove most first."""
        return tuple(work.package for work in self._works.values())

    def work(self, name: str) -> Work:
        """A package with what it is about.

        Raises:
            KeyError: there is no such package.
        """
        return self._works[name]

    def reach(self, name: str) -> frozenset[str]:
        """Ids of the devices that a package touches."""
        return self._works[name].reach

    def plan(self, limits: Limits) -> Roadmap:
        """The best plan within limits, and the greedy one beside it.

        Where no plan within them serves every urgent device, the best of the others is given: its ``unserved`` names
        those that it leaves.

        Raises:
            Malformed: limits that are none.
            Refused: what is wanted does not fit.
        """
        problem = self.problem(limits)
        try:
            return roadmap(problem)
        except Refused as error:
            if error.code != "roadmap.impossible" or limits.wanted:
                raise
        relaxed = roadmap(problem._replace(groups=tuple(one._replace(urgent=()) for one in problem.groups)))
        first = {step.package for step in relaxed.best.steps if step.quarter == 1}
        missed = {name for one in problem.urgent if first.isdisjoint(one.packages) for name in one.urgent}
        best = msgspec.structs.replace(relaxed.best, unserved=tuple(sorted(missed)), uncovered=problem.uncovered)
        return msgspec.structs.replace(relaxed, best=best)

    def problem(self, limits: Limits) -> Problem:
        """The packages and what stays for every set of them, within limits.

        Raises:
            Malformed: limits that are none.
        """
        if self._problem is None:
            self._problem = prepared(self.packages, self._stakes, limits, self._residual)
        # The tables of what stays are the same for every budget.
        return prepared(self.packages, (), limits)._replace(groups=self._problem.groups)

    def _own(self) -> Iterable[Work]:
        names = {entry.name for entry in self._book.entries}
        if len(names) != len(self._book.entries):
            raise Malformed("works.twice", "Two packages of the site have one name")
        for entry in self._book.entries:
            effect = self._book.effects[entry.measure]
            touched = [one for one in self._subjects.values() if _fits(entry, one)]
            yield self._work(
                Package(
                    name=entry.name, cost=entry.cost, hours=entry.hours, measure=entry.measure,
                    owner=entry.owner or measures()[entry.measure].owner, requires=entry.requires,
                    excludes=entry.excludes, earliest=entry.earliest,
                ),
                entry.window, effect, touched, proposed=False,
            )  # fmt: skip

    def _proposed(self) -> Iterable[Work]:
        taken = {entry.name for entry in self._book.entries}
        for price in self._book.prices:
            if price.unit == "never":
                continue
            word: Callable[[Subject], str] = _ward if price.unit == "ward" else _model
            effect = self._book.effects[price.measure]
            groups: dict[str, list[Subject]] = defaultdict(list)
            for one in self._subjects.values():
                if one.risk >= LEAST_RISK and word(one) and helps(one.facts, effect, one.fixable):
                    groups[word(one)].append(one)
            for group, touched in groups.items():
                cost, hours = price.of(len(touched))
                name = f"{price.measure}: {group}"
                if name not in taken:
                    package = Package(
                        name=name, cost=cost, hours=hours, measure=price.measure,
                        owner=measures()[price.measure].owner, excludes=_pointless(price.measure, group),
                    )  # fmt: skip
                    yield self._work(package, price.window, effect, touched)

    def _work(
        self, package: Package, window: str, effect: Effect, touched: Iterable[Subject], *, proposed: bool = True
    ) -> Work:
        helped = [one for one in touched if helps(one.facts, effect, one.fixable)]
        alone = sum(self._now(one) - self._then(one, (effect,)) for one in helped)
        reach = frozenset(one.id for one in helped)
        return Work(package=package, window=window, reach=reach, alone=round(alone, 6), proposed=proposed)

    def _consistent(self, work: Work, kept: Iterable[Work]) -> Work:
        """Without the exclusions of packages that are not tried."""
        names = {one.package.name for one in kept} | {entry.name for entry in self._book.entries}
        excludes = tuple(name for name in work.package.excludes if name in names)
        return msgspec.structs.replace(work, package=msgspec.structs.replace(work.package, excludes=excludes))

    def _stake(self, one: Subject) -> Stake:
        touching = {name: 1.0 for name, work in self._works.items() if one.id in work.reach}
        return Stake(name=one.id, risk=self._now(one), effects=touching, urgent=one.urgent)

    def _residual(self, stake: Stake, done: frozenset[str]) -> float:
        one = self._subjects[stake.name]
        if not done:
            return stake.risk
        named = sorted({self._works[name].package.measure for name in done})
        return self._then(one, tuple(self._book.effects[measure] for measure in named))

    def _now(self, one: Subject) -> float:
        return self._then(one, ())

    def _then(self, one: Subject, effects: tuple[Effect, ...]) -> float:
        """Points after some work; equal devices are scored once."""
        key = (_content(one.facts), one.fixable, tuple(effect.measure for effect in effects))
        value = self._points.get(key)
        if value is None:
            value = self._points[key] = score(after(one.facts, effects, one.fixable)).value
        return one.criticality * value


def as_record(found: Roadmap, works: Mapping[str, Work] | Works) -> dict[str, object]:
    """A roadmap as ``garde risk plan --format json`` gives it: risk in points, cost in euros."""
    best, greedy = found.best, found.greedy
    look = works.work if isinstance(works, Works) else works.__getitem__
    return {
        "packages": [
            {
                "name": step.package, "measure": step.measure, "owner": step.owner, "cost": step.cost,
                "hours": step.hours, "quarter": step.quarter, "window": look(step.package).window,
                "devices": len(look(step.package).reach), "risk_removed": round(step.before - step.after, 3),
                "residual": round(step.after, 3),
            }
            for step in best.steps
        ],
        "cost": best.cost, "hours": best.hours, "today": round(best.today, 3),
        "risk_removed": round(best.removed, 3), "residual": round(best.residual, 3), "proved": found.proved,
        "unserved": list(best.unserved), "uncovered": list(best.uncovered),
        "greedy": {
            "packages": [step.package for step in greedy.steps], "cost": greedy.cost, "hours": greedy.hours,
            "residual": round(greedy.residual, 3),
        },
    }  # fmt: skip


def _content(facts: Facts) -> tuple[object, ...]:
    """What of the facts a score depends on: devices of one model differ in their evidence only."""
    flaws = tuple(
        (one.id, one.severity, one.chance, one.exploited, one.public, one.confidence >= 0.5) for one in facts.weaknesses
    )
    seen = tuple(sorted({one.what for one in facts.seen}))
    return facts.support, facts.network, facts.diode, facts.reachable, facts.form.value, flaws, seen


def _fits(entry: Entry, one: Subject) -> bool:
    words = (
        (entry.devices, one.id), (entry.models, one.model), (entry.wards, one.ward), (entry.kinds, one.kind),
        (entry.sites, one.site),
    )  # fmt: skip
    return all(not wanted or word in wanted for wanted, word in words)


def _ward(one: Subject) -> str:
    return one.ward


def _model(one: Subject) -> str:
    return one.model


def _pointless(measure: str, group: str) -> tuple[str, ...]:
    """What makes no sense beside a new device of the model."""
    if measure != "replacement":
        return ()
    return tuple(f"{other}: {group}" for other in ("service removal", "supplier patch", "jump host"))
