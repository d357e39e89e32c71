"""The record: what a person asks for in words."""

from __future__ import annotations

import pytest

from garde import record
from garde.errors import Malformed


def test_a_period_is_read_as_people_write_it() -> None:
    wanted = record.wanted("2026-11-24", "2026-11-24T08:00:00+01:00", "Decision, Observation", None)
    assert wanted.until - wanted.since == 7 * 3600 * 1_000_000_000
    assert wanted.kinds == ("Decision", "Observation")


@pytest.mark.parametrize(("since", "kinds"), [("yesterday", ""), ("", "Decisions")])
def test_what_cannot_be_read_is_named(since: str, kinds: str) -> None:
    with pytest.raises(Malformed):
        record.wanted(since, "", kinds, None)
