"""A grid of squares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.heat import SIDES, Heat, heat, level
from tests.charts import COUNTS, EN, NO_COUNTS, WORDS, cells, sound


def test_levels_are_quarters() -> None:
    assert [level(value, 256) for value in (0, 1, 4, 5, 17, 65, 256)] == [0, 1, 1, 2, 3, 4, 4]


def test_a_larger_number_is_a_larger_square() -> None:
    chart = heat(Heat("t", ("a",), ("1", "2", "3", "4", "5", "6"), ((0, 1, 10, 40, 256, None),)), EN)
    paths = [mark for mark in chart.marks if mark.tag == "path"]
    assert [mark.at.partition("h")[2].split("v")[0].strip('"') for mark in paths] == ["1", *map(str, SIDES), "5"]
    assert [mark.ink for mark in paths] == ["line run", "low", "low", "low", "text", "muted run"]


def test_the_table() -> None:
    data = Heat("t", ("Mon", "Tue"), ("00", "12"), ((0, 4), (None, 9_000)))
    assert cells(sound(heat(data, EN))) == [["Row", "00", "12"], ["Mon", "0", "4"], ["Tue", "unknown", "9,000"]]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (((0, 4), (None, 9)), "Most: 9 (Tue, 12); empty: 1 of 4."),
        (((0, 0), (None, 0)), "All are zero."),
        (((None, None), (None, None)), "Nothing was measured."),
    ],
)
def test_the_conclusion(values: tuple[tuple[int | None, ...], ...], sentence: str) -> None:
    assert heat(Heat("t", ("Mon", "Tue"), ("00", "12"), values), EN).sentence == sentence


def test_only_some_heads_are_drawn() -> None:
    hours = tuple(f"{hour:02}" for hour in range(24))
    svg = heat(Heat("t", ("Mon",), hours, ((1,) * 24,), every=6), EN).svg
    assert [f">{hour}</text>" in svg for hour in ("00", "06", "07")] == [True, True, False]


@pytest.mark.parametrize("data", [Heat("t", (), ("a",), ()), Heat("t", ("a",), (), ((),))])
def test_nothing_to_show(data: Heat) -> None:
    assert heat(data, EN).sentence == "Nothing to show."


@pytest.mark.parametrize("values", [((1,),), ((1, 2), (1,)), (), *(((value, 1), (1, 1)) for value in NO_COUNTS)])
def test_what_cannot_be_drawn_is_refused(values: tuple[tuple[float, ...], ...]) -> None:
    with pytest.raises(Malformed):
        heat(Heat("t", ("Mon", "Tue"), ("00", "12"), values), EN)


def test_too_many_squares_are_refused() -> None:
    names = tuple(map(str, range(50)))
    with pytest.raises(Refused):
        heat(Heat("t", names, names, ((1,) * 50,) * 50), EN)


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=1, max_size=6), WORDS)
def test_every_number_is_one_square(values: list[tuple[float | None, ...]], words: str) -> None:
    chart = heat(Heat(words, (words,) * len(values), ("a", words, "c"), tuple(values)), EN)
    assert len(cells(sound(chart))) == len(values) + 1
    assert sum(mark.at.count("M") for mark in chart.marks if mark.tag == "path") == 3 * len(values)
