"""Curves: one or two lines over two axes, with their numbers beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.curve import MOST_POINTS, Curve, Line, curve
from tests.charts import EN, FR, NO_COUNTS, WORDS, cells, sound

FALLING = Line("without", ((0.0, 1.0), (5.0, 0.5), (10.0, 0.0)))
HEAD = ("euros", "chance")
POINTS = st.lists(st.tuples(st.floats(0, 2.0**62), st.floats(0, 2.0**62)), max_size=20).map(sorted)


def test_both_lines_have_their_numbers_and_are_told_apart() -> None:
    chart = curve(Curve("Loss", (FALLING, Line("with", ((0.0, 0.5), (4.0, 0.0)))), HEAD), EN)
    page = sound(chart)
    assert cells(page) == [["euros", "chance"], ["0", "1"], ["5", "0.5"], ["10", "0"]]
    assert cells(page, 1) == [["euros", "chance"], ["0", "0.5"], ["4", "0"]]
    assert "dash" in str(chart.svg) and chart.sentence == "without: from 1 to 0. with: from 0.5 to 0."


def test_it_fills_the_frame() -> None:
    drawn = [mark.at for mark in curve(Curve("Loss", (FALLING,), HEAD), FR).marks if mark.ink == "text run"]
    assert drawn[0] == ' d="M56.0 10.0L266.0 90.0L476.0 170.0"'


def test_nothing_says_so() -> None:
    assert curve(Curve("Loss", (), HEAD), EN).sentence == curve(Curve("Loss", (Line("a", ()),), HEAD), EN).sentence


@given(WORDS, POINTS)
def test_any_points_are_drawn(label: str, points: list[tuple[float, float]]) -> None:
    sound(curve(Curve(label, (Line(label, tuple(points)),), (label, label)), EN))


@pytest.mark.parametrize("number", NO_COUNTS, ids=str)
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(Malformed):
        curve(Curve("Loss", (Line("a", ((0, 1), (number, 1))),), HEAD), EN)
    with pytest.raises(Malformed):
        curve(Curve("Loss", (Line("a", ((0, number),)),), HEAD), EN)


def test_a_line_goes_one_way_and_has_an_end() -> None:
    with pytest.raises(Malformed, match=r"chart\.curve"):
        curve(Curve("Loss", (Line("a", ((5, 1), (4, 1))),), HEAD), EN)
    with pytest.raises(Refused):
        curve(Curve("Loss", (Line("a", tuple((n, 1) for n in range(MOST_POINTS + 1))),), HEAD), EN)
    with pytest.raises(Refused):
        curve(Curve("Loss", (FALLING,) * 3, HEAD), EN)
