"""Bars, and the bar beside a number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.bars import LONG, MOST_ROWS, WIDTH, Bar, Bars, bar, bars, stretch
from garde.web.charts.ink import SEVERITIES
from tests.charts import COUNTS, EN, FR, NO_COUNTS, WORDS, cells, sound


def test_the_bar_of_a_list() -> None:
    assert str(bar(30, 60)) == (
        '<svg class="chart" viewBox="0 0 60 8" width="60" height="8" aria-hidden="true">'
        '<rect width="60" height="8" class="page"/><rect width="30" height="8" class="low"/></svg>'
    )


@pytest.mark.parametrize(("value", "top", "long"), [(0, 9, 0), (1, 10**9, 1), (9, 9, WIDTH), (5, 0, 0), (99, 9, WIDTH)])
def test_its_length(value: int, top: int, long: int) -> None:
    assert stretch(value, top, WIDTH) == long
    assert re.findall(r'rect width="(\d+)" height="8" class="low"', str(bar(value, top))) == [str(long)]


def test_the_table_has_all_digits() -> None:
    data = Bars("Octets", (Bar("a", 1_234_567), Bar("b", 0.5), Bar("c", None)), ("Who", "Octets"))
    assert cells(sound(bars(data, EN))) == [["Who", "Octets"], ["a", "1,234,567"], ["b", "0.5"], ["c", "unknown"]]
    assert "1.2M" in bars(data, EN).svg


def test_a_severity_is_a_word_in_the_table_and_a_shape_in_the_picture() -> None:
    chart = bars(Bars("t", (Bar("a", 1, "critical"), Bar("b", 2))), FR)
    assert [row[2] for row in cells(sound(chart))] == ["Gravité", "critique", "normal"]
    assert chart.svg.count('<path d="M6 7L11 17H1Z" class="critical"/>') == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [((3, 5), "b has the most: 5 of 8."), ((0, 0), "All are zero."), ((None, None), "Nothing was measured.")],
)
def test_the_conclusion(values: tuple[int | None, int | None], sentence: str) -> None:
    rows = tuple(Bar(name, value) for name, value in zip("ab", values, strict=True))
    assert bars(Bars("t", rows), EN).sentence == sentence
    assert bars(Bars("t", rows, sentence="Mine."), EN).sentence == "Mine."


def test_nothing_to_show() -> None:
    assert bars(Bars("t", ()), EN).sentence == "Nothing to show."


@pytest.mark.parametrize("value", NO_COUNTS)
def test_what_is_no_count_is_refused(value: float) -> None:
    with pytest.raises(Malformed):
        bars(Bars("t", (Bar("a", value),)), EN)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(Refused):
        bars(Bars("t", (Bar("a", 1),) * (MOST_ROWS + 1)), EN)


@given(st.lists(st.tuples(WORDS, COUNTS, st.sampled_from(SEVERITIES)), min_size=1, max_size=6), WORDS)
def test_any_numbers_and_words(rows: list[tuple[str, float | None, str]], title: str) -> None:
    chart = bars(Bars(title, tuple(Bar(*row) for row in rows)), EN)
    assert len(cells(sound(chart))) == len(rows) + 1
    for mark in chart.marks:
        if mark.tag == "rect":
            width = re.search(r'width="([\d.]+)"', mark.at)
            assert width is None or float(width[1]) <= LONG
