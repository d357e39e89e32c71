"""Arrays of tables: rows in order, or the line and the word that was meant."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.rows import line, read


class Colour(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    weight: float = 1.0


class Shade(msgspec.Struct, forbid_unknown_fields=True):
    name: str


TABLES = {"colour": Colour, "shade": Shade}


@pytest.mark.parametrize(
    ("text", "code", "where", "hint"),
    [
        ('[[colour]]\nname = "a"\n\n[[colour]]\nweigth = 1.0', "rows.field", "c.toml, line 5", "weight"),
        ('[[shade]]\nname = "a"\n[[colour]]\nname = "a"\nweight = "heavy"', "rows.value", "c.toml, line 5", ""),
        ("\n[[colour]]\nweight = 1.0", "rows.value", "c.toml, line 2", ""),
        ('[[color]]\nname = "a"', "rows.table", "c.toml, line 1", "[[colour]] or [[shade]]"),
        ('\n[colour]\nname = "a"', "rows.table", "c.toml, line 2", "[[colour]]"),
        ('colour = "red"', "rows.table", "c.toml, line 1", "[[colour]]"),
        ("[[colour", "rows.toml", "c.toml", ""),
    ],
)
def test_an_error_names_file_line_and_suggestion(text: str, code: str, where: str, hint: str) -> None:
    with pytest.raises(Malformed) as caught:
        read(text, "c.toml", TABLES)
    assert (caught.value.code, caught.value.where) == (code, where)
    assert hint in caught.value.hint


def test_rows_keep_their_order_and_an_absent_table_is_empty() -> None:
    found = read('[[colour]]\nname="b"\n[[colour]]\nname="a"', "c.toml", TABLES)
    assert [row.name for row in found["colour"]] == ["b", "a"]
    assert found["shade"] == ()


@given(st.text())
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    try:
        assert set(read(text, "c.toml", TABLES)) == set(TABLES)
    except Malformed as error:
        assert error.where.startswith("c.toml")


@pytest.mark.parametrize(
    ("number", "field", "found"), [(1, "name", 2), (2, "name", 6), (2, "weight", 5), (2, "shape", 4), (2, "", 4)]
)
def test_the_line_of_a_value_that_makes_no_sense(number: int, field: str, found: int) -> None:
    text = '[[colour]]\nname = "a"\n\n[[colour]]\nweight = 1.0\nname = "b"'
    assert line(text, "colour", number, field) == found
