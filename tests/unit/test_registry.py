"""Registry: order kept, names unique, unknown names answered with the nearest."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from garde.errors import Missing
from garde.registry import Registry


@dataclass
class Row:
    name: str


def test_rows_keep_their_order() -> None:
    table = Registry(Row("b"), Row("a"))
    assert table.names == ("b", "a")
    assert [row.name for row in table] == ["b", "a"]
    assert len(table) == 2


def test_a_name_finds_its_row() -> None:
    assert Registry(Row("dicom"))["dicom"].name == "dicom"
    assert "dicom" in Registry(Row("dicom"))


def test_two_rows_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="dicom"):
        Registry(Row("dicom"), Row("dicom"))


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(Missing) as error:
        Registry(Row("dicom"))["dicmo"]
    assert error.value.hint == "Did you mean dicom?"
