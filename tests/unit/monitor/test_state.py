"""States are confirmed before they are told; flapping is told once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.monitor.state import REMEMBERED, STATES, Watch, flap_share

VECTOR = (0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)


def walked(*results: str, **parts: object) -> Watch:
    watch = Watch(**parts)  # type: ignore[arg-type]
    for at, result in enumerate(results):
        watch = watch.heard(float(at), result)
    return watch


def test_the_share_of_the_notes() -> None:
    assert flap_share(VECTOR) == pytest.approx(38.0, abs=0.05)
    assert flap_share(()) == flap_share((1,)) == 0.0


def test_one_lost_packet_is_nothing() -> None:
    assert walked("up", "down", "down", "up").state == "up"
    assert (found := walked("up", "down", "down", "down")).state == "down" and found.since == 3.0
    assert walked("up", "down", "down", confirm=2).state == "down"


def test_it_is_up_again_after_two() -> None:
    bad = ("up", "down", "down", "down")
    assert walked(*bad, "up").state == "down" and walked(*bad, "up", "up").state == "up"


def test_what_the_prober_could_not_get_says_nothing() -> None:
    assert walked("up", "down", "unknown", "down", "unknown", "down").state == "down"
    assert walked("up", "unknown", "unknown", "unknown").state == "up"


def test_flapping_starts_late_and_stops_later() -> None:
    wild = ("up", "down") * REMEMBERED
    assert walked(*wild).flapping and walked(*wild, of="host").flapping
    assert not walked(*wild, *("up",) * REMEMBERED).flapping
    assert not walked(*wild[: REMEMBERED - 1]).flapping


def test_a_result_that_is_none() -> None:
    with pytest.raises(ValueError, match="green"):
        Watch().heard(0.0, "green")


@given(st.lists(st.sampled_from(STATES), max_size=60))
def test_the_state_was_always_heard(results: list[str]) -> None:
    found = walked(*results)
    assert found.state in {"unknown", *results} and len(found.results) <= REMEMBERED
