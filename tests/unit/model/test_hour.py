"""An hour counts names once, within a percent, in eight kilobytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.hour import BITS, HOUR, Hour, counted, hour_id, usual


@pytest.mark.parametrize("many", [0, 1, 10, 1_000, 20_000])
def test_it_counts_within_two_percent(many: int) -> None:
    hour = counted(Hour(id="h", at=0), (f"10.0.{n >> 8}.{n & 255}" for n in range(many)))
    assert abs(hour.heard - many) <= max(1, many * 0.02)
    assert len(hour.marks) == BITS // 8


@given(st.lists(st.text(max_size=8)), st.lists(st.text(max_size=8)))
def test_order_and_repetition_do_not_matter(some: list[str], others: list[str]) -> None:
    empty = Hour(id="h", at=0)
    assert counted(counted(empty, some), others).marks == counted(empty, [*others, *some, *others]).marks


def test_a_full_hour_still_has_a_number() -> None:
    assert Hour(id="h", at=0, marks=b"\xff" * (BITS // 8)).heard > BITS


def test_what_is_usual_is_the_same_hour_of_other_days() -> None:
    def heard(at: int, many: int) -> Hour:
        return counted(Hour(id=hour_id(at), at=at), map(str, range(many)))

    now = 1000 * HOUR
    days = [heard(now - day * 24 * HOUR, 10 + day) for day in range(1, 4)]
    assert usual(days[:2], now) is None
    assert usual([*days, heard(now - HOUR, 99), heard(now, 99)], now) == (11, 13)
