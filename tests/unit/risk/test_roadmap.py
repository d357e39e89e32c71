"""The roadmap: never over budget, never worse than by hand, safety before money."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.errors import Refused
from garde.risk.package import Limits, Package, Problem, Stake, prepared
from garde.risk.roadmap import Plan, greedy, roadmap

#: A hospital in small: what is done to it, with euros and hours.
WORK = [
    Package(name="nac", cost=60_000, hours=120, owner="information systems", measure="access control"),
    Package(name="segment-imaging", cost=18_000, hours=60, measure="segmentation", requires=("nac",)),
    Package(name="segment-pumps", cost=30_000, hours=90, measure="segmentation", requires=("nac",)),
    Package(name="patch-ct", cost=9_000, hours=20, owner="supplier", measure="supplier patch", earliest=2),
    Package(name="replace-ct", cost=400_000, hours=80, measure="replacement", excludes=("patch-ct",)),
    Package(name="jump-host", cost=22_000, hours=50, measure="jump host"),
]
OF_CT = {"segment-imaging": 0.3, "patch-ct": 0.4, "replace-ct": 0.05, "jump-host": 0.8}
FLEET = [
    Stake(name="ct", risk=180e3, effects=OF_CT),
    Stake(name="pumps", risk=260e3, effects={"segment-pumps": 0.25}),
    Stake(name="mr", risk=40e3, effects={"segment-imaging": 0.4, "jump-host": 0.6}),
]  # fmt: skip


def problem(
    budget: int, hours: tuple[int, ...] = (200, 200), *, urgent: str = "", **wishes: tuple[str, ...]
) -> Problem:
    fleet = [Stake(name=one.name, risk=one.risk, effects=one.effects, urgent=one.name == urgent) for one in FLEET]
    return prepared(WORK, fleet, Limits(budget=budget, hours=hours, **wishes))


def names(plan: Plan) -> list[str]:
    return [step.package for step in plan.steps]


def test_a_plan_accounts_for_its_risk_step_by_step() -> None:
    found = roadmap(problem(120_000)).best
    assert found.steps[0].before == found.today == 480e3
    assert found.steps[-1].after == found.residual
    assert all(one.after == two.before for one, two in zip(found.steps, found.steps[1:], strict=False))
    assert found.removed == pytest.approx(sum(step.before - step.after for step in found.steps))
    assert names(found).index("nac") < names(found).index("segment-pumps")
    assert (found.cost, found.hours) == (sum(s.cost for s in found.steps), sum(s.hours for s in found.steps))


def test_greedy_by_worst_flaw_is_beaten() -> None:
    flaws = {"patch-ct": 9.8, "replace-ct": 9.8, "jump-host": 8.1, "segment-imaging": 5.0, "segment-pumps": 4.0}
    task = problem(110_000)
    best = roadmap(task)
    assert best.proved
    assert best.best.residual < greedy(task, flaws).residual
    assert best.best.residual <= best.greedy.residual


def test_what_is_urgent_is_served_first_whatever_it_returns() -> None:
    free = roadmap(problem(22_000)).best
    # The patch may begin in the second quarter only, so the jump host, which removes less, has to come first.
    safe = roadmap(problem(22_000, urgent="ct")).best
    assert names(free) == ["patch-ct"]
    assert names(safe) == ["jump-host"]
    assert safe.residual > free.residual
    assert (safe.unserved, safe.steps[0].quarter) == ((), 1)


def test_a_budget_that_cannot_be_safe_is_refused_with_one_that_can() -> None:
    with pytest.raises(Refused) as caught:
        roadmap(problem(10_000, urgent="ct"))
    assert (caught.value.code, caught.value.where) == ("roadmap.impossible", "ct")
    assert "22000 €" in caught.value.hint
    with pytest.raises(Refused, match="hours"):
        roadmap(problem(10_000, (10, 900), urgent="ct"))
    assert greedy(problem(10_000, urgent="ct")).unserved == ("ct",)


def test_what_if() -> None:
    with_ = roadmap(problem(500_000, (600, 600), wanted=("replace-ct",)))
    without = roadmap(problem(500_000, (600, 600), unwanted=("nac",)))
    assert "replace-ct" in names(with_.best)
    assert "patch-ct" not in names(with_.best)
    assert {"nac", "segment-imaging", "segment-pumps"}.isdisjoint(names(without.best))
    assert greedy(problem(1_000, wanted=("nac",))).lacking == ("nac",)


def test_the_urgent_that_nothing_touches_is_named_in_the_plan() -> None:
    task = prepared(WORK, [*FLEET, Stake(name="old", risk=1e3, urgent=True)], Limits(budget=0, hours=(0,)))
    found = roadmap(task).best
    assert (found.uncovered, found.steps, found.removed) == (("old",), (), 0)


@st.composite
def tasks(draw: st.DrawFn) -> Problem:
    count = draw(st.integers(1, 12))
    work = [
        Package(name=f"p{at:02}", cost=draw(st.integers(0, 50)), hours=draw(st.integers(0, 20)),
                requires=(f"p{draw(st.integers(0, at - 1)):02}",) if at and draw(st.booleans()) else ())
        for at in range(count)
    ]  # fmt: skip
    factors = st.dictionaries(st.sampled_from([one.name for one in work]), st.floats(0, 1), max_size=4)
    fleet = [
        Stake(name=f"s{at}", risk=draw(st.floats(0, 1e5)), effects=draw(factors))
        for at in range(draw(st.integers(0, 12)))
    ]
    return prepared(work, fleet, Limits(budget=draw(st.integers(0, 200)), hours=(draw(st.integers(0, 60)), 40)))


@settings(max_examples=80, deadline=None)
@given(tasks())
def test_never_over_a_limit_and_never_worse_than_by_hand(task: Problem) -> None:
    found = roadmap(task)
    for plan in (found.best, found.greedy):
        assert plan.cost <= task.limits.budget
        for quarter, hours in enumerate(task.limits.hours, 1):
            assert sum(step.hours for step in plan.steps if step.quarter == quarter) <= hours
        done = {step.package: step.quarter for step in plan.steps}
        assert all(done[other] <= done[name] for name in done for other in task.packages[name].requires)
        assert plan.residual <= plan.today
    assert found.best.residual <= found.greedy.residual + 1e-6 * max(found.best.today, 1)
    again = roadmap(task)
    assert again == found


@settings(max_examples=40, deadline=None)
@given(tasks(), st.integers(0, 50))
def test_more_money_never_leaves_more_risk(task: Problem, more: int) -> None:
    richer = task._replace(limits=Limits(budget=task.limits.budget + more, hours=task.limits.hours))
    poor, rich = roadmap(task).best, roadmap(richer).best
    assert rich.residual <= poor.residual + 1e-6 * max(poor.today, 1)


def test_twenty_thousand_devices_are_one_small_question() -> None:
    dice = random.Random(6)
    work = [Package(name=f"p{at:02}", cost=dice.randint(5, 90) * 1000, hours=dice.randint(10, 200)) for at in range(40)]
    sets = [dice.sample([one.name for one in work], dice.randint(1, 4)) for _ in range(300)]
    fleet = [
        Stake(name=f"d-{at}", risk=dice.random() * 1000, effects={p: dice.uniform(0.2, 0.9) for p in sets[at % 300]})
        for at in range(20_000)
    ]  # fmt: skip
    task = prepared(work, fleet, Limits(budget=500_000, hours=(800, 800, 800, 800)))
    assert len(task.groups) <= 300
    found = roadmap(task)
    assert found.bound <= found.best.residual + 1e-6 * found.best.today
    assert found.best.residual <= found.greedy.residual
