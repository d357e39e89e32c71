"""Forecasts of series that were made to fill, to rest, to wander and to be cleared."""

from __future__ import annotations

import math
import random

import pytest

from garde.monitor.forecast import DAY, HOUR, LEAST, Series, forecast, plain

MONTH = 30 * 24


def series(value: object, hours: int = MONTH, seed: int = 3) -> Series:
    chance = random.Random(seed)
    values = [value(hour) + chance.gauss(0, 0.4) for hour in range(hours)]  # type: ignore[operator]
    return Series(name="q", times=[hour * HOUR for hour in range(hours)], values=values)


def by_day(hour: int) -> float:
    return 3 * math.sin(2 * math.pi * (hour % 24 - 9) / 24)


def test_a_disk_that_fills_is_told_with_its_hour() -> None:
    found = forecast(series(lambda hour: 60 + hour / 40), 82.0)
    # 60 + hour/40 reaches 82 at hour 880: 160 hours after the last one.
    assert found.told and found.lead.likely / HOUR == pytest.approx(160, abs=12)
    assert found.lead.early <= found.lead.likely <= found.lead.late
    assert found.slope == pytest.approx(0.6, abs=0.05)


def test_what_runs_out_is_the_mirror_of_what_fills() -> None:
    up, down = series(lambda hour: 60 + hour / 40), series(lambda hour: 60 + hour / 40)
    mirrored = Series(name="q", times=down.times, values=[-value for value in down.values])
    one, other = forecast(up, 82.0), forecast(mirrored, -82.0, above=False)
    assert other.probability == pytest.approx(one.probability) and other.lead == one.lead
    assert other.slope == pytest.approx(-one.slope)


@pytest.mark.parametrize("seed", range(4))
def test_rest_with_days_and_outliers_is_no_trend(seed: int) -> None:
    found = forecast(series(lambda hour: 70 + by_day(hour) + (15 if hour == 700 else 0), seed=seed), 82.0)
    assert not found.told and math.isinf(found.lead.likely)
    assert "no trend" in found.why


def test_the_hour_of_the_day_is_taken_out() -> None:
    found = forecast(series(lambda hour: 60 + hour / 40 + by_day(hour)), 84.0)
    assert "season" in found.why and found.slope == pytest.approx(0.6, abs=0.08)
    # By day the limit is reached about 3 / 0.6 = 5 days before the level reaches it.
    assert found.lead.likely / HOUR == pytest.approx((84 - 3 - 60) * 40 - MONTH, abs=30)


def test_a_trend_that_began_late_is_the_one_that_counts() -> None:
    late = series(lambda hour: 60 + max(0, hour - 540) / 10)
    found = forecast(late, 90.0)
    assert "trend changed" in found.why and found.told
    assert found.lead.likely / HOUR == pytest.approx(120, abs=20)
    assert plain(late, 90.0) > 2 * found.lead.likely


def test_what_is_cleared_every_week_does_not_fill() -> None:
    found = forecast(series(lambda hour: 60 + (hour % 168) * 0.1), 85.0)
    assert "cleared now and then" in found.why and not found.told


def test_wandering_is_no_trend() -> None:
    chance, level = random.Random(8), 60.0
    steps = [0.0]
    for _ in range(MONTH):
        level += chance.gauss(0, 0.15)
        steps.append(level)
    assert not forecast(series(lambda hour: steps[hour + 1]), 80.0).told


def test_few_values_tell_nothing_and_what_is_reached_is_reached() -> None:
    few = series(lambda hour: 60 + hour, hours=LEAST - 1)
    assert forecast(few, 200.0).why == ("few values",)
    assert forecast(Series(name="q", times=[], values=[]), 1.0).probability == 0.0
    full = forecast(series(lambda hour: 60 + hour / 40), 70.0)
    assert (full.probability, full.lead.likely) == (1.0, 0.0)


def test_a_straight_line() -> None:
    line = Series(name="q", times=[0.0, DAY, 2 * DAY], values=[1.0, 2.0, 3.0])
    assert plain(line, 5.0) == pytest.approx(2 * DAY)
    assert plain(line, 0.0) == 0.0 and math.isinf(plain(line, 0.0, above=False))
    assert math.isinf(plain(Series(name="q", times=[1.0], values=[1.0]), 5.0))
