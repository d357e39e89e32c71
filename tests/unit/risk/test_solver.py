"""The solver is exact: it finds what trying every plan finds."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.risk.package import Limits, Package, Problem, Stake, prepared
from garde.risk.solver import least_budget, solved

NAMES = "abcde"


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to five packages over two quarters, with dependencies, exclusions, urgency and wishes."""
    count = draw(st.integers(1, 5))
    work = [
        Package(
            name=NAMES[at],
            cost=draw(st.integers(0, 9)),
            hours=draw(st.integers(0, 5)),
            requires=tuple(draw(st.sets(st.sampled_from(NAMES[:at]), max_size=1))) if at else (),
            excludes=tuple(draw(st.sets(st.sampled_from(NAMES[:at]), max_size=1)))
            if at and draw(st.booleans())
            else (),
            earliest=draw(st.sampled_from((1, 1, 1, 2))),
        )
        for at in range(count)
    ]
    names = NAMES[:count]
    factors = st.dictionaries(st.sampled_from(names), st.floats(0, 1.2), max_size=3)
    stakes = [
        Stake(name=f"s{at}", risk=draw(st.floats(0, 1e6)), effects=draw(factors), urgent=draw(st.integers(0, 5)) == 0)
        for at in range(draw(st.integers(0, 5)))
    ]
    wishes = st.sets(st.sampled_from(names), max_size=1).map(tuple)
    hours = tuple(draw(st.lists(st.integers(0, 12), min_size=1, max_size=2)))
    limits = Limits(budget=draw(st.integers(0, 30)), hours=hours, wanted=draw(wishes), unwanted=draw(wishes))
    return prepared(work, stakes, limits)


def kept(problem: Problem, quarters: dict[str, int]) -> bool:
    """Whether a plan keeps every limit, told without the solver."""
    packages, limits = problem.packages, problem.limits
    spent = [0] * len(limits.hours)
    for name, quarter in quarters.items():
        one = packages[name]
        spent[quarter - 1] += one.hours
        if quarter < one.earliest or any(quarters.get(other, 99) > quarter for other in one.requires):
            return False
        if any(other in quarters for other in one.excludes):
            return False
    return (
        sum(packages[name].cost for name in quarters) <= limits.budget
        and all(used <= most for used, most in zip(spent, limits.hours, strict=True))
        and set(limits.wanted) <= set(quarters)
        and not set(limits.unwanted) & set(quarters)
        and all(any(quarters.get(name) == 1 for name in group.packages) for group in problem.urgent)
    )


def every(problem: Problem) -> list[dict[str, int]]:
    names = list(problem.packages)
    choices = product(range(len(problem.limits.hours) + 1), repeat=len(names))
    plans = ({name: quarter for name, quarter in zip(names, one, strict=True) if quarter} for one in choices)
    return [plan for plan in plans if kept(problem, plan)]


@settings(max_examples=120, deadline=None)
@given(problems())
def test_it_finds_what_trying_every_plan_finds(problem: Problem) -> None:
    plans, found = every(problem), solved(problem)
    if not plans:
        assert found is None
        return
    assert found is not None
    assert kept(problem, found.quarters)
    least = min(problem.residual(plan) for plan in plans)
    today = problem.residual(())
    assert found.proved
    assert problem.residual(found.quarters) <= least + 1e-6 * max(today, 1)
    assert found.bound <= least + 1e-6 * max(today, 1)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_least_budget_is_the_cheapest_plan_s(problem: Problem) -> None:
    free = problem._replace(limits=Limits(
        budget=1000, hours=problem.limits.hours, wanted=problem.limits.wanted, unwanted=problem.limits.unwanted
    ))  # fmt: skip
    costs = [sum(problem.packages[name].cost for name in plan) for plan in every(free)]
    assert least_budget(problem) == (min(costs) if costs else None)


def test_what_brings_nothing_is_not_bought() -> None:
    work = [Package(name="a", cost=5, hours=0), Package(name="b", cost=1, hours=0, requires=("a",))]
    idle = prepared(work, [Stake(name="s", risk=9.0, effects={"b": 1.0})], Limits(budget=9, hours=(9,)))
    found = solved(idle)
    assert found is not None
    assert found.quarters == {}


def test_what_removes_most_comes_first() -> None:
    work = [Package(name=name, cost=1, hours=5) for name in "ab"]
    stakes = [Stake(name="s", risk=1.0, effects={"a": 0}), Stake(name="t", risk=9.0, effects={"b": 0})]
    found = solved(prepared(work, stakes, Limits(budget=9, hours=(5, 5))))
    assert found is not None
    assert found.quarters == {"a": 2, "b": 1}


def test_nothing_is_written_to_the_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    one = prepared([Package(name="a", cost=1, hours=1)], [], Limits(budget=1, hours=(1,), wanted=("a",)))
    assert solved(one) is not None
    assert capfd.readouterr() == ("", "")
