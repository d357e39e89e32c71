"""The chain in the database: links, its head and its seals.

Question: how does every message get its link in the transaction that adds it?
Reference: `garde.model.chain`. Writers take turns (`garde.store.sql`), so there is one last message to follow, and its
number is the next one without a hole. What is read here may have been altered by others: values are handed on as they
lie.

Example::

    add(connection, [("w-1", 5, "Wakeup", body)])
    assert head(connection).seq == 1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Connection, text

from garde.errors import Untrusted
from garde.model.chain import GENESIS, follow, item
from garde.ports import Entry, Head, Sealed

#: Messages read or written at a time.
PAGE: Final = 5000
#: Before every number that a message may have.
BEFORE_ALL: Final = -(1 << 63)

_HEAD = text("SELECT seq, link, seals FROM chain WHERE head = 1")
_MOVE = text("UPDATE chain SET seq = :seq, link = :link WHERE head = 1")
_ADD: Final = "INSERT INTO messages (seq, id, at, kind, body, link) {own}VALUES (:seq, :id, :at, :kind, :body, :link)"
#: PostgreSQL gives numbers itself unless it is told otherwise.
_ADDS = {"sqlite": text(_ADD.format(own="")), "postgresql": text(_ADD.format(own="OVERRIDING SYSTEM VALUE "))}
_ENTRIES = text("SELECT seq, id, at, kind, body, link FROM messages WHERE seq > :after ORDER BY seq LIMIT :most")
_SEALS = text("SELECT number, statement, signature FROM seals WHERE number > :after ORDER BY number")
_SEAL = text("INSERT INTO seals (number, statement, signature) VALUES (:number, :statement, :signature)")
_SEALED = text("UPDATE chain SET seals = :number WHERE head = 1")
_COUNT = text("SELECT COUNT(*) FROM messages WHERE seq > :after AND seq <= :last")
_LATEST = text("SELECT MAX(at) FROM messages WHERE seq <= :last")
_PRUNE = text("DELETE FROM messages WHERE seq <= :last")


def octets(value: Any) -> Any:
    """Octets as Python holds them; anything else as it lies."""
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def head(connection: Connection) -> Head | None:
    """See `garde.ports.Unit.head`."""
    row = connection.execute(_HEAD).first()
    return Head(row.seq, octets(row.link), row.seals) if row else None


def add(connection: Connection, messages: Iterable[tuple[str, int, str, bytes]]) -> None:
    """Append messages, given as id, time, kind and body.

    Raises:
        Untrusted: the head of the chain was removed or is no head, so that nothing can follow it.
    """
    last = head(connection)
    if last is None or not isinstance(last.link, bytes) or not isinstance(last.seq, int):
        raise Untrusted("chain.head", "The head of the chain is gone", hint="Restore the last backup")
    seq, link = last.seq, last.link
    rows: list[dict[str, Any]] = []
    for name, at, kind, body in messages:
        seq += 1
        link = follow(link, item(seq, at, name, kind, body))
        rows.append({"seq": seq, "id": name, "at": at, "kind": kind, "body": body, "link": link})
    if rows:
        connection.execute(_ADDS[connection.dialect.name], rows)
        connection.execute(_MOVE, {"seq": seq, "link": link})


def entries(connection: Connection, after: int = BEFORE_ALL) -> Iterator[Entry]:
    """See `garde.ports.Snapshot.entries`."""
    while rows := connection.execute(_ENTRIES, {"after": after, "most": PAGE}).all():
        for row in rows:
            yield Entry(row.seq, row.id, row.at, row.kind, octets(row.body), octets(row.link))
        after = rows[-1].seq


def seals(connection: Connection, after: int = 0) -> list[Sealed]:
    """See `garde.ports.Unit.seals`."""
    rows = connection.execute(_SEALS, {"after": after})
    return [Sealed(row.number, octets(row.statement), octets(row.signature)) for row in rows]


def seal(connection: Connection, sealed: Sealed) -> None:
    """See `garde.ports.Unit.seal`."""
    values = {"number": sealed.number, "statement": sealed.statement, "signature": sealed.signature}
    connection.execute(_SEAL, values)
    connection.execute(_SEALED, values)


def count(connection: Connection, after: int, last: int) -> int:
    """See `garde.ports.Unit.count`."""
    return int(connection.execute(_COUNT, {"after": after, "last": last}).scalar_one())


def latest(connection: Connection, last: int) -> int:
    """See `garde.ports.Unit.latest`."""
    return int(connection.execute(_LATEST, {"last": last}).scalar() or 0)


def prune(connection: Connection, last: int) -> int:
    """See `garde.ports.Unit.prune`."""
    return connection.execute(_PRUNE, {"last": last}).rowcount


def link_all(connection: Connection) -> None:
    """Give the messages of an older store their links; part of the migration that brought the chain."""
    seq, link = 0, GENESIS
    update = text("UPDATE messages SET link = :link WHERE seq = :seq")
    after = BEFORE_ALL
    while rows := connection.execute(_ENTRIES, {"after": after, "most": PAGE}).all():
        linked = []
        for row in rows:
            link = follow(link, item(row.seq, row.at, row.id, row.kind, octets(row.body)))
            linked.append({"seq": row.seq, "link": link})
        connection.execute(update, linked)
        seq = after = rows[-1].seq
    connection.execute(
        text("INSERT INTO chain (head, seq, link, seals) VALUES (1, :seq, :link, 0)"), {"seq": seq, "link": link}
    )
