"""The budget holds in every second, and one address is asked at most once a second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.probing.budget import Bucket, Pace, segments


@given(st.integers(10, 1000), st.lists(st.tuples(st.floats(0, 2), st.integers(1, 9)), min_size=1, max_size=200))
def test_no_second_holds_more_than_the_budget(packets: int, asked: list[tuple[float, int]]) -> None:
    bucket, now, sent = Bucket(packets), 1.0, []
    for wait, count in asked:
        now += wait
        # They may leave together, once the bucket says so.
        sent.append((now + bucket.take(count, now), count))
    for start, _ in sent:
        within = sum(count for at, count in sent if start <= at < start + 1 - 1e-6)
        assert within <= packets + max(count for _, count in sent)
    assert bucket.spent == sum(count for _, count in asked)


def test_whoever_takes_waits_its_turn() -> None:
    bucket = Bucket(10)
    assert bucket.take(1, 0.0) == 0.0
    assert [round(bucket.take(9, 0.0), 6) for _ in range(2)] == [1.0, 2.0]
    with pytest.raises(ValueError, match="at least 10"):
        Bucket(5)


def test_probes_of_one_address_are_apart() -> None:
    pace = Pace(1.0)
    assert [pace.take("a", 5.0), pace.take("a", 5.0), pace.take("b", 5.0), pace.take("a", 5.5)] == [0, 1, 0, 1.5]


def test_octets_as_packets() -> None:
    assert [segments(0), segments(1220), segments(1221), segments(12_200)] == [1, 1, 2, 10]
