"""A copy of a store, and a store made of a copy. What both databases do is tested in tests/contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from garde.errors import Conflict, Untrusted
from garde.model.table import digest
from garde.pipeline.shapes import SHAPES
from garde.store.snapshot import SqlSnapshot
from garde.store.sql import SqlStore
from garde.store.sqlite import open_sqlite
from garde.store.tables import migrate, steps
from tests.makers import device, observation


class Held:
    """A copy in memory that can be spoilt."""

    def __init__(self, step: int, tables: dict[str, Sequence[str]], rows: dict[str, list[tuple[Any, ...]]]) -> None:
        self.step, self.tables, self.held = step, tables, rows

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        return iter(self.held[table])


def filled(path: Path) -> SqlStore:
    store = open_sqlite(str(path), SHAPES)
    with store.begin() as unit:
        unit.append([observation(number) for number in range(5)])
        unit.put([device(1), device(2)])
        unit.advance("inventory", "5")
    return store


def held(store: SqlStore) -> Held:
    with store.snapshot() as look:
        return Held(look.step, dict(look.tables), {table: list(look.rows(table)) for table in look.tables})


def digests(store: SqlStore) -> dict[str, str]:
    with store.snapshot() as look:
        return {table: digest(look.tables[table], look.rows(table)) for table in look.tables}


def test_every_table_is_found_without_being_named(tmp_path: Path) -> None:
    assert set(held(filled(tmp_path / "a.db")).tables) == {
        "messages",
        "records",
        "links",
        "positions",
        "chain",
        "seals",
    }


def test_a_store_becomes_what_a_copy_holds(tmp_path: Path) -> None:
    one, two = filled(tmp_path / "a.db"), open_sqlite(str(tmp_path / "b.db"), SHAPES)
    two.restore(held(one), digests(one))
    assert digests(two) == digests(one)
    with two.begin() as unit:
        unit.append([observation(9)])


def test_what_is_there_is_given_up_only_when_told(tmp_path: Path) -> None:
    one, two = filled(tmp_path / "a.db"), open_sqlite(str(tmp_path / "b.db"), SHAPES)
    with two.begin() as unit:
        unit.put([device(7)])
    before = digests(two)
    with pytest.raises(Conflict) as error:
        two.restore(held(one), digests(one))
    assert error.value.code == "restore.not-empty" and digests(two) == before
    two.restore(held(one), digests(one), replace=True)
    assert digests(two) == digests(one)


def test_what_was_written_must_be_what_was_saved(tmp_path: Path) -> None:
    one, two = filled(tmp_path / "a.db"), open_sqlite(str(tmp_path / "b.db"), SHAPES)
    copy, before = held(one), digests(two)
    copy.held["records"].pop()
    with pytest.raises(Untrusted) as error:
        two.restore(copy, digests(one))
    assert error.value.code == "restore.digest" and digests(two) == before
    copy = held(one)
    del copy.tables["seals"]  # type: ignore[attr-defined]
    with pytest.raises(Untrusted):
        two.restore(copy, {})
    assert digests(two) == before


def test_a_copy_of_a_newer_garde_is_refused(tmp_path: Path) -> None:
    copy = held(filled(tmp_path / "a.db"))
    copy.step = len(steps()) + 1
    with pytest.raises(Conflict):
        open_sqlite(str(tmp_path / "b.db"), SHAPES).restore(copy, {})


@pytest.mark.parametrize("step", [number for number, _ in steps()])
def test_a_copy_of_an_older_garde_is_brought_up_to_date(tmp_path: Path, step: int) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection, step)
        look = SqlSnapshot(connection)
        copy = Held(look.step, dict(look.tables), {table: list(look.rows(table)) for table in look.tables})
    store = open_sqlite(str(tmp_path / "b.db"), SHAPES)
    store.restore(copy, {})
    with store.begin() as unit:
        unit.append([observation(1)])
    assert held(store).step == len(steps())


def test_text_that_is_none_is_copied_as_the_octets_it_is(tmp_path: Path) -> None:
    one, two = filled(tmp_path / "a.db"), open_sqlite(str(tmp_path / "b.db"), SHAPES)
    with one._writer.begin() as connection:
        connection.execute(text("UPDATE messages SET kind = CAST(x'4fff' AS TEXT) WHERE seq = 2"))
    copy = held(one)
    assert [row for row in copy.held["messages"] if b"O\xff" in row]
    two.restore(copy, digests(one))
    assert digests(two) == digests(one)
