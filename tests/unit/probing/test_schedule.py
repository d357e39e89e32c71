"""Checks are spread, silence only is probed, and what the policy forbids is counted and never sent."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.probing.line import Access
from garde.probing.result import Answer, Result
from garde.probing.schedule import Check, Counts, Plan, Schedule
from garde.probing.spec import Probe
from garde.registry import Registry


async def nothing(line: object, options: object) -> Answer:
    return Answer()


NOTHING = Registry(Probe(name="nothing", run=nothing, port=0, does="x"))  # type: ignore[arg-type]


def check(target: str, every: float = 60.0, **parts: object) -> Check:
    return Check(target=target, probe="nothing", every=every, **parts)  # type: ignore[arg-type]


def test_checks_are_spread_over_their_interval() -> None:
    plan = Plan([check(f"10.0.{at // 200}.{at % 200 + 1}") for at in range(1000)])
    seconds = [0] * 60
    now = 100.0
    for _ in range(1000):
        due = plan.next(now)
        seconds[int(due.at - 100)] += 1
        plan.done(due, due.at)
        if plan.next(now).at >= 160:
            break
    assert sum(seconds) >= 1000 and max(seconds) < 45


@given(st.floats(1, 3600), st.integers(0, 50))
def test_each_round_comes_within_its_jitter(every: float, rounds: int) -> None:
    plan = Plan([check("10.0.0.1", every)])
    now = 0.0
    for _ in range(rounds):
        due = plan.next(now)
        now = due.at
        plan.done(due, now)
        assert 0.79 * every <= plan.next(now).at - due.at <= 1.21 * every


def test_a_stall_makes_no_storm() -> None:
    plan = Plan([check("10.0.0.1", 10.0)])
    due = plan.next(0.0)
    plan.done(due, 1000.0)
    assert 1000.0 <= plan.next(1000.0).at < 1010.0
    with pytest.raises(ValueError, match="more than 0"):
        Plan([check("10.0.0.1", 0.0)])


def ran(checks: list[Check], heard: dict[str, float], permit: dict[str, str]) -> tuple[Counts, list[str]]:
    """Each check once, at 1000 seconds."""
    seen: list[str] = []

    def result(one: Check, found: Result) -> None:
        seen.append(f"{one.target} {found.state}")

    async def work() -> Counts:
        schedule = Schedule(
            Plan(checks), Access(lambda address, _: permit.get(address, ""), packets=1e6, apart=0), NOTHING,
            heard=heard.get, result=result, clock=lambda: 1000.0,
        )  # fmt: skip
        for one in checks:
            schedule.step(one, 1000.0)
        await asyncio.gather(*schedule._running)
        return schedule.counts

    return asyncio.run(work()), seen


def test_only_silence_is_probed() -> None:
    counts, seen = ran(
        [check("10.0.0.1"), check("10.0.0.2"), check("10.0.0.3")], {"10.0.0.1": 950, "10.0.0.2": 900}, {}
    )
    assert (counts.asked, counts.heard) == (2, 1)
    assert seen == ["10.0.0.2 up", "10.0.0.3 up"]


def test_what_is_forbidden_is_counted() -> None:
    counts, seen = ran([check("10.0.0.1"), check("10.0.0.2")], {}, {"10.0.0.1": "RP0"})
    assert counts.refused == {"probe.rp0": 1} and seen == ["10.0.0.2 up"]


def test_a_mistake_of_ours_says_nothing_of_the_target() -> None:
    _, seen = ran([check("10.0.0.1", options={"x": "y"})], {}, {})
    assert seen == ["10.0.0.1 unknown"]


def test_a_check_that_is_still_under_way_is_not_begun_again() -> None:
    counts, _ = ran([check("10.0.0.1"), check("10.0.0.1")], {}, {})
    assert (counts.asked, counts.late) == (1, 1)


def test_a_schedule_runs_and_ends() -> None:
    seen: list[str] = []

    async def work() -> Counts:
        plan = Plan([check(f"127.0.0.{at}", 0.1) for at in range(1, 6)])
        access = Access(lambda *_: "", packets=1e6, apart=0)
        schedule = Schedule(plan, access, NOTHING, heard=lambda _: None, result=lambda one, _: seen.append(one.target))
        return await schedule.run(0.35)

    counts = asyncio.run(work())
    assert counts.asked == len(seen) and set(seen) == {f"127.0.0.{at}" for at in range(1, 6)}
