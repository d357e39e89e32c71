"""A certificate comes to its end in steps, and a newer one ends the matter."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.inventory.expiry import ATTRIBUTE, judged, shown, step, until
from garde.model.device import Claim, Device, Source

DAY = 86_400 * 10**9
END = int(dt.datetime(2026, 12, 1, tzinfo=dt.UTC).timestamp()) * 10**9


def device(*ends: tuple[str, int]) -> Device:
    claims = tuple(
        Claim(ATTRIBUTE, end, 0.9, (Source("tls", "core", 0.9, 0, at, observation=f"o{at}"),)) for end, at in ends
    )
    return Device(id="d-1", keys=(), many={ATTRIBUTE: claims} if claims else {})


@pytest.mark.parametrize(
    ("days", "word", "severity"),
    [
        (31, "", "low"),
        (30, "month", "low"),
        (8, "month", "low"),
        (7, "week", "medium"),
        (0, "ended", "high"),
        (-99, "ended", "high"),
    ],
)
def test_steps_begin_at_thirty_and_seven_days_and_at_the_end(days: int, word: str, severity: str) -> None:
    one, at = device(("2026-12-01", 5)), END - days * DAY
    assert step(one, at) == word
    said = judged(one, at)
    assert (said.over, said.severity, said.device) == (not word, severity, "d-1")
    assert (until(one, at) == 0) == (word == "ended")


def test_each_step_leads_to_the_next() -> None:
    one = device(("2026-12-01", 5))
    at, seen = 0, []
    while at := until(one, at):
        seen.append(step(one, at))
    assert seen == ["month", "week", "ended"]


def test_the_certificate_seen_last_counts() -> None:
    renewed = device(("2026-12-01", 5), ("2027-12-01", 9))
    claim = shown(renewed)
    assert claim is not None and claim.value == "2027-12-01"
    assert judged(renewed, END).over


def test_a_device_without_a_certificate_has_nothing_to_say() -> None:
    assert shown(device()) is None and step(device(), END) == "" and judged(device(), END).over


@given(st.text(max_size=30), st.integers(0, 2**62))
def test_any_date_is_a_step_or_none(text: str, at: int) -> None:
    assert step(device((text, 1)), at) in ("", "month", "week", "ended")
    assert until(device((text, 1)), at) >= 0
