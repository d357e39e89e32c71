"""Past forecasts are judged by what came: never by what was known later."""

from __future__ import annotations

import math
import random

from garde.monitor.backtest import Case, backtest
from garde.monitor.forecast import DAY, HOUR, Series


def case(kind: str, seed: int, days: int = 40) -> Case:
    """A month and more of hours that grow, begin to grow, are cleared each week, wander, step or rest."""
    chance = random.Random(f"{kind}-{seed}")
    level, rate, begin = chance.uniform(50, 70), chance.uniform(0.02, 0.08), chance.randrange(240, 480)
    values = []
    for hour in range(days * 24):
        if kind == "grows" or (kind == "begins" and hour >= begin):
            level += rate
        elif kind == "wanders":
            level += chance.gauss(0, 0.12)
        elif kind == "steps" and hour == begin:
            level += 10
        saw = (hour % 168) * 0.08 if kind == "cleared" else 0.0
        values.append(level + saw + 2 * math.sin(math.pi * (hour % 24 - 9) / 12) + chance.gauss(0, 0.6))
    return Case(Series(name=kind, times=[hour * HOUR for hour in range(days * 24)], values=values), 92.0)


def test_degradations_are_told_a_day_ahead_and_better_than_by_a_straight_line() -> None:
    """Acceptance 5 of issue 5: precision of at least 0.7 at a day's lead, better than the line on the same moments."""
    kinds = ("grows", "grows", "begins", "cleared", "wanders", "steps", "rests")
    found = backtest([case(kind, seed) for seed in range(3) for kind in kinds])
    assert found.ours.told >= 20
    assert found.ours.precision >= 0.7
    assert found.ours.precision > found.plain.precision and found.ours.recall >= found.plain.recall
    assert found.ours.lead >= DAY


def test_the_curve_counts_each_judged_moment_once() -> None:
    found = backtest([case("grows", 1)])
    assert sum(one.count for one in found.reliability) >= found.ours.told
    assert all(0 <= one.said <= 1 and 0 <= one.came <= 1 for one in found.reliability)


def test_what_came_later_is_not_known_before() -> None:
    whole, (series, limit, _) = case("begins", 2), case("begins", 2)
    cut = Case(Series(name="q", times=series.times[:480], values=series.values[:480]), limit)
    short, long = backtest([cut]), backtest([whole])
    assert short.ours.told <= long.ours.told


def test_nothing_to_judge() -> None:
    found = backtest([])
    assert (found.ours.told, found.ours.precision, found.ours.recall, found.reliability) == (0, 1.0, 1.0, ())
