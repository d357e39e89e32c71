"""Rows of the same parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.bars import LONG, MOST_ROWS
from garde.web.charts.ink import HATCHES
from garde.web.charts.stacked import Part, Stack, Stacked, stacked
from tests.charts import COUNTS, EN, FR, NO_COUNTS, WORDS, cells, sound

PARTS = (Part("done", "ok"), Part("waiting", "unknown"), Part("failed", "critical"))


def test_the_table_has_every_part_and_the_sum() -> None:
    data = Stacked("Waves", PARTS, (Stack("1", (4, 0, 0)), Stack("2", (19, None, 1))), head="Wave")
    assert cells(sound(stacked(data, EN))) == [
        ["Wave", "done", "waiting", "failed", "Total"],
        ["1", "4", "0", "0", "4"],
        ["2", "19", "unknown", "1", "20"],
    ]


def test_the_conclusion() -> None:
    rows = (Stack("1", (31, 62, 7)),)
    assert stacked(Stacked("t", PARTS, rows), EN).sentence == (
        "done: 31 of 100 (31%), waiting: 62 of 100 (62%), failed: 7 of 100 (7%)."
    )
    assert "31\u202f%" in stacked(Stacked("t", PARTS, rows), FR).sentence
    assert stacked(Stacked("t", PARTS, (Stack("1", (0, None, 0)),)), EN).sentence == "All are zero."
    assert stacked(Stacked("t", PARTS, rows, sentence="Mine."), EN).sentence == "Mine."


def test_shares_have_the_full_length() -> None:
    rows = (Stack("1", (1, 0, 0)), Stack("2", (100, 0, 0)))
    for share, wide in ((True, {LONG - 1.0}), (False, {LONG - 1.0, 2.0})):
        marks = stacked(Stacked("t", PARTS, rows, share=share), EN).marks
        assert {float(mark.at.split('width="')[1].split('"')[0]) for mark in marks if mark.hatch == "ok"} == wide


@pytest.mark.parametrize("data", [Stacked("t", PARTS, ()), Stacked("t", (), (Stack("1", ()),))])
def test_nothing_to_show(data: Stacked) -> None:
    assert stacked(data, EN).sentence == "Nothing to show."


@pytest.mark.parametrize(
    ("parts", "rows", "code"),
    [
        ((Part("a", "ok"), Part("b", "ok")), (), "chart.fill"),
        ((Part("a", "pink"),), (), "chart.fill"),
        (PARTS, (Stack("1", (1, 2)),), "chart.parts"),
        *((PARTS, (Stack("1", (1, value, 2)),), "chart") for value in NO_COUNTS),
    ],
)
def test_what_cannot_be_drawn_is_refused(parts: tuple[Part, ...], rows: tuple[Stack, ...], code: str) -> None:
    with pytest.raises(Malformed) as caught:
        stacked(Stacked("t", parts, rows), EN)
    assert caught.value.code.startswith(code)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(Refused):
        stacked(Stacked("t", PARTS, (Stack("a", (1, 1, 1)),) * (MOST_ROWS + 1)), EN)


@given(st.lists(st.tuples(WORDS, st.tuples(COUNTS, COUNTS, COUNTS)), min_size=1, max_size=5), st.booleans())
def test_any_numbers_and_words(rows: list[tuple[str, tuple[float | None, ...]]], share: bool) -> None:
    chart = stacked(Stacked("t", PARTS, tuple(Stack(*row) for row in rows), share=share), EN)
    assert len(cells(sound(chart))) == len(rows) + 1


def test_every_fill_can_be_a_part() -> None:
    parts = tuple(Part(f"part {name}", name) for name in HATCHES)
    page = sound(stacked(Stacked("t", parts, (Stack("a", (50,) * len(parts)),)), EN))
    assert len(page.find_all("pattern")) == len(HATCHES) - 2
