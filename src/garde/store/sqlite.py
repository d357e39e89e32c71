"""SQLite: the store of one machine, in one file.

Question: how is a store opened when nothing else is installed?
Reference: SQLite 3.40, write-ahead log; https://sqlite.org/wal.html. ``synchronous=NORMAL`` loses nothing when the
program is killed; it may lose the last transactions when the machine loses power, which the bus then delivers again.

Example:
    >>> store = open_sqlite("", [])
    >>> store.position("inventory")
    ''
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import StaticPool, create_engine, event

from garde.errors import Unreachable
from garde.ports import Shape
from garde.store.sql import SqlStore


def open_sqlite(path: str, shapes: Iterable[Shape]) -> SqlStore:
    """Open or make the file at ``path``; an empty path is a store in memory that ends with the process.

    Raises:
        Unreachable: the file or its folder cannot be made or read.
    """
    if path:
        try:
            Path(path).expanduser().parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable("store.folder", f"The store's folder cannot be made: {error}") from None
        engine = create_engine(f"sqlite:///{Path(path).expanduser()}", connect_args={"timeout": 30.0})
    else:
        # One connection shared by all threads: another one would see another, empty memory.
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # The driver must not begin transactions by itself, or a read would not see one consistent state.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -65536", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A transaction that will write takes its turn at once: one that began as a reader could not become a writer
        # after somebody else wrote. Readers never wait.
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return SqlStore(engine, shapes)
