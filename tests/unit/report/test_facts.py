"""Figures: counted by the query that is printed beside them, and rounded so that nobody is misled."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.report.facts import DAY, Facts, Figure, canonical, count, known, matching, oldest, sha256, share, written
from tests.papers.hospital import DEVICES, FINDINGS, NOW, device, facts


def test_a_figure_counts_what_its_query_says() -> None:
    figure = count("x", "devices", DEVICES, ("ward", "is", "Réa A"), ("first_at", "before", NOW - 30 * DAY))
    assert figure.value == 2
    assert figure.query == "devices: ward is Réa A, first_at before 2026-10-25T12:00:00Z"


def test_unknown_is_a_value() -> None:
    assert [one.id for one in matching(DEVICES, ("ward", "is", "unknown"))] == [DEVICES[-1].id]
    guess = device("guess", ward="Bloc")
    claims = {"ward": msgspec.structs.replace(guess.claims["ward"], confidence=0.2)}
    assert known(msgspec.structs.replace(guess, claims=claims), "ward") == ""


def test_a_time_that_never_came_is_not_before_anything() -> None:
    assert len(matching(FINDINGS, ("closed_at", "since", 1))) == 2
    assert len(matching(FINDINGS, ("closed_at", "before", NOW))) == 2
    assert len(matching(FINDINGS, ("closed_at", "not before", NOW))) == 3


def test_since_includes_the_moment_and_before_does_not() -> None:
    at = FINDINGS[0].first_at
    assert FINDINGS[0] in matching(FINDINGS, ("first_at", "since", at))
    assert FINDINGS[0] not in matching(FINDINGS, ("first_at", "before", at))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_share_is_whole_only_when_it_is(part: int, whole: int) -> None:
    part = min(part, whole)
    percent = share(Figure("p", part, "p"), Figure("w", whole, "w"), "x").value
    assert 0 <= percent <= 100
    assert (percent == 100) == (part == whole > 0)
    assert (percent == 0) == (part == 0)


def test_the_oldest_is_told_in_whole_days() -> None:
    assert oldest("x", "findings", FINDINGS, NOW, ("severity", "is", "critical")).value == 12
    assert oldest("x", "findings", FINDINGS, NOW, ("severity", "is", "nothing")).value == 0


def test_conflicts_are_counted() -> None:
    assert [one.id for one in matching(DEVICES, ("conflicts", "over", 0))] == ["d-scanner"]


def test_a_query_without_conditions_is_its_noun() -> None:
    assert written("devices") == "devices"


def test_the_digest_is_that_of_the_canonical_bytes() -> None:
    record = facts("board", "fr")
    assert sha256(canonical(record)) == hashlib.sha256(canonical(record)).hexdigest()
    assert msgspec.json.decode(canonical(record), type=Facts) == record


def test_half_a_character_is_refused_by_name() -> None:
    with pytest.raises(Malformed, match=r"paper\.text"):
        canonical(msgspec.structs.replace(facts("board", "fr"), site="\ud800"))
