"""The common adapter: damage is named, questions are files. What it stores is tested in tests/contract."""

from __future__ import annotations

from importlib import resources

import pytest
from sqlalchemy import create_engine, text

from garde.errors import Malformed, Missing, Unreachable
from garde.model.device import Device
from garde.pipeline.shapes import SHAPES
from garde.store.sql import SqlStore, view
from garde.store.sqlite import open_sqlite


def test_a_damaged_record_is_named() -> None:
    store = open_sqlite("", SHAPES)
    with store._writer.begin() as connection:
        connection.execute(
            text("INSERT INTO records (kind, id, body) VALUES ('Device', 'd-1', :body)"), {"body": b"\xc1"}
        )
    with pytest.raises(Malformed) as error:
        store.get(Device, ["d-1"])
    assert error.value.where == "Device d-1"


def test_every_question_says_what_it_asks() -> None:
    for file in (resources.files("garde.store") / "views").iterdir():
        if file.name.endswith(".sql"):
            assert view(file.name.removesuffix(".sql")).startswith("-- "), file.name


def test_a_path_is_no_question() -> None:
    with pytest.raises(Missing):
        view("../sqlite")


def test_a_database_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(Unreachable) as error:
        SqlStore(create_engine("sqlite:////dev/null/garde.db"), SHAPES)
    assert error.value.code == "store.unreachable"
