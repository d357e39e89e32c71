"""Notices sort by time, and the same turn on the same channel is one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.model.notice import notice_id, standing

TIME = st.integers(0, 2**63)


@given(TIME, TIME, st.text(), st.text())
def test_earlier_sorts_first_and_the_same_is_the_same(one: int, other: int, channel: str, origin: str) -> None:
    assert notice_id(channel, origin, one) == notice_id(channel, origin, one)
    if one < other:
        assert notice_id(channel, origin, one) < notice_id(channel, origin, other)


def test_channels_and_states_are_told_apart() -> None:
    assert notice_id("a", "c-1", 5) != notice_id("b", "c-1", 5)
    assert len({notice_id("a", "c-1", 5), notice_id("a", "c-1", 5, "p-1"), notice_id("a", "c-1", 5, "p-2")}) == 3
    assert standing("a", "waiting") != standing("a", "dead")
