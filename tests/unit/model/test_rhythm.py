"""A rhythm is the same in whatever order and however often uses come."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from garde.model.hour import HOUR
from garde.model.rhythm import WEEK, WEEKS, Rhythm, busy, place, used, watched

MONDAY = 4 * 24 * HOUR


def of(*uses: tuple[str, int]) -> Rhythm:
    one = Rhythm(id="ip:10.0.0.5")
    for service, at in uses:
        one = used(one, service, at)
    return one


def test_the_week_begins_on_monday() -> None:
    assert place(MONDAY) == (1, 0)
    assert place(MONDAY - 1) == (0, WEEK - 1)


def test_an_hour_is_busy_in_the_weeks_in_which_it_was_used() -> None:
    weekly = of(*(("hl7", MONDAY + week * WEEK * HOUR + 9 * HOUR) for week in (0, 1, 3)))
    assert (busy(weekly, 9), busy(weekly, 10)) == (3, 0)
    # Tenth hour: the last week has not come that far, and the week without any use says nothing.
    assert (watched(weekly, 9), watched(weekly, 10), watched(weekly, 8)) == (3, 2, 2)


def test_memory_is_bounded() -> None:
    assert len(of(*(("hl7", MONDAY + week * WEEK * HOUR) for week in range(40))).weeks) == WEEKS


@given(
    st.lists(st.tuples(st.sampled_from(["hl7", "dicom"]), st.integers(1, 30 * WEEK * HOUR)), max_size=30), st.randoms()
)
def test_order_and_repetition_change_nothing(uses: list[tuple[str, int]], order: random.Random) -> None:
    again = [*uses, *uses[: len(uses) // 2]]
    order.shuffle(again)
    assert of(*again) == of(*uses)
