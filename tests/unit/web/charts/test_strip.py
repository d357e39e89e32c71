"""The last checks of one thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.strip import MOST_CHECKS, STATES, Strip, strip, word
from tests.charts import EN, FR, WORDS, cells, sound


def test_the_table_has_a_row_for_each_change() -> None:
    states = ("ok", "ok", "crit", "crit", "crit", "ok")
    labels = tuple(f"08:0{number}" for number in range(6))
    assert cells(sound(strip(Strip("t", states, labels), EN))) == [
        ["First", "Last", "State", "Checks"],
        ["08:00", "08:01", "normal", "2"],
        ["08:02", "08:04", "critical", "3"],
        ["08:05", "08:05", "normal", "1"],
    ]


def test_the_conclusion() -> None:
    assert strip(Strip("t", ("ok", "crit", "crit")), EN).sentence == "Now: critical, for 2 of 3 checks."
    assert strip(Strip("t", ("ok",) * 4), FR).sentence == "Maintenant\u00a0: normal, depuis 4 contrôles sur 4."


def test_a_state_is_a_shape_and_a_word_of_its_own() -> None:
    assert len({outline for _, outline in STATES.values()}) == len(STATES)
    for t in (EN, FR):
        assert len({word(state, t) for state in STATES}) == len(STATES)


def test_nothing_to_show() -> None:
    assert strip(Strip("t", ()), EN).sentence == "Nothing to show."


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(Malformed, match="state"):
        strip(Strip("t", ("fine",)), EN)
    with pytest.raises(Malformed, match="label"):
        strip(Strip("t", ("ok", "ok"), ("a",)), EN)
    with pytest.raises(Refused):
        strip(Strip("t", ("ok",) * (MOST_CHECKS + 1)), EN)


@given(st.lists(st.sampled_from(sorted(STATES)), min_size=1, max_size=MOST_CHECKS), WORDS)
def test_every_check_is_drawn_once_and_counted_once(states: list[str], title: str) -> None:
    chart = strip(Strip(title, tuple(states)), EN)
    assert sum(int(row[3]) for row in cells(sound(chart))[1:]) == len(states)
    assert sum(mark.at.count("M") for mark in chart.marks) == len(states)
