"""Tries are braked per origin, within bounded memory, and accounts wait but never for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.people.throttle import LONGEST, MOST, Throttle, wait_after


def test_an_empty_bucket_fills_again() -> None:
    brake = Throttle(most=3, every=30)
    assert [brake.passes("a", 0) for _ in range(4)] == [True, True, True, False]
    assert brake.passes("b", 0)
    assert [brake.passes("a", 10), brake.passes("a", 10)] == [True, False]


def test_time_that_goes_back_gives_nothing() -> None:
    brake = Throttle(most=1, every=10)
    assert [brake.passes("a", 100), brake.passes("a", 0), brake.passes("a", 5)] == [True, False, False]


def test_memory_is_bounded() -> None:
    brake = Throttle(most=1, every=10**18)
    for number in range(MOST + 50):
        brake.passes(str(number), 0)
    assert len(brake._left) == MOST


@given(st.integers(0, 10_000))
def test_waits_grow_and_end(failures: int) -> None:
    assert 0 <= wait_after(failures) <= wait_after(failures + 1) <= LONGEST
