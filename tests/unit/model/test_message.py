"""Messages: ids are digests of content; time has one spelling."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.model.message import Wakeup, digest, moment


def test_the_same_content_has_the_same_id() -> None:
    assert digest("a", 1) == digest("a", 1)
    assert digest("a", 1) != digest("a", 2)


@given(st.text(alphabet="ab", max_size=4), st.text(alphabet="ab", max_size=4))
def test_borders_between_parts_count(left: str, right: str) -> None:
    whole = digest(left + right, "")
    assert (digest(left, right) == whole) == (right == "")


def test_a_moment_is_iso_8601_in_utc() -> None:
    assert moment(1_700_000_000_123_456_789) == "2023-11-14T22:13:20.123456Z"


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_any_capture_time_can_be_written(at: int) -> None:
    assert moment(at)


def test_a_wakeup_names_its_stage() -> None:
    assert Wakeup(id="w", at=5, stage="inventory", topic="silence").stage == "inventory"
