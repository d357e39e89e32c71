"""The tables, and how a database of an older Garde is brought up to date.

Question: what lies in the database, and which steps led there?
Reference: DESIGN §5: migrations go forward only. Each step is a numbered SQL file in ``migrations``; ``schema_version``
remembers the last one done. The files are written in the subset that SQLite and PostgreSQL share; ``{serial}`` and
``{bytes}`` stand for the two words they spell differently.

Example:
    >>> [number for number, _ in steps()][0]
    1
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Final

from sqlalchemy import Connection, text

from garde.errors import Conflict
from garde.store.chain import link_all

#: Remembers the last step that was done.
BOOKKEEPING: Final = "schema_version"

#: What a step does besides its statements, by the name of its file.
THEN: Final[dict[str, Callable[[Connection], None]]] = {"evidence": link_all}

#: What the two databases spell differently.
WORDS: Final = {
    "sqlite": {"serial": "INTEGER PRIMARY KEY AUTOINCREMENT", "bytes": "BLOB"},
    "postgresql": {"serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "bytes": "BYTEA"},
}


def steps() -> list[tuple[int, str]]:
    """Number and text of every migration, in order."""
    folder = resources.files("garde.store") / "migrations"
    return [(int(name[:4]), (folder / name).read_text("utf-8")) for name in _names()]


def _names() -> list[str]:
    folder = resources.files("garde.store") / "migrations"
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))


def migrate(connection: Connection, target: int | None = None) -> int:
    """Bring the database up to date, or up to step ``target``; returns the step it is at.

    Raises:
        Conflict: the database was made by a newer Garde.
    """
    words = WORDS[connection.dialect.name]
    connection.execute(text(f"CREATE TABLE IF NOT EXISTS {BOOKKEEPING} (step INTEGER NOT NULL)"))
    at = connection.execute(text("SELECT COALESCE(MAX(step), 0) FROM schema_version")).scalar_one()
    newest = steps()[-1][0]
    if at > newest:
        raise Conflict(
            "store.newer", f"This store is at step {at}, this Garde knows {newest}", hint="Use the Garde that wrote it"
        )
    for name, (number, script) in zip(_names(), steps(), strict=True):
        if at < number <= (target or newest):
            for statement in filter(None, (part.strip() for part in script.format(**words).split(";"))):
                connection.execute(text(statement))
            if then := THEN.get(name[5:].removesuffix(".sql")):
                then(connection)
            connection.execute(text("INSERT INTO schema_version (step) VALUES (:step)"), {"step": number})
            at = number
    return int(at)
