"""Calm hours are those least used, as far as weeks can say; windows are what the hospital wrote."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Missing
from garde.model.hour import HOUR
from garde.model.rhythm import WEEK, Rhythm, used
from garde.respond.windows import Calm, bound, calendar, calm, load, windows

MONDAY = 4 * 24 * HOUR


def rhythm(weeks: int, *hours: int) -> Rhythm:
    one = Rhythm(id="ip:10.0.0.5")
    for week in range(weeks):
        for hour in (0, *hours, WEEK - 1):
            one = used(one, "dicom", MONDAY + (week * WEEK + hour) * HOUR)
    return one


def test_the_hours_in_which_it_rests_are_found() -> None:
    days = rhythm(8, *(hour for hour in range(WEEK) if hour not in (50, 51, 52)))
    (first, *_) = calm(calendar([days]), hours=2)
    assert (first.hour, first.share) == (50, 0.0)
    assert first.sure == pytest.approx(1 - bound(0, 8))


def test_more_weeks_are_surer() -> None:
    few, many = (calm(calendar([rhythm(weeks)]))[0].sure for weeks in (2, 8))
    assert few < many < 1


def test_what_nobody_watched_is_not_calm() -> None:
    assert calm(calendar([])) == ()
    once = used(Rhythm(id="a"), "dicom", MONDAY + 5 * HOUR)
    assert calm(calendar([once]), hours=1) == (Calm(hour=5, hours=1, share=1.0, sure=0.0),)


def test_a_device_with_two_addresses_is_used_when_one_of_them_is() -> None:
    slots = calendar([rhythm(3, 20), rhythm(3, 30)])
    assert (slots[20].busy, slots[30].busy, slots[40].busy) == (3, 3, 0)


def test_calm_hours_do_not_overlap_round_the_week() -> None:
    found = calm(calendar([rhythm(4)]), hours=4, most=5)
    taken = [(one.hour + step) % WEEK for one in found for step in range(4)]
    assert len(found) == 5 and len(set(taken)) == len(taken)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_bound_is_no_less_than_the_share_and_no_more_than_one(times: int, others: int) -> None:
    of = times + others
    assert (times / of if of else 0) <= bound(times, of) <= 1


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC).timestamp()) * 1_000_000_000


NIGHT = '[[window]]\ndays = ["tue"]\nbegins = "22:00"\nends = "04:00"\nkinds = ["CT"]\nbecause = "COPIL"'


@pytest.mark.parametrize(
    ("moment", "kind", "holds"),
    [
        (at(24, 21, 59), "CT", False), (at(24, 22), "CT", True), (at(25, 3, 59), "CT", True), (at(25, 4), "CT", False),
        (at(25, 22), "CT", False), (at(24, 3), "CT", False), (at(24, 23), "MR", False),
    ],
    ids=["before", "begins", "past-midnight", "ends", "other-day", "night-before", "other-kind"],
)  # fmt: skip
def test_a_window_over_midnight_belongs_to_the_day_it_began(moment: int, kind: str, holds: bool) -> None:
    (window,) = windows(NIGHT, "w.toml")
    assert window.holds(moment, "Imagerie", kind) is holds


def test_a_mistake_names_its_line() -> None:
    with pytest.raises(Malformed, match="w.toml, line 3"):
        windows('[[window]]\nends = "04:00"\nbegins = "25:00"', "w.toml")


def test_windows_are_a_file_or_none(tmp_path: Path) -> None:
    assert load("") == ()
    with pytest.raises(Missing, match=r"\[respond\] windows"):
        load(str(tmp_path / "none.toml"))
    (tmp_path / "w.toml").write_text(NIGHT, "utf-8")
    assert load(str(tmp_path / "w.toml"))[0].because == "COPIL"
