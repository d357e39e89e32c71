"""Migrations: numbered, forward only, idempotent, and refusing a newer store."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from garde.errors import Conflict
from garde.store.tables import migrate, steps


def test_steps_are_numbered_without_holes() -> None:
    assert [number for number, _ in steps()] == list(range(1, len(steps()) + 1))


@pytest.mark.parametrize("target", [number for number, _ in steps()])
def test_every_older_store_is_brought_up_to_date(target: int) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        assert migrate(connection, target) == target
        assert migrate(connection) == len(steps())
        assert migrate(connection) == len(steps())
        names = set(inspect(connection).get_table_names())
    assert {"messages", "records", "links", "positions"} <= names


def test_a_newer_store_is_refused() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection)
        connection.execute(text("INSERT INTO schema_version (step) VALUES (9999)"))
        with pytest.raises(Conflict) as error:
            migrate(connection)
    assert error.value.code == "store.newer"
