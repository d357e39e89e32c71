"""Store over SQLAlchemy Core: the same statements for SQLite and PostgreSQL.

Question: how do a batch's effects reach the database in one transaction, quickly?
Reference: DESIGN §5 and §7 (SQLAlchemy Core as the one dialect; executemany for the hot writes). ``ON CONFLICT`` is in
the subset both databases share (SQLite 3.24, PostgreSQL 9.5).

Example::

    store = open_sqlite("garde.db", shapes)
    with store.begin() as unit:
        unit.put([device])
    assert store.get(Device, [device.id])
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from garde.errors import Malformed, Missing, Unreachable, Untrusted
from garde.model.codec import KINDS, decode, encode
from garde.model.message import Message
from garde.ports import Copy, Head, Record, Sealed, Shape
from garde.store import chain
from garde.store.snapshot import SqlSnapshot, any_text, lay_down
from garde.store.tables import migrate

#: Most values in one IN list; SQLite's own limit is higher, but plans stay good below this.
CHUNK: Final = 500

#: Nouns read at a time when all are asked for.
PAGE: Final = 2000

Item = TypeVar("Item")

_encoder = msgspec.msgpack.Encoder()

_PUT = text(
    "INSERT INTO records (kind, id, body) VALUES (:kind, :id, :body) "
    "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body"
)
_DROP = text("DELETE FROM records WHERE kind = :kind AND id = :id")
_LINK = text("INSERT INTO links (kind, link, id) VALUES (:kind, :link, :id) ON CONFLICT DO NOTHING")
_LINKS: Final = "SELECT id, link FROM links WHERE kind = :kind AND id IN :some"
_UNLINK = text("DELETE FROM links WHERE kind = :kind AND id = :id")
_UNLINK_ONE = text("DELETE FROM links WHERE kind = :kind AND link = :link AND id = :id")
_PAGE = text("SELECT id, body FROM records WHERE kind = :kind AND id > :after ORDER BY id LIMIT :most")
_ADVANCE = text(
    "INSERT INTO positions (reader, position) VALUES (:reader, :position) "
    "ON CONFLICT (reader) DO UPDATE SET position = excluded.position"
)


class SqlStore:
    """The state in a database.

    Args:
        engine: an open SQLAlchemy engine.
        shapes: how each noun is kept.
        serial: statement that lets only one transaction at a time write, so that none overwrites what another did
            since it read, and sequence numbers become visible in their order; empty where the database sees to it.

    Raises:
        Unreachable: the database does not answer.
        Conflict: it was made by a newer Garde.
    """

    def __init__(self, engine: Engine, shapes: Iterable[Shape], *, serial: str = "") -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        # SQLite's readers see one state anyway; PostgreSQL's do when they ask for it.
        self._reader = engine.execution_options(isolation_level="REPEATABLE READ") if serial else engine
        self._shapes = {shape.kind: shape for shape in shapes}
        self._serial = serial
        with _reaching(), self._writer.begin() as connection:
            if serial:
                connection.execute(text(serial))
            migrate(connection)

    @contextmanager
    def begin(self) -> Iterator[_Unit]:
        """Open a transaction; see `garde.ports.Store.begin`.

        Writers take turns from the beginning: what one reads in order to write it again must not change in between.
        """
        with _reaching(), self._writer.begin() as connection:
            if self._serial:
                connection.execute(text(self._serial))
            yield _Unit(connection, self._shapes, self._serial)

    def get(self, kind: type[Record], ids: Iterable[str]) -> dict[str, Record]:
        """See `garde.ports.View.get`."""
        with _reaching(), self._engine.connect() as connection:
            return _get(connection, kind, ids)

    def linked(self, kind: type[Record], links: Iterable[str], most: int = 1000) -> dict[str, list[Record]]:
        """See `garde.ports.View.linked`."""
        with _reaching(), self._engine.connect() as connection:
            return _linked(connection, kind, links, most)

    def all(self, kind: type[Record]) -> Iterator[Record]:
        """See `garde.ports.View.all`; a page at a time, so that no connection is held while the caller works."""
        after = ""
        while True:
            with _reaching(), self._engine.connect() as connection:
                page = _page(connection, kind, after)
            yield from page.values()
            if len(page) < PAGE:
                return
            after = next(reversed(page))

    def ask(self, question: str, /, **values: object) -> Sequence[Mapping[str, object]]:
        """See `garde.ports.Store.ask`."""
        statement = text(view(question))
        lists = [name for name, value in values.items() if isinstance(value, list | tuple)]
        if lists:
            statement = statement.bindparams(*(bindparam(name, expanding=True) for name in lists))
        with _reaching(), self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement, values).mappings()]

    def position(self, reader: str) -> str:
        """See `garde.ports.Store.position`."""
        statement = text("SELECT position FROM positions WHERE reader = :reader")
        with _reaching(), self._engine.connect() as connection:
            return str(connection.execute(statement, {"reader": reader}).scalar() or "")

    def messages(self, ids: Iterable[str]) -> dict[str, Message]:
        """See `garde.ports.Store.messages`."""
        found: dict[str, Message] = {}
        statement = _listed("SELECT id, body FROM messages WHERE id IN :some")
        with _reaching(), self._engine.connect() as connection:
            for some in _chunks(ids):
                for row in connection.execute(statement, {"some": some}):
                    found[row.id] = decode(bytes(row.body))
        return found

    def log(self, after: int, kinds: Sequence[type[Message]], most: int) -> list[tuple[int, Message]]:
        """See `garde.ports.Store.log`."""
        names = [kind.__name__ for kind in kinds] or list(KINDS)
        statement = _listed(
            "SELECT seq, body FROM messages WHERE seq > :after AND kind IN :some ORDER BY seq LIMIT :most"
        )
        values = {"after": after, "some": names, "most": most}
        with _reaching(), self._engine.connect() as connection:
            return [(row.seq, decode(bytes(row.body))) for row in connection.execute(statement, values)]

    @contextmanager
    def snapshot(self) -> Iterator[SqlSnapshot]:
        """See `garde.ports.Store.snapshot`."""
        with _reaching(), self._reader.connect() as connection, any_text(connection):
            yield SqlSnapshot(connection)

    def restore(self, copy: Copy, digests: Mapping[str, str], *, replace: bool = False) -> None:
        """See `garde.ports.Store.restore`."""
        with _reaching(), self._writer.begin() as connection:
            if self._serial:
                connection.execute(text(self._serial))
            lay_down(connection, copy, digests, replace=replace)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


class _Unit:
    """One open transaction."""

    def __init__(self, connection: Connection, shapes: Mapping[type[msgspec.Struct], Shape], serial: str) -> None:
        self._connection = connection
        self._shapes = shapes
        self._serial = serial

    def put(self, records: Iterable[msgspec.Struct]) -> None:
        bodies: list[dict[str, Any]] = []
        wanted: dict[str, dict[str, set[str]]] = {}
        for record in records:
            shape = self._shapes[type(record)]
            name = shape.id(record)
            bodies.append({"kind": shape.name, "id": name, "body": _encoder.encode(record)})
            wanted.setdefault(shape.name, {})[name] = set(shape.links(record))
        if bodies:
            self._connection.execute(_PUT, bodies)
        for kind, links in wanted.items():
            self._link(kind, links)

    def _link(self, kind: str, wanted: Mapping[str, set[str]]) -> None:
        """Bring the links of records up to date; those of a record that is put again rarely change."""
        stored: dict[str, set[str]] = {}
        for some in _chunks(wanted):
            for row in self._connection.execute(_listed(_LINKS), {"kind": kind, "some": some}):
                stored.setdefault(row.id, set()).add(row.link)
        nothing: set[str] = set()
        for statement, links in (
            (_UNLINK_ONE, ((name, link) for name, old in stored.items() for link in old - wanted[name])),
            (_LINK, ((name, link) for name, new in wanted.items() for link in new - stored.get(name, nothing))),
        ):
            rows = [{"kind": kind, "link": link, "id": name} for name, link in links]
            if rows:
                self._connection.execute(statement, rows)

    def drop(self, kind: type[msgspec.Struct], ids: Iterable[str]) -> None:
        gone = [{"kind": kind.__name__, "id": name} for name in ids]
        if gone:
            self._connection.execute(_DROP, gone)
            self._connection.execute(_UNLINK, gone)

    def append(self, messages: Iterable[Message]) -> int:
        given = {message.id: message for message in messages}
        if not given:
            return 0
        if self._serial:
            self._connection.execute(text(self._serial))
        for name in _some(self._connection, "SELECT id FROM messages WHERE id IN :some", list(given)):
            del given[name]
        if given:
            chain.add(self._connection, ((one.id, one.at, type(one).__name__, encode(one)) for one in given.values()))
        return len(given)

    def head(self) -> Head | None:
        return chain.head(self._connection)

    def seals(self, after: int = 0) -> list[Sealed]:
        return chain.seals(self._connection, after)

    def count(self, after: int, last: int) -> int:
        return chain.count(self._connection, after, last)

    def latest(self, last: int) -> int:
        return chain.latest(self._connection, last)

    def seal(self, sealed: Sealed) -> None:
        chain.seal(self._connection, sealed)

    def prune(self, last: int) -> int:
        return chain.prune(self._connection, last)

    def advance(self, reader: str, position: str) -> None:
        self._connection.execute(_ADVANCE, {"reader": reader, "position": position})

    def get(self, kind: type[Record], ids: Iterable[str]) -> dict[str, Record]:
        return _get(self._connection, kind, ids)

    def linked(self, kind: type[Record], links: Iterable[str], most: int = 1000) -> dict[str, list[Record]]:
        return _linked(self._connection, kind, links, most)

    def all(self, kind: type[Record]) -> Iterator[Record]:
        after = ""
        while page := _page(self._connection, kind, after):
            yield from page.values()
            after = next(reversed(page))


@cache
def view(question: str) -> str:
    """The SQL of a named question.

    Raises:
        Missing: there is no such file in store/views.
    """
    if question.isidentifier():
        file = resources.files("garde.store") / "views" / f"{question}.sql"
        if file.is_file():
            return file.read_text("utf-8")
    raise Missing("store.unknown-question", f"There is no question named {question!r}")


@cache
def _decoder(kind: type[msgspec.Struct]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)


def _read(kind: type[Record], name: str, body: bytes) -> Record:
    try:
        record: Record = _decoder(kind).decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        where = f"{kind.__name__} {name}"
        raise Malformed("store.record", f"A stored record cannot be read: {error}", where=where) from None
    return record


def _get(connection: Connection, kind: type[Record], ids: Iterable[str]) -> dict[str, Record]:
    statement = _listed("SELECT id, body FROM records WHERE kind = :kind AND id IN :some")
    found: dict[str, Record] = {}
    for some in _chunks(ids):
        for row in connection.execute(statement, {"kind": kind.__name__, "some": some}):
            found[row.id] = _read(kind, row.id, bytes(row.body))
    return found


def _linked(connection: Connection, kind: type[Record], links: Iterable[str], most: int) -> dict[str, list[Record]]:
    statement = _listed(
        "SELECT link, id FROM (SELECT link, id, ROW_NUMBER() OVER (PARTITION BY link ORDER BY id) AS place "
        "FROM links WHERE kind = :kind AND link IN :some) AS found WHERE place <= :most ORDER BY link, id"
    )
    found: dict[str, list[str]] = {}
    for some in _chunks(links):
        for row in connection.execute(statement, {"kind": kind.__name__, "some": some, "most": most}):
            found.setdefault(row.link, []).append(row.id)
    records = _get(connection, kind, itertools.chain.from_iterable(found.values()))
    return {link: [records[name] for name in names if name in records] for link, names in found.items()}


def _page(connection: Connection, kind: type[Record], after: str) -> dict[str, Record]:
    rows = connection.execute(_PAGE, {"kind": kind.__name__, "after": after, "most": PAGE})
    return {row.id: _read(kind, row.id, bytes(row.body)) for row in rows}


def _some(connection: Connection, statement: str, values: Iterable[str], **fixed: object) -> list[str]:
    found: list[str] = []
    for some in _chunks(values):
        found += connection.execute(_listed(statement), {"some": some, **fixed}).scalars()
    return found


@cache
def _listed(statement: str) -> Any:
    return text(statement).bindparams(bindparam("some", expanding=True))


def _chunks(values: Iterable[Item]) -> Iterator[list[Item]]:
    left = iter(dict.fromkeys(values))
    while some := list(itertools.islice(left, CHUNK)):
        yield some


@contextmanager
def _reaching() -> Iterator[None]:
    """Failures to reach the database in Garde's words; mistakes in statements stay what they are."""
    try:
        yield
    except (OperationalError, DBAPIError) as error:
        # SQLite has no error of its own for text that is none.
        if type(error) is DatabaseError or "decode to UTF-8" in str(error.orig):
            hint = "Restore the last backup; garde verify names what it can still read"
            raise Untrusted("store.damaged", f"The database is damaged: {error.orig}", hint=hint) from error
        if isinstance(error, OperationalError) or error.connection_invalidated:
            hint = "Is the database running, and is its disk not full?"
            raise Unreachable("store.unreachable", f"The store does not answer: {error.orig}", hint=hint) from error
        raise
