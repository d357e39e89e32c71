"""The budget holds in every second, and one address is asked at most once a second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.probing.budget import Bucket, Pace, segments


@given(st.integers(20, 1000), st.lists(st.tuples(st.floats(0, 2), st.integers(1, 2)), min_size=1, max_size=300))
def test_no_second_holds_more_than_the_budget(packets: int, asked: list[tuple[float, int]]) -> None:
    bucket, now = Bucket(packets), 1.0
    sent: list[tuple[float, int]] = []
    for wait, count in asked:
        now += wait
        if not bucket.take(count, now):
            now += bucket.wait(count, now) + 1e-9
            assert bucket.take(count, now)
        sent.append((now, count))
    for start, _ in sent:
        assert sum(count for at, count in sent if start <= at <= start + 1) <= packets
    assert bucket.spent == sum(count for _, count in asked)


def test_whoever_cannot_pay_waits() -> None:
    bucket = Bucket(20)
    assert bucket.take(2, 5.0) and not bucket.take(1, 5.0) and bucket.spent == 2
    assert bucket.wait(1, 5.0) == pytest.approx(1 / 16)
    bucket.spend(17)
    assert bucket.wait(1, 5.0) == pytest.approx(18 / 16)
    # A long rest saves no more than the depth.
    assert bucket.take(2, 500.0) and not bucket.take(1, 500.0)
    with pytest.raises(ValueError, match="at least 20"):
        Bucket(19)


def test_probes_of_one_address_are_apart() -> None:
    pace = Pace(1.0)
    assert pace.take("a", 5.0) and not pace.take("a", 5.5) and pace.take("b", 5.5)
    assert (pace.wait("a", 5.5), pace.wait("c", 5.5)) == (0.5, 0.0)
    assert pace.take("a", 6.0) and not pace.take("a", 6.0)


def test_octets_as_packets() -> None:
    assert [segments(0), segments(1220), segments(1221), segments(12_200)] == [1, 1, 2, 10]
