"""Solver: the set of packages, and their quarters, after which the least risk stays; exact, by HiGHS.

Question: which work under this budget, these hours and these dependencies leaves the least risk?
Reference: mixed-integer linear programming with HiGHS 1.16. Risk that stays is no linear sum of packages, so each set
of packages that touch the same devices is a state with its looked-up risk, and exactly one state of a group holds;
tied to whole packages, that is no approximation. A search is ended by a number of branches, not by seconds: the same
input gives the same plan.

Example:
    >>> from garde.risk.package import Limits, Package, Stake, prepared
    >>> work = [Package(name=name, cost=cost, hours=1) for name, cost in (("a", 3), ("b", 2), ("c", 2))]
    >>> ones, many = Stake(name="s", risk=9.0, effects={"a": 0.2}), {"b": 0.5, "c": 0.1}
    >>> stakes = [ones, Stake(name="t", risk=8.0, effects=many)]
    >>> solved(prepared(work, stakes, Limits(budget=5, hours=(3,)))).quarters
    {'a': 1, 'c': 1}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from garde.risk.package import Problem

#: Branches after which a search ends with the best plan found and says that it is not proved.
MOST_NODES: Final = 20_000
_TOLERANCE: Final = 1e-9


class Solution(NamedTuple):
    """What the solver found.

    Attributes:
        quarters: package → quarter from 1, for those chosen.
        proved: no other plan leaves less risk.
        bound: no plan leaves less risk than this.
    """

    quarters: dict[str, int]
    proved: bool
    bound: float


def solved(problem: Problem) -> Solution | None:
    """The best plan, or None when none keeps all the limits.

    Which packages is asked first, with their hours spread over the quarters at will: no set that keeps the limits is
    lost by that, and the same set in other quarters is not tried again and again. Only where the best set does not fit
    whole into quarters are sets and quarters searched together.
    """
    for spread in (True, False) if len(problem.limits.hours) > 1 else (False,):
        found = _best(problem, spread)
        if found is None:
            return None
        chosen, proved, bound = found
        quarters = _early(problem, chosen)
        if quarters is not None:
            return Solution(quarters, proved, bound)
        if not spread:
            return Solution(chosen, proved, bound)
    return None


def _best(problem: Problem, spread: bool) -> tuple[dict[str, int], bool, float] | None:
    """The best packages and their quarters (where they are ``spread``, a quarter that says nothing), and the bound."""
    model, columns = _limited(problem, spread=spread)
    done = columns
    if spread:
        done = {}
        for name, ones in columns.items():
            done[name] = [model.column(0.0, whole=True)]
            model.row(0, 0, [*((one, 1.0) for one in ones), (done[name][0], -1.0)])
    # Total risk as one thousand: the solver's tolerances then mean the same for euros and for points.
    today = problem.residual(())
    scale = 1000 / today if today > _TOLERANCE else 1.0
    for group in problem.groups:
        states = [model.column(scale * left) for left in group.table]
        model.row(1, 1, ((state, 1) for state in states))
        for at, name in enumerate(group.packages):
            held = [(state, 1.0) for bits, state in enumerate(states) if bits >> at & 1]
            model.row(0, 0, [*held, *((one, -1.0) for one in done[name])])
    found = model.solve()
    if found is None:
        return None
    values, proved, bound = found
    return _pruned(problem, _read(done, values)), proved, bound / scale


def least_budget(problem: Problem) -> int | None:
    """Whole euros below which no plan keeps the other limits, or None when no budget is enough."""
    costs = {name: one.cost for name, one in problem.packages.items()}
    free = msgspec.structs.replace(problem.limits, budget=sum(costs.values()))
    model, columns = _limited(problem._replace(limits=free), costs)
    found = model.solve()
    return None if found is None else sum(costs[name] for name in _read(columns, found[0]))


def _limited(
    problem: Problem, costs: Mapping[str, float] | None = None, *, spread: bool = False
) -> tuple[_Model, dict[str, list[int]]]:
    """A model with a column per package and quarter, and all limits; and the columns of each package.

    Args:
        spread: a package may be done in parts, in several quarters.
    """
    limits, packages, model = problem.limits, problem.packages, _Model()
    count = len(limits.hours)
    columns = {
        name: [
            model.column(
                costs[name] if costs else 0.0,
                upper=float(quarter >= one.earliest and name not in limits.unwanted),
                whole=not spread,
            )
            for quarter in range(1, count + 1)
        ]
        for name, one in packages.items()
    }
    for name in packages:
        model.row(float(name in limits.wanted), 1, ((one, 1) for one in columns[name]))
    everything = [(column, packages[name]) for name in packages for column in columns[name]]
    model.row(0, limits.budget, ((column, one.cost) for column, one in everything if one.cost))
    for quarter, hours in enumerate(limits.hours):
        model.row(0, hours, ((columns[name][quarter], one.hours) for name, one in packages.items() if one.hours))
    for name, one in packages.items():
        for other in dict.fromkeys(one.requires):
            for quarter in range(1, count + 1):
                done = [(column, 1.0) for column in columns[name][:quarter]]
                model.row(-1, 0, [*done, *((column, -1.0) for column in columns[other][:quarter])])
        for other in set(one.excludes) - {name}:
            model.row(0, 1, ((column, 1) for column in (*columns[name], *columns[other])))
    for group in problem.urgent:
        model.row(1, len(group.packages), ((columns[name][0], 1) for name in group.packages))
    return model, columns


def _read(columns: Mapping[str, list[int]], values: list[float]) -> dict[str, int]:
    return {
        name: quarter
        for name, ones in columns.items()
        for quarter, column in enumerate(ones, 1)
        if values[column] > 0.5
    }


def _pruned(problem: Problem, chosen: dict[str, int]) -> dict[str, int]:
    """Without the packages that bring nothing: the dearest first, unless wanted, required or urgent."""
    kept, packages = dict(chosen), problem.packages
    order = sorted(chosen, key=lambda name: (-packages[name].cost, -packages[name].hours, name))
    while True:
        for name in order:
            rest = {other: quarter for other, quarter in kept.items() if other != name}
            needed = name in problem.limits.wanted or any(name in packages[other].requires for other in rest)
            served = all(any(rest.get(one) == 1 for one in group.packages) for group in problem.urgent)
            if name in kept and served and not needed and problem.residual(rest) <= problem.residual(kept):
                kept = rest
                break
        else:
            return kept


def _early(problem: Problem, chosen: dict[str, int]) -> dict[str, int] | None:
    """The same packages, those that alone remove most as early as limits let them; None where they do not fit."""
    if len(problem.limits.hours) == 1 or not chosen:
        return chosen
    today = problem.residual(())
    others = tuple(name for name in problem.packages if name not in chosen)
    fixed = msgspec.structs.replace(problem.limits, wanted=tuple(chosen), unwanted=others)
    model, columns = _limited(problem._replace(limits=fixed))
    for name in chosen:
        gain = max(today - problem.residual({name}), 0.0) / max(today, _TOLERANCE) * 1000 + 1e-3
        for quarter, column in enumerate(columns[name], 1):
            model.costs[column] = gain * quarter
    found = model.solve()
    return None if found is None else _read(columns, found[0])


class _Model:
    """A linear program that grows column by column and row by row."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.lows: list[float] = []
        self.highs: list[float] = []
        self.starts = [0]
        self.index: list[int] = []
        self.value: list[float] = []

    @property
    def columns(self) -> int:
        return len(self.costs)

    def column(self, cost: float, *, upper: float = 1, whole: bool = False) -> int:
        self.costs.append(cost)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, low: float, high: float, parts: Iterable[tuple[int, float]]) -> None:
        for index, value in parts:
            self.index.append(index)
            self.value.append(value)
        self.starts.append(len(self.index))
        self.lows.append(low)
        self.highs.append(high)

    def solve(self) -> tuple[list[float], bool, float] | None:
        """Values of the columns, whether they are proved best, and the bound; None when there are none."""
        # Loading the solver takes longer than most questions of the command line.
        import highspy
        import numpy as np

        lp: Any = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self.lows)
        lp.col_cost_ = np.array(self.costs)
        lp.col_lower_, lp.col_upper_ = np.zeros(len(self.costs)), np.array(self.upper)
        lp.row_lower_, lp.row_upper_ = np.array(self.lows), np.array(self.highs)
        lp.integrality_ = [
            highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous for whole in self.whole
        ]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.starts)
        lp.a_matrix_.index_ = np.array(self.index)
        lp.a_matrix_.value_ = np.array(self.value)

        class Quiet(highspy.Highs):
            """Making one writes a banner to the standard output, unless it is told not to before this step of it."""

            def enableCallbacks(self) -> None:
                self.setOptionValue("output_flag", False)
                made: Any = super()
                made.enableCallbacks()

        make: Any = Quiet
        highs = make()
        for option, value in (
            ("threads", 1),
            ("random_seed", 0),
            ("mip_max_nodes", MOST_NODES),
            ("mip_rel_gap", 0.0),
            ("mip_feasibility_tolerance", _TOLERANCE),
            ("primal_feasibility_tolerance", _TOLERANCE),
        ):
            highs.setOptionValue(option, value)
        highs.passModel(lp)
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        proved = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        bound = info.mip_dual_bound if any(self.whole) else info.objective_function_value
        return list(highs.getSolution().col_value), proved, bound
