"""PostgreSQL: the store of several processes and machines.

Question: how is a store opened that many processes share?
Reference: PostgreSQL 15 and later, psycopg 3. Transactions that write take an advisory lock, as SQLite's do by
themselves: two runners of one stage would otherwise each put a noun without what the other added, and a sequence
number, given out before its transaction commits, could become visible after a reader of the log passed it. Many rows
travel as one array per column (``INSERT … SELECT … FROM unnest``): for each row alone, the driver would write a message
and read an answer. Left out: COPY, which knows no ON CONFLICT; writers that work side by side on different devices.

Example::

    store = open_postgres("postgresql://garde@db.chu.example/garde", shapes)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import create_engine, event
from sqlalchemy.exc import ArgumentError

from garde.errors import Malformed
from garde.ports import Shape
from garde.store.sql import SqlStore

#: Any number that no other program uses: the advisory locks of a database are shared by all its users.
LOCK: Final = 0x6761726465
#: Rows from which arrays are worth their while.
MANY: Final = 16

_INSERT: Final = re.compile(
    r"(INSERT INTO \w+ \()([\w, ]+)(\) (?:[A-Z]+ )*)VALUES \(((?:%\(\w+\)s(?:::\w+)?(?:, )?)+)\)(.*)", re.DOTALL
)
_PARAMETER: Final = re.compile(r"%\((\w+)\)s")
_TARGET: Final = re.compile(r"ON CONFLICT \(([\w, ]+)\) DO UPDATE")
_TYPES: Final[dict[type, str]] = {str: "text", int: "bigint", bytes: "bytea"}


def open_postgres(url: str, shapes: Iterable[Shape]) -> SqlStore:
    """Open the database that a ``postgresql://`` address names.

    Raises:
        Malformed: the address is not one.
        Unreachable: the server does not answer or refuses.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres"):
        raise Malformed("store.url", f"{scheme!r} is not PostgreSQL", hint="postgresql://user@host/database")
    try:
        engine = create_engine(f"postgresql+psycopg://{rest}", pool_size=8, pool_pre_ping=True)
    except (ArgumentError, ValueError) as error:
        raise Malformed("store.url", f"The address of the store cannot be read: {error}") from None
    event.listen(engine, "do_executemany", _in_arrays)
    return SqlStore(engine, shapes, serial=f"SELECT pg_advisory_xact_lock({LOCK})")


class _Insert(NamedTuple):
    """An INSERT taken apart: what stands around its VALUES, its columns, and those that decide a conflict."""

    head: str
    columns: tuple[str, ...]
    tail: str
    target: tuple[str, ...]


@cache
def _taken_apart(statement: str) -> _Insert | None:
    """The parts of an INSERT of one row with a named parameter for each column; None for any other statement."""
    found = _INSERT.fullmatch(statement)
    if found is None:
        return None
    columns = tuple(found[2].replace(" ", "").split(","))
    if tuple(_PARAMETER.findall(found[4])) != columns:
        return None
    target = _TARGET.search(found[5])
    named = tuple(target[1].replace(" ", "").split(",")) if target else ()
    return _Insert(found[1] + found[2] + found[3], columns, found[5], named)


def _in_arrays(cursor: Any, statement: str, rows: Sequence[dict[str, Any]], context: object) -> bool:
    """Insert many rows as arrays; False leaves them to the driver. Called by SQLAlchemy."""
    del context
    insert = _taken_apart(statement) if len(rows) >= MANY else None
    if insert is None:
        return False
    if insert.target:
        # One statement may update a row once only: of rows for one place the last one stays, as if one by one.
        rows = list({tuple([row[name] for name in insert.target]): row for row in rows}.values())
    arrays: dict[str, list[Any]] = {}
    parts = []
    for column in insert.columns:
        values = arrays[column] = [row[column] for row in rows]
        name = _TYPES.get(type(values[0]))
        if name is None or len(set(map(type, values))) > 1:
            return False
        parts.append(f"%({column})b::{name}[]")
    # Made of our own statement's parts; the values are parameters.
    cursor.execute(f"{insert.head}SELECT * FROM unnest({', '.join(parts)}) {insert.tail}", arrays)  # noqa: S608
    return True
