"""Tables that a spreadsheet cannot run and a terminal cannot obey."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.report.table import WIDEST, clip, csv_of, neutral, printable, table_of


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_formula_start_is_neutral(start: str) -> None:
    assert neutral(f"{start}1") == f"'{start}1"
    assert neutral(f"1{start}") == f"1{start}"


def test_a_terminal_sees_escapes() -> None:
    assert printable("a\x1b[2J\u202eb") == "a\\x1b[2J\\u202eb"


def test_long_values_are_clipped() -> None:
    assert clip("x" * 50, WIDEST) == "x" * 39 + "…"
    assert clip("short", WIDEST) == "short"


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_text_is_one_cell_and_one_line(values: list[str]) -> None:
    rows = [{"id": str(number), "said": value} for number, value in enumerate(values)]
    read = list(csv.DictReader(io.StringIO(csv_of(("id", "said"), rows), newline="")))
    assert [row["said"].removeprefix("'") for row in read] == [value.removeprefix("'") for value in values]
    assert len(table_of(("id", "said"), rows).split("\n")) == len(values) + 1


def test_an_empty_table_has_its_head() -> None:
    assert table_of(("id", "said"), []) == "ID"
