"""Silence by night is none; silence by day is, soon; bursts take longer; a new thing has no rhythm yet."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from garde.monitor.rhythm import HOUR, MEANS, WEEK, Count, Rhythm

#: A Monday, 0:00 UTC.
MONDAY = 4 * 24 * HOUR


def usual(hour: int) -> int:
    """An HL7 feed: by day 120 an hour, by night 6, on Sunday 20."""
    day, of_day = divmod(hour, 24)
    return 20 if day == 6 else 120 if 7 <= of_day < 20 else 6


def counts(weeks: int, seed: int = 1) -> list[Count]:
    chance = random.Random(seed)
    return [
        Count(MONDAY + week * WEEK + hour * HOUR, sum(chance.random() < usual(hour) / 200 for _ in range(200)))
        for week in range(weeks)
        for hour in range(168)
    ]


NOW = MONDAY + 6 * WEEK
FEED = Rhythm.of(counts(6))


@pytest.mark.parametrize(("hour", "minutes"), [(10, 8), (3, 130)], ids=["by day", "by night"])
def test_a_stopped_interface_is_told_within_its_own_delay(hour: int, minutes: int) -> None:
    """Acceptance 4 of issue 5: stopped at 03:00 or at 10:00, it is told after about ten expected messages."""
    stopped = NOW + hour * HOUR
    told = next(m for m in range(1, 600) if FEED.silent(stopped, stopped + 60 * m).quiet)
    assert told <= minutes * 1.5
    assert not FEED.silent(stopped, stopped + 60 * minutes / 3).quiet


def test_less_than_one_false_silence_a_week() -> None:
    chance, last, false = random.Random(9), float(NOW), 0
    weeks = 8
    for minute in range(weeks * WEEK // 60):
        at = NOW + 60.0 * minute
        if chance.random() < usual(int((at - MONDAY) // HOUR) % 168) / 60:
            last = at
        elif FEED.silent(last, at).quiet:
            false, last = false + 1, at
    assert false < weeks


def test_bursts_are_given_more_time() -> None:
    even = Rhythm.of([Count(MONDAY + week * WEEK + hour * HOUR, 10) for week in range(4) for hour in range(168)])
    burst = Rhythm.of(
        [
            Count(MONDAY + week * WEEK + hour * HOUR, 40 if week % 4 == 0 else 0)
            for week in range(8)
            for hour in range(168)
        ]
    )
    assert burst.dispersion > 1.5 > even.dispersion
    assert even.silent(NOW, NOW + HOUR).chance < burst.silent(NOW, NOW + HOUR).chance


def test_what_is_new_has_no_rhythm() -> None:
    young = Rhythm.of(counts(1)[:-1])
    assert young.silent(NOW, NOW + 10 * WEEK) == (1.0, 0.0, False)


def test_a_holiday_is_a_sunday_and_the_clock_is_the_sites() -> None:
    day = dt.date(1970, 1, 5) + dt.timedelta(weeks=6)
    feast = Rhythm.of(counts(6), holidays=[day])
    ten = NOW + 10 * HOUR
    assert feast.expected(ten, ten + HOUR) < FEED.expected(ten, ten + HOUR) / 3
    shifted = Rhythm.of(counts(6), zone=2)
    assert shifted.expected(ten, ten + HOUR) == pytest.approx(FEED.expected(ten, ten + HOUR), rel=0.01)


def test_chance_is_below_the_bound_only_when_told() -> None:
    found = FEED.silent(NOW + 10 * HOUR, NOW + 11 * HOUR)
    assert found.quiet and found.chance < MEANS and found.expected == pytest.approx(120, rel=0.1)
