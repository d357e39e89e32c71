"""Package: work that lowers risk, what it costs, and the risk that stays for every set of packages.

Question: which devices does this work touch, what must be done before it, and what stays when several are done?
Reference: domain note 03 §7. Effects multiply, so the risk a package removes depends on the others: it is looked up
for each set of packages that touch the same devices, by re-scoring, and never added up. Left out: who estimates cost
and hours.

Example:
    >>> work = [Package(name="segment", cost=9_000, hours=40), Package(name="patch", cost=2_000, hours=10)]
    >>> pump = Stake(name="d-1", risk=1000.0, effects={"segment": 0.5, "patch": 0.5})
    >>> prepared(work, [pump], Limits(budget=20_000, hours=(80,))).residual({"segment", "patch"})
    250.0
"""

from __future__ import annotations

import difflib
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final, NamedTuple

import msgspec

from garde.errors import Malformed

#: Packages that may touch one device: the sets of them double with each.
MOST_TOGETHER: Final = 10


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """Work that is bought and done as one piece, within one quarter.

    Attributes:
        name: short and unique.
        cost: whole euros.
        hours: whole hours of the hospital's own people.
        owner: who does it: biomedical, information systems, the supplier.
        measure: a row of `garde.risk.measures`, or a word of the site.
        requires: packages that must be done in the same quarter or before.
        excludes: packages that make no sense beside it.
        earliest: first quarter in which it may be done, from 1.
    """

    name: str
    cost: int
    hours: int
    owner: str = ""
    measure: str = ""
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    earliest: int = 1


class Stake(msgspec.Struct, frozen=True, kw_only=True):
    """What is at risk: a device, or a fleet of equal ones.

    Attributes:
        name: id of the device or the fleet.
        risk: today, in euros a year or in points; not negative.
        effects: package that touches it → factor left of the risk; 1 where only re-scoring tells.
        urgent: critical risk on a device of the highest criticality: something must be done in the first quarter.
    """

    name: str
    risk: float
    effects: Mapping[str, float] = {}
    urgent: bool = False


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What may be spent.

    Attributes:
        budget: whole euros for all quarters.
        hours: whole hours of each quarter, the first one first.
        wanted, unwanted: packages that are in the plan, or out of it, whatever they bring: what if?
    """

    budget: int
    hours: tuple[int, ...]
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


#: Risk of a stake that stays when these of its packages are done.
Residual = Callable[[Stake, frozenset[str]], float]


class Group(NamedTuple):
    """Stakes touched by the same packages.

    Attributes:
        packages: their names, sorted.
        table: risk of all of them that stays, by the set of packages as bits, the first package lowest.
        urgent: names of those that are urgent.
    """

    packages: tuple[str, ...]
    table: tuple[float, ...]
    urgent: tuple[str, ...]


class Problem(NamedTuple):
    """Packages in an order in which each follows what it requires, groups of stakes, and limits."""

    packages: dict[str, Package]
    groups: tuple[Group, ...]
    limits: Limits

    @property
    def urgent(self) -> tuple[Group, ...]:
        """Groups that must get something in the first quarter, and can."""
        return tuple(group for group in self.groups if group.urgent and group.packages)

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Urgent stakes that no package touches."""
        return tuple(sorted(name for group in self.groups if not group.packages for name in group.urgent))

    def residual(self, chosen: Collection[str]) -> float:
        """Risk that stays when these packages are done."""
        return math.fsum(
            group.table[sum(1 << at for at, name in enumerate(group.packages) if name in chosen)]
            for group in self.groups
        )


def multiplied(stake: Stake, done: frozenset[str]) -> float:
    """Risk × the factor of each package done: effects that know nothing of one another."""
    return stake.risk * math.prod(stake.effects[name] for name in sorted(done))


def prepared(
    packages: Iterable[Package], stakes: Iterable[Stake], limits: Limits, residual: Residual = multiplied
) -> Problem:
    """A problem whose words are checked and whose stakes are gathered.

    Args:
        residual: the re-scoring; called for each stake with every set of the packages that touch it.

    Raises:
        Malformed: an unknown or repeated name, a circle of requirements, a figure that is none, or more than
            ``MOST_TOGETHER`` packages on one stake.
    """
    ordered = _ordered(tuple(packages))
    _limits(limits, ordered)
    tables: dict[tuple[str, ...], list[float]] = {}
    known: dict[tuple[str, ...], list[frozenset[str]]] = {}
    urgent: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for stake in stakes:
        touching = tuple(sorted(stake.effects))
        _stake(stake, touching, ordered)
        # 20,000 devices share a few hundred sets of packages.
        if (sets := known.get(touching)) is None:
            sets = known[touching] = _sets(touching)
        table = tables.setdefault(touching, [0.0] * len(sets))
        for at, done in enumerate(sets):
            left = residual(stake, done)
            if not 0 <= left < math.inf:
                raise Malformed("roadmap.residual", f"{left} is no risk", where=stake.name)
            table[at] += left
        if stake.urgent:
            urgent[touching].append(stake.name)
    groups = tuple(Group(names, tuple(tables[names]), tuple(sorted(urgent.get(names, ())))) for names in sorted(tables))
    return Problem(ordered, groups, limits)


def _sets(names: tuple[str, ...]) -> list[frozenset[str]]:
    """Every set of the names, by its bits."""
    return [frozenset(name for at, name in enumerate(names) if bits >> at & 1) for bits in range(1 << len(names))]


def _ordered(packages: tuple[Package, ...]) -> dict[str, Package]:
    table = {one.name: one for one in packages}
    if len(table) != len(packages):
        raise Malformed("roadmap.twice", "Two packages have one name")
    for one in packages:
        if one.cost < 0 or one.hours < 0 or one.earliest < 1:
            raise Malformed(
                "roadmap.package", "Cost and hours are not negative, and quarters count from 1", where=one.name
            )
        for other in (*one.requires, *one.excludes):
            _known(other, table, one.name)
    try:
        order = tuple(TopologicalSorter({one.name: sorted(one.requires) for one in packages}).static_order())
    except CycleError as error:
        raise Malformed("roadmap.circle", f"They require one another: {' → '.join(error.args[1])}") from None
    return {name: table[name] for name in order}


def _limits(limits: Limits, table: Mapping[str, Package]) -> None:
    if limits.budget < 0 or not limits.hours or min(limits.hours) < 0:
        raise Malformed("roadmap.limits", "A budget and the hours of at least one quarter, none negative")
    for name in (*limits.wanted, *limits.unwanted):
        _known(name, table, "limits")


def _stake(stake: Stake, touching: tuple[str, ...], table: Mapping[str, Package]) -> None:
    if not 0 <= stake.risk < math.inf or any(not 0 <= factor < math.inf for factor in stake.effects.values()):
        raise Malformed("roadmap.stake", "A risk and a factor are not negative", where=stake.name)
    for name in touching:
        _known(name, table, stake.name)
    if len(touching) > MOST_TOGETHER:
        hint = f"Join some of the {len(touching)} packages that touch it into one"
        raise Malformed("roadmap.together", f"At most {MOST_TOGETHER} packages touch one", where=stake.name, hint=hint)


def _known(name: str, table: Mapping[str, Package], where: str) -> None:
    if name not in table:
        near = difflib.get_close_matches(name, table, n=1)
        raise Malformed(
            "roadmap.unknown", f"{name!r} is no package", where=where, hint=f"Did you mean {near[0]}?" if near else ""
        )
