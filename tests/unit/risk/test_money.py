"""Money: the worked Monte Carlo of the method, its ranges, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.risk.money import LEAST_RUNS, Cost, Pert, Scenario, ale, npv, payback, rosi, simulate, worth

BEFORE = Scenario(
    events=Pert(0.5, 1.5, 4),
    vulnerability=Pert(0.15, 0.30, 0.55),
    primary=Pert(60e3, 180e3, 900e3),
    secondary=Pert(100e3, 400e3, 3e6),
    secondary_chance=0.25,
    harm_chance=0.02,
    downtime=Pert(2, 8, 72),
)
AFTER = Scenario(
    events=Pert(0.5, 1.5, 4),
    vulnerability=Pert(0.03, 0.08, 0.20),
    primary=Pert(40e3, 90e3, 350e3),
    secondary=Pert(80e3, 250e3, 1.2e6),
    secondary_chance=0.15,
)
COST = Cost(capex=180e3, opex=45e3, years=5, rate=0.04)
FOUND = worth(BEFORE, AFTER, COST, seed=42)


def test_the_worked_losses() -> None:
    # Domain note 03 §7; the note allows 2 %, but the draws are the same ones.
    before, after = FOUND.before, FOUND.after
    figures = [before.mean, before.p90, before.p95, before.p99, after.mean, after.p90, after.p95, after.p99]
    worked = [261963, 865711, 1356690, 2267219, 29045, 103605, 178259, 548634]
    assert figures == pytest.approx(worked, abs=1)


def test_a_loss_beyond_a_million_becomes_rare() -> None:
    assert FOUND.before.beyond(1e6) == pytest.approx(0.084, abs=0.01)
    assert FOUND.after.beyond(1e6) == pytest.approx(0.0007, abs=0.0005)
    assert FOUND.after.beyond(1e12) == 0


def test_the_worked_return() -> None:
    assert FOUND.annual == 81e3
    assert FOUND.saving.mean == pytest.approx(232918, abs=1)
    assert FOUND.rosi.mean == pytest.approx(1.88, abs=0.005)
    assert FOUND.npv.mean == pytest.approx(656578, abs=5)
    assert FOUND.payback.mean == pytest.approx(0.96, abs=0.005)
    assert FOUND.within_bound


def test_every_figure_is_a_range() -> None:
    for one in (FOUND.saving, FOUND.rosi, FOUND.npv, FOUND.payback, FOUND.before.expected, FOUND.before.harm):
        assert one.low < one.mean < one.high
    # What is not known of the frequency is wider than what more runs would narrow.
    wide = FOUND.before.expected
    assert wide.high - wide.low > 2 * FOUND.before.interval
    assert wide.mean == pytest.approx(FOUND.before.mean, rel=0.02)


def test_harm_is_counted_in_events() -> None:
    rate = BEFORE.events.mean * BEFORE.vulnerability.mean
    assert FOUND.before.harm.mean == pytest.approx(rate * 0.02, rel=0.02)
    assert FOUND.before.downtime.mean == pytest.approx(rate * Pert(2, 8, 72).mean, rel=0.02)
    assert FOUND.after.harm.high == 0


def test_a_seed_is_kept_and_gives_the_same_euros() -> None:
    one, same, other = (simulate(AFTER, seed=seed, runs=LEAST_RUNS) for seed in (7, 7, 8))
    assert one == same
    assert one.seed == 7
    assert one.mean != other.mean


def test_what_cannot_happen_costs_nothing() -> None:
    never = Scenario(events=Pert(0, 0, 0), vulnerability=Pert(0, 0, 1), primary=Pert(1, 2, 3))
    found = simulate(never, seed=1, runs=LEAST_RUNS)
    assert (found.mean, found.p99, found.curve, found.beyond(1)) == (0, 0, ((0.0, 0.0),), 0)


def test_simple_figures() -> None:
    assert ale(200e3, 0.25, 0.1) == pytest.approx(5e3)
    assert rosi(81e3, 81e3) == 0
    assert npv(45e3, COST) == -180e3
    assert payback(45e3, COST) == math.inf


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"primary": Pert(3, 2, 1)}, "money.range"),
        ({"primary": Pert(-1, 2, 3)}, "money.range"),
        ({"primary": Pert(1, 2, math.inf)}, "money.range"),
        ({"primary": Pert(1, math.nan, 3)}, "money.range"),
        ({"vulnerability": Pert(0, 1, 2)}, "money.chance"),
        ({"secondary_chance": 1.5}, "money.chance"),
        ({"harm_chance": -0.1}, "money.chance"),
        ({"events": Pert(1, 2, 1e9)}, "money.events"),
    ],
)
def test_an_input_that_is_none_is_malformed(change: dict[str, object], code: str) -> None:
    fields = {name: getattr(BEFORE, name) for name in BEFORE.__struct_fields__}
    with pytest.raises(Malformed) as caught:
        simulate(Scenario(**{**fields, **change}), seed=1)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_what_is_no_measure_and_too_few_years_are_malformed() -> None:
    measures = [Cost(capex=0), Cost(capex=1, opex=-1), Cost(capex=1, rate=-1), Cost(capex=math.nan)]
    for measure in measures:
        with pytest.raises(Malformed):
            worth(BEFORE, AFTER, measure, seed=1)
    with pytest.raises(Malformed):
        simulate(BEFORE, seed=1, runs=10)
    with pytest.raises(Malformed):
        ale(1, 2, 1)


RANGE = st.lists(st.floats(0, 1e6), min_size=3, max_size=3).map(lambda three: Pert(*sorted(three)))
CHANCES = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(lambda three: Pert(*sorted(three)))


@settings(max_examples=25, deadline=None)
@given(RANGE, CHANCES, st.floats(0, 1), st.integers(0, 2**32))
def test_quantiles_rise_and_the_curve_falls(primary: Pert, chance: Pert, secondary: float, seed: int) -> None:
    scenario = Scenario(
        events=Pert(0, 0.5, 2), vulnerability=chance, primary=primary, secondary=primary, secondary_chance=secondary
    )
    found = simulate(scenario, seed=seed, runs=LEAST_RUNS)
    assert 0 <= found.p50 <= found.p90 <= found.p95 <= found.p99 <= found.curve[-1][0]
    chances = [beyond for _, beyond in found.curve]
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] == 0


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_greater_saving_never_pays_less(one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert npv(low, COST) <= npv(high, COST)
    assert rosi(low, COST.annual) <= rosi(high, COST.annual)
    assert payback(low, COST) >= payback(high, COST)
