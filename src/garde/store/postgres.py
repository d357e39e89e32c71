"""PostgreSQL: the store of several processes and machines.

Question: how is a store opened that many processes share?
Reference: PostgreSQL 15 and later, psycopg 3. Transactions that write take an advisory lock, as SQLite's do by
themselves: two runners of one stage would otherwise each put a noun without what the other added, and a sequence
number, given out before its transaction commits, could become visible after a reader of the log passed it. Left out:
writers that work side by side on different devices.

Example::

    store = open_postgres("postgresql://garde@db.chu.example/garde", shapes)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import create_engine
from sqlalchemy.exc import ArgumentError

from garde.errors import Malformed
from garde.ports import Shape
from garde.store.sql import SqlStore

#: Any number that no other program uses: the advisory locks of a database are shared by all its users.
LOCK: Final = 0x6761726465


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
    return SqlStore(engine, shapes, serial=f"SELECT pg_advisory_xact_lock({LOCK})")
