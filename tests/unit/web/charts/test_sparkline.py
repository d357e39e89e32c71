"""A series in the space of a word."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.sparkline import MOST_VALUES, TALL, Sparkline, sparkline
from tests.charts import COUNTS, EN, NO_COUNTS, WORDS, cells, sound


def test_the_picture() -> None:
    chart = sparkline(Sparkline("t", (5, None, 10), low=1, high=8, width=30), EN)
    assert [(mark.ink, mark.at) for mark in chart.marks] == [
        ("low", ' d="M0 24v-12h8v12z"'),
        ("text", ' d="M20 24v-24h8v24z"'),
        ("muted", ' d="M10 23h8v1h-8z"'),
        ("muted run dash", ' d="M0 21.5H30M0 5.5H30"'),
    ]


def test_with_room_it_says_its_largest_number_and_its_ends() -> None:
    labels = ("week 1", "week 2", "week 3")
    low, tall = (sparkline(Sparkline("t", (5, 1000, 10), labels=labels, height=high), EN) for high in (TALL - 1, TALL))
    assert "<text" not in low.svg
    assert [mark.text for mark in tall.marks if mark.tag == "text"] == ["1,000", "week 1", "week 3"]
    assert tall.height == TALL + 20 and tall.width > 120
    assert sparkline(Sparkline("t", (5,), height=TALL), EN).height == TALL


def test_the_table() -> None:
    data = Sparkline("t", (5, None), labels=("08:00", "09:00"), head=("Hour", "Messages"))
    assert cells(sound(sparkline(data, EN))) == [["Hour", "Messages"], ["08:00", "5"], ["09:00", "unknown"]]
    assert cells(sound(sparkline(Sparkline("t", (5,)), EN)))[1] == ["1", "5"]


@pytest.mark.parametrize(
    ("values", "usual", "sentence"),
    [
        ((1, 12), (2, 10), "Last: 12, above the usual 2 to 10."),
        ((12, 1), (2, 10), "Last: 1, below the usual 2 to 10."),
        ((12, 10), (2, 10), "Last: 10, within the usual 2 to 10."),
        ((12, 4, 7), (None, None), "Last: 7; from 4 to 12."),
        ((12, None), (2, 10), "Last: not measured."),
    ],
)
def test_the_conclusion(values: tuple[int | None, ...], usual: tuple[int | None, int | None], sentence: str) -> None:
    assert sparkline(Sparkline("t", values, *usual), EN).sentence == sentence


def test_nothing_to_show() -> None:
    assert sparkline(Sparkline("t", ()), EN).sentence == "Nothing to show."


@pytest.mark.parametrize("value", NO_COUNTS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_no_count_is_refused(place: int, value: float) -> None:
    numbers = [1, 1, 1]
    numbers[place] = value
    with pytest.raises(Malformed):
        sparkline(Sparkline("t", (numbers[0],), numbers[1], numbers[2]), EN)


def test_labels_of_other_values_and_too_many_values_are_refused() -> None:
    with pytest.raises(Malformed, match="label"):
        sparkline(Sparkline("t", (1, 2), labels=("a",)), EN)
    with pytest.raises(Refused):
        sparkline(Sparkline("t", (1,) * (MOST_VALUES + 1)), EN)


@given(st.lists(COUNTS, min_size=1, max_size=50), COUNTS, COUNTS, WORDS, st.sampled_from((24, 60)))
def test_any_numbers(values: list[float | None], low: float | None, high: float | None, words: str, tall: int) -> None:
    chart = sparkline(Sparkline(words, tuple(values), low, high, (words,) * len(values), height=tall), EN)
    assert len(cells(sound(chart))) == len(values) + 1
    assert all(int(height) <= tall for height in re.findall(r"v-(\d+)h", chart.svg))
    assert sum(mark.at.count("h") for mark in chart.marks if mark.tag == "path" and "dash" not in mark.ink) <= 2 * len(
        values
    )
