"""Snapshot: everything a store holds at one moment, and a store made of such a copy.

Question: how is a store copied while it is written to, and laid down again in either database?
Reference: SQLite write-ahead log (a reader sees the state at which its transaction began, https://sqlite.org/isolation.html);
PostgreSQL 15 §13.2.2 (repeatable read). Tables are found in the database, so that a new one is copied without being
named here. Left out: columns of other types than text, whole numbers and octets; Garde's tables have none.

Example::

    with store.snapshot() as copy:
        other.restore(copy, {})
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, inspect, text

from garde.errors import Conflict, Untrusted
from garde.model.table import digest
from garde.ports import Copy, Entry, Head, Sealed
from garde.store import chain
from garde.store.tables import BOOKKEEPING, migrate, steps

#: Rows read or written at a time.
TOGETHER: Final = 2000

#: The order of octets, whatever the language of the database; and the way to give numbers oneself.
WORDS: Final = {"sqlite": ('COLLATE "BINARY"', ""), "postgresql": ('COLLATE "C"', "OVERRIDING SYSTEM VALUE ")}


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Read octets that are no UTF-8 as what they are, lone surrogates: somebody may have put them there."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda octets: octets.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


class SqlSnapshot:
    """A look through one transaction that only reads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def step(self) -> int:
        """See `garde.ports.Copy`."""
        return int(self._connection.execute(text("SELECT MAX(step) FROM schema_version")).scalar_one())

    @cached_property
    def tables(self) -> Mapping[str, Sequence[str]]:
        """See `garde.ports.Copy`."""
        look = inspect(self._connection)
        names = sorted(name for name in look.get_table_names() if name != BOOKKEEPING)
        return {name: [column["name"] for column in look.get_columns(name)] for name in names}

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """See `garde.ports.Copy.rows`."""
        collate = WORDS[self._connection.dialect.name][0]
        look = inspect(self._connection)
        kinds = {column["name"]: column["type"] for column in look.get_columns(table)}
        key = look.get_pk_constraint(table)["constrained_columns"] or list(kinds)
        order = ", ".join(f"{name} {collate}" if kinds[name].python_type is str else name for name in key)
        names = ", ".join(self.tables[table])
        statement = text(f"SELECT {names} FROM {table} ORDER BY {order}")  # noqa: S608 (names come from the schema)
        with self._connection.execute(statement, execution_options={"yield_per": TOGETHER}) as found:
            for row in found:
                yield tuple(map(_plain, row))

    def filled(self, table: str) -> bool:
        """Whether a table has any row."""
        statement = text(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 (names come from the schema)
        return self._connection.execute(statement).first() is not None

    def head(self) -> Head | None:
        """See `garde.ports.Snapshot.head`."""
        return chain.head(self._connection)

    def entries(self, after: int = chain.BEFORE_ALL) -> Iterator[Entry]:
        """See `garde.ports.Snapshot.entries`."""
        return chain.entries(self._connection, after)

    def seals(self, after: int = 0) -> list[Sealed]:
        """See `garde.ports.Snapshot.seals`."""
        return chain.seals(self._connection, after)


def lay_down(connection: Connection, copy: Copy, digests: Mapping[str, str], *, replace: bool) -> None:
    """Make the database what a copy holds; see `garde.ports.Store.restore`."""
    newest = steps()[-1][0]
    if copy.step > newest:
        raise Conflict("restore.newer", f"The copy is at step {copy.step}, this Garde knows {newest}")
    there = SqlSnapshot(connection)
    if not replace:
        for table in there.tables:
            if table != "chain" and there.filled(table):
                hint = "--replace gives up what is there"
                raise Conflict("restore.not-empty", f"The store is not empty: {table} has rows", hint=hint)
    for table in (*there.tables, BOOKKEEPING):
        connection.execute(text(f"DROP TABLE {table}"))
    migrate(connection, copy.step)
    made = SqlSnapshot(connection)
    if set(made.tables) != set(copy.tables):
        odd = ", ".join(sorted(set(made.tables) ^ set(copy.tables)))
        raise Untrusted("restore.tables", f"The copy does not have the tables of step {copy.step}: {odd}")
    for table, columns in copy.tables.items():
        _fill(connection, table, columns, copy.rows(table))
    for table, wanted in digests.items():
        if digest(copy.tables[table], _columns(made, table, copy.tables[table])) != wanted:
            raise Untrusted("restore.digest", f"{table} is not what was saved, and nothing was kept")
    migrate(connection)


def _plain(value: Any) -> Any:
    """A value as a copy can hold it; text that is none stays the octets it is."""
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                return value.encode("utf-8", "surrogateescape")
        return value
    return chain.octets(value)


def _columns(made: SqlSnapshot, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows with their columns in another order."""
    places = [list(made.tables[table]).index(name) for name in columns]
    for row in made.rows(table):
        yield tuple(row[place] for place in places)


def _fill(connection: Connection, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    own = WORDS[connection.dialect.name][1]
    connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 (names come from the schema, which was just made)
    names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    insert = text(f"INSERT INTO {table} ({names}) {own}VALUES ({values})")
    while some := list(itertools.islice(rows, TOGETHER)):
        connection.execute(insert, [dict(zip(columns, row, strict=True)) for row in some])
    if connection.dialect.name == "postgresql":
        for column in inspect(connection).get_columns(table):
            if column.get("identity"):
                # Numbers that were given by hand do not move what the database would give next.
                name = column["name"]
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', '{name}'), "  # noqa: S608
                        f"(SELECT COALESCE(MAX({name}), 0) + 1 FROM {table}), false)"
                    )
                )
