"""Packages: words that are checked, and risk that is looked up for each set of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.risk.package import MOST_TOGETHER, Limits, Package, Stake, multiplied, prepared

LIMITS = Limits(budget=10, hours=(10,))
A, B = Package(name="a", cost=1, hours=1), Package(name="b", cost=1, hours=1, requires=("a",))
FACTORS = st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1), max_size=4)


def test_effects_multiply() -> None:
    found = prepared([A, B], [Stake(name="s", risk=100.0, effects={"a": 0.5, "b": 0.2})], LIMITS)
    assert [found.residual(done) for done in ((), "a", "b", "ab")] == [100, 50, 20, 10]


def test_what_stays_may_be_scored_again_instead() -> None:
    # Segmentation takes the reach away: the patch then removes nothing more.
    found = prepared(
        [A, B],
        [Stake(name="s", risk=79.6, effects={"a": 1, "b": 1})],
        LIMITS,
        lambda stake, done: stake.risk if not done else 48.9,
    )
    assert [found.residual(done) for done in ((), "a", "b", "ab")] == [79.6, 48.9, 48.9, 48.9]


def test_packages_follow_what_they_require() -> None:
    assert list(prepared([B, A], [], LIMITS).packages) == ["a", "b"]


def test_an_urgent_stake_that_nothing_touches_is_named() -> None:
    found = prepared(
        [A], [Stake(name="s", risk=1.0, urgent=True), Stake(name="t", risk=1.0, effects={"a": 1}, urgent=True)], LIMITS
    )
    assert (found.uncovered, [group.urgent for group in found.urgent]) == (("s",), [("t",)])


@given(st.lists(st.tuples(st.floats(0, 1e6), FACTORS), max_size=8), st.sets(st.sampled_from("abcd")))
def test_the_tables_say_what_the_stakes_say(stakes: list[tuple[float, dict[str, float]]], done: set[str]) -> None:
    work = [Package(name=name, cost=1, hours=1) for name in "abcd"]
    fleet = [Stake(name=str(at), risk=risk, effects=effects) for at, (risk, effects) in enumerate(stakes)]
    found = prepared(work, fleet, LIMITS)
    plain = sum(multiplied(stake, frozenset(done & set(stake.effects))) for stake in fleet)
    assert found.residual(done) == pytest.approx(plain, rel=1e-9, abs=1e-9)
    assert found.residual(done) <= found.residual(()) + 1e-6


@pytest.mark.parametrize(
    ("work", "stakes", "limits", "code"),
    [
        ([A, A], [], LIMITS, "roadmap.twice"),
        ([B], [], LIMITS, "roadmap.unknown"),
        ([Package(name="a", cost=-1, hours=1)], [], LIMITS, "roadmap.package"),
        ([Package(name="a", cost=1, hours=1, earliest=0)], [], LIMITS, "roadmap.package"),
        ([Package(name="a", cost=1, hours=1, requires=("a",))], [], LIMITS, "roadmap.circle"),
        ([Package(name="a", cost=1, hours=1, requires=("b",)), B], [], LIMITS, "roadmap.circle"),
        ([A], [], Limits(budget=-1, hours=(1,)), "roadmap.limits"),
        ([A], [], Limits(budget=1, hours=()), "roadmap.limits"),
        ([A], [], Limits(budget=1, hours=(1,), wanted=("z",)), "roadmap.unknown"),
        ([A], [Stake(name="s", risk=math.nan)], LIMITS, "roadmap.stake"),
        ([A], [Stake(name="s", risk=1.0, effects={"a": -1})], LIMITS, "roadmap.stake"),
        ([A], [Stake(name="s", risk=1.0, effects={"z": 1})], LIMITS, "roadmap.unknown"),
        ([A], [Stake(name="s", risk=1e308, effects={"a": 1e308})], LIMITS, "roadmap.residual"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_malformed(work: list[Package], stakes: list[Stake], limits: Limits, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        prepared(work, stakes, limits)
    assert caught.value.code == code


def test_too_many_on_one_stake_are_refused_with_a_way_out() -> None:
    work = [Package(name=f"p{at}", cost=1, hours=1) for at in range(MOST_TOGETHER + 1)]
    with pytest.raises(Malformed, match="Join"):
        prepared(work, [Stake(name="s", risk=1.0, effects={one.name: 0.5 for one in work})], LIMITS)
