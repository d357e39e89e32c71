"""Roadmap: which work, in which quarter, under a budget, and what risk stays; with a greedy plan beside it.

Question: with this money and these hours, what do we do first, and what do we still live with afterwards?
Reference: domain note 03 §7. Safety goes before money: where risk and criticality are both at their highest, something
is done in the first quarter whatever it returns. The greedy plan is what one would do by hand, and what the solver has
to beat. Left out: accepting what stays, which is a person's decision.

Example:
    >>> from garde.risk.package import Limits, Package, Stake, prepared
    >>> work = [Package(name=name, cost=cost, hours=1) for name, cost in (("a", 3), ("b", 2), ("c", 2))]
    >>> one = Stake(name="s", risk=10.0, effects={"a": 0.1, "b": 0.2})
    >>> fleet = [one, Stake(name="t", risk=8.0, effects={"c": 0.1})]
    >>> found = roadmap(prepared(work, fleet, Limits(budget=5, hours=(3,))))
    >>> [step.package for step in found.best.steps], round(found.best.residual, 1), round(found.greedy.residual, 1)
    (['a', 'c'], 1.8, 2.8)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from garde.errors import Refused
from garde.risk.package import Package, Problem
from garde.risk.solver import least_budget, solved


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One package of a plan, in the order of the plan.

    Attributes:
        package, owner, measure, cost, hours: of the package.
        quarter: from 1.
        before, after: risk of the whole fleet before and after it, given the steps above it.
    """

    package: str
    owner: str
    measure: str
    cost: int
    hours: int
    quarter: int
    before: float
    after: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plan.

    Attributes:
        steps: by quarter, then each after what it requires.
        cost, hours: totals, in euros and hours.
        today, residual: risk without it and with it.
        unserved: urgent stakes that get nothing in the first quarter; none in the best plan.
        uncovered: urgent stakes that no package touches.
        lacking: packages that were wanted and did not fit; none in the best plan.
    """

    steps: tuple[Step, ...]
    cost: int
    hours: int
    today: float
    residual: float
    unserved: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def removed(self) -> float:
        """Risk that it removes."""
        return self.today - self.residual

    @property
    def keeps(self) -> bool:
        """It serves all that is urgent and all that was wanted."""
        return not self.unserved and not self.lacking


class Roadmap(msgspec.Struct, frozen=True, kw_only=True):
    """The best plan and the one to measure it by.

    Attributes:
        best: least residual risk.
        greedy: most risk removed per euro first.
        proved: no plan is better than ``best``; else none leaves less risk than ``bound``.
        bound: in the unit of the risk.
    """

    best: Plan
    greedy: Plan
    proved: bool
    bound: float


def roadmap(problem: Problem) -> Roadmap:
    """The best plan that keeps all the limits.

    Raises:
        Refused: none does; the hint says what budget would, where one would.
    """
    solution, by_hand = solved(problem), greedy(problem)
    if solution is None and not by_hand.keeps:
        least = least_budget(problem)
        names = ", ".join(sorted(name for group in problem.urgent for name in group.urgent)[:5])
        raise Refused(
            "roadmap.impossible",
            "No plan within these limits does what is wanted and serves what is urgent",
            where=names,
            hint=f"The least budget that does is {least} €"
            if least is not None
            else "No budget is enough: more hours, or fewer wishes",
        )
    best = plan_of(problem, solution.quarters) if solution else by_hand
    # A search ended by its number of branches may have seen less than the hand.
    if by_hand.keeps and by_hand.residual < best.residual:
        best = by_hand
    return Roadmap(
        best=best, greedy=by_hand, proved=bool(solution and solution.proved), bound=solution.bound if solution else 0.0
    )


def greedy(problem: Problem, rank: Mapping[str, float] | None = None) -> Plan:
    """The plan one makes by hand: what is wanted, then what is urgent, then the best next one while it fits.

    Args:
        rank: highest first, for example the worst CVSS that a package treats; without it, risk removed per euro.
    """
    hand = _Hand(problem)
    for name in problem.limits.wanted:
        hand.take(name)
    while waiting := [group for group in problem.urgent if not hand.serves(group.packages)]:
        options = sorted({name for group in waiting for name in group.packages})
        fit = [name for name in options if hand.fits(name, 1)]
        if not fit:
            break
        hand.take(
            max(fit, key=lambda name: (sum(name in group.packages for group in waiting) / hand.price(name), name)), 1
        )
    left = problem.residual(hand.quarters)
    while True:
        gains = {name: left - problem.residual({*hand.quarters, *hand.closure(name)}) for name in hand.open()}
        fit = [name for name, gain in gains.items() if gain > 0 and hand.fits(name)]
        if not fit:
            return plan_of(problem, hand.quarters)
        worth = rank or {name: gains[name] / hand.price(name) for name in fit}
        hand.take(max(fit, key=lambda name: (worth.get(name, 0.0), name)))
        left = problem.residual(hand.quarters)


def plan_of(problem: Problem, quarters: Mapping[str, int]) -> Plan:
    """The plan of packages and their quarters."""
    order = [name for name in problem.packages if name in quarters]
    order.sort(key=lambda name: quarters[name])
    today = left = problem.residual(())
    done: set[str] = set()
    steps = []
    for name in order:
        one, before = problem.packages[name], left
        done.add(name)
        left = problem.residual(done)
        steps.append(
            Step(
                package=name,
                owner=one.owner,
                measure=one.measure,
                cost=one.cost,
                hours=one.hours,
                quarter=quarters[name],
                before=before,
                after=left,
            )
        )
    return Plan(
        steps=tuple(steps),
        cost=sum(step.cost for step in steps),
        hours=sum(step.hours for step in steps),
        today=today,
        residual=left,
        unserved=tuple(
            sorted(
                name
                for group in problem.urgent
                if not any(quarters.get(package) == 1 for package in group.packages)
                for name in group.urgent
            )
        ),
        uncovered=problem.uncovered,
        lacking=tuple(name for name in problem.limits.wanted if name not in quarters),
    )


class _Hand:
    """A plan that grows by one package, and what that package requires, at a time."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.quarters: dict[str, int] = {}
        self.euros = problem.limits.budget
        self.hours = list(problem.limits.hours)

    def open(self) -> list[str]:
        return [name for name in self.problem.packages if name not in self.quarters]

    def closure(self, name: str) -> list[str]:
        """The package and all it requires that is not in the plan, each after what it requires."""
        wanted, found = [name], {name}
        while wanted:
            for other in self.problem.packages[wanted.pop()].requires:
                if other not in found and other not in self.quarters:
                    found.add(other)
                    wanted.append(other)
        return [one for one in self.problem.packages if one in found]

    def price(self, name: str) -> float:
        """Euros of it and what it requires; what costs nothing comes first."""
        return sum(self.problem.packages[one].cost for one in self.closure(name)) or 1e-9

    def serves(self, packages: Iterable[str]) -> bool:
        return any(self.quarters.get(name) == 1 for name in packages)

    def fits(self, name: str, by: int = 0) -> bool:
        return self._placed(name, by) is not None

    def take(self, name: str, by: int = 0) -> None:
        """Into the plan, when it is not there and fits."""
        placed = self._placed(name, by) if name not in self.quarters else None
        for one, quarter in (placed or {}).items():
            self.quarters[one] = quarter
            self.euros -= self.problem.packages[one].cost
            self.hours[quarter - 1] -= self.problem.packages[one].hours

    def _placed(self, name: str, by: int) -> dict[str, int] | None:
        """A quarter for each new package, at the latest ``by``, or None when money, hours or a neighbour forbid it."""
        new = [self.problem.packages[one] for one in self.closure(name)]
        names = {*self.quarters, *(one.name for one in new)}
        if sum(one.cost for one in new) > self.euros or any(self._forbidden(one, names) for one in new):
            return None
        hours, placed = list(self.hours), dict(self.quarters)
        for one in new:
            first = max([one.earliest, *(placed[other] for other in one.requires)])
            for quarter in range(first, (by or len(hours)) + 1):
                if one.hours <= hours[quarter - 1]:
                    hours[quarter - 1] -= one.hours
                    placed[one.name] = quarter
                    break
            else:
                return None
        return {one.name: placed[one.name] for one in new}

    def _forbidden(self, one: Package, names: set[str]) -> bool:
        packages = self.problem.packages
        beside = names - {one.name}
        return (
            one.name in self.problem.limits.unwanted
            or not beside.isdisjoint(one.excludes)
            or any(one.name in packages[other].excludes for other in beside)
        )
