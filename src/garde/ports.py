"""Ports: what the logic needs of the world, each with two adapters.

Question: which doors lead out of the pure code, and what may pass them?
Reference: DESIGN §2 rule 6 and §5. `store` and `bus` hold the adapters; only `garde.app` knows which one runs.

Example: a stage never sees a port; the runner (`garde.pipeline.runner`) does::

    delivery = bus.take("inventory", (Observation,), most=1000, wait=1.0)
    with store.begin() as unit:
        unit.put(devices)
        unit.append(delivery.messages)
        unit.advance("inventory", delivery.position)
    delivery.acknowledge()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar, runtime_checkable

import msgspec

from garde.model.message import Message
from garde.model.zones.action import Outcome, Step

Record = TypeVar("Record", bound=msgspec.Struct)


class Shape(msgspec.Struct, frozen=True):
    """How the store keeps one noun.

    Attributes:
        kind: the struct.
        id: the record's id.
        links: words under which the record is found again besides its id (keys, neighbours); the store indexes them.
    """

    kind: type[msgspec.Struct]
    id: Callable[[Any], str]
    links: Callable[[Any], Iterable[str]] = lambda _: ()

    @property
    def name(self) -> str:
        """The struct's name, as it stands in the tables."""
        return self.kind.__name__


class Entry(msgspec.Struct, frozen=True):
    """A message as it lies in the log; whoever altered the database may have put anything here.

    Attributes:
        seq: its number in the log.
        id: id of the message.
        at: nanoseconds since 1970 UTC.
        kind: name of its struct.
        body: MessagePack.
        link: its link of the chain (`garde.model.chain`).
    """

    seq: int
    id: str
    at: int
    kind: str
    body: bytes
    link: bytes


class Head(msgspec.Struct, frozen=True):
    """Where the chain ends: number and link of the last message, and how many seals there are."""

    seq: int
    link: bytes
    seals: int


class Sealed(msgspec.Struct, frozen=True):
    """A seal as it lies in the store: its number, the statement (`garde.model.seal`) and 64 octets that sign it."""

    number: int
    statement: bytes
    signature: bytes


class View(Protocol):
    """Reading the state: nouns by id or by link."""

    def get(self, kind: type[Record], ids: Iterable[str]) -> dict[str, Record]:
        """The nouns of that kind with those ids, by id; missing ids are absent from the answer."""
        ...

    def linked(self, kind: type[Record], links: Iterable[str], most: int = 1000) -> dict[str, list[Record]]:
        """Link → the nouns of that kind found under it, in the order of their ids, at most ``most`` of them."""
        ...

    def all(self, kind: type[Record]) -> Iterable[Record]:
        """Every noun of that kind, in the order of their ids."""
        ...


class Unit(View, Protocol):
    """One transaction: all of it happens, or none. Reads see its own writes."""

    def put(self, records: Iterable[msgspec.Struct]) -> None:
        """Insert or replace nouns by their id."""
        ...

    def drop(self, kind: type[msgspec.Struct], ids: Iterable[str]) -> None:
        """Remove nouns by id; ids that are not there are passed over."""
        ...

    def append(self, messages: Iterable[Message]) -> int:
        """Add messages to the log, passing over ids that are there already; returns how many were new."""
        ...

    def advance(self, reader: str, position: str) -> None:
        """Remember how far a reader of the log came."""
        ...

    def head(self) -> Head | None:
        """Where the chain ends; None when somebody removed that."""
        ...

    def seals(self, after: int = 0) -> Sequence[Sealed]:
        """The seals behind a number, oldest first."""
        ...

    def count(self, after: int, last: int) -> int:
        """How many messages the log has behind ``after``, up to and with ``last``."""
        ...

    def latest(self, last: int) -> int:
        """The latest time of the messages up to and with ``last``, in nanoseconds; 0 when there are none."""
        ...

    def seal(self, sealed: Sealed) -> None:
        """Add a seal behind the last one."""
        ...

    def prune(self, last: int) -> int:
        """Remove the messages up to and with ``last``; returns how many there were."""
        ...


class Copy(Protocol):
    """The content of a store at one moment, table by table.

    Attributes:
        step: the migration its tables are at.
        tables: the columns of each table.
    """

    @property
    def step(self) -> int: ...

    @property
    def tables(self) -> Mapping[str, Sequence[str]]: ...

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a table in the order of its key: text, whole numbers and octets."""
        ...


class Snapshot(Copy, Protocol):
    """One consistent look at a store, whatever is written meanwhile."""

    def head(self) -> Head | None:
        """Where the chain ends; None when somebody removed that."""
        ...

    def entries(self, after: int) -> Iterator[Entry]:
        """The messages behind a number, as they lie in the log, oldest first."""
        ...

    def seals(self, after: int = 0) -> Sequence[Sealed]:
        """The seals behind a number, oldest first."""
        ...


class Store(View, Protocol):
    """The state: nouns, the message log, and named questions."""

    def begin(self) -> AbstractContextManager[Unit]:
        """Open a transaction; it commits on leaving, rolls back on an exception.

        Raises:
            Unreachable: the database does not answer.
        """
        ...

    def ask(self, question: str, /, **values: object) -> Sequence[Mapping[str, object]]:
        """Rows of the named SQL file in store/views.

        Raises:
            Missing: no such question.
        """
        ...

    def position(self, reader: str) -> str:
        """How far a reader of the log came; empty when it never began."""
        ...

    def messages(self, ids: Iterable[str]) -> dict[str, Message]:
        """Messages of the log by id; missing ids are absent from the answer."""
        ...

    def log(self, after: int, kinds: Sequence[type[Message]], most: int) -> list[tuple[int, Message]]:
        """The next messages of the log behind a sequence number, with theirs, oldest first; no kinds means all."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Look at everything as it is now, for as long as the block lasts.

        Raises:
            Unreachable: the database does not answer.
        """
        ...

    def restore(self, copy: Copy, digests: Mapping[str, str], *, replace: bool = False) -> None:
        """Become what a copy holds: all of it, or nothing happened.

        Args:
            copy: what to hold.
            digests: what each table must be once it is written (`garde.model.table.digest`).
            replace: give up what is there.

        Raises:
            Conflict: the store is not empty, or the copy was made by a newer Garde.
            Untrusted: what was written is not what the digests say.
        """
        ...

    def close(self) -> None:
        """Release what is held."""
        ...


class Delivery(Protocol):
    """A batch taken from the bus, to be acknowledged once its effects are stored."""

    @property
    def messages(self) -> Sequence[Message]:
        """The batch, oldest first."""
        ...

    @property
    def position(self) -> str:
        """What the reader must remember to go on behind this batch; empty when the bus remembers by itself."""
        ...

    def acknowledge(self) -> None:
        """The effects are stored: do not deliver these again."""
        ...

    def refuse(self) -> None:
        """The effects are not stored: deliver these again."""
        ...


class Bus(Protocol):
    """At-least-once delivery of batches, in order per publisher; a message id is the de-duplication key."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Hand over messages; they are durable when this returns.

        Raises:
            Unreachable: the bus did not take them; nothing is lost as the caller still holds them.
        """
        ...

    def take(self, reader: str, kinds: Sequence[type[Message]], most: int, wait: float) -> Delivery | None:
        """The next batch for a reader, or None when nothing came within ``wait`` seconds."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...


class Clock(Protocol):
    """Time, so that nobody else reads one."""

    def now(self) -> int:
        """Nanoseconds since 1970 UTC."""
        ...


class Keys(Protocol):
    """A key that signs and wraps, wherever it is kept; the private half does not leave its place."""

    @property
    def name(self) -> str:
        """Id of the key: its public key (Ed25519, 32 octets) in hexadecimal.

        Raises:
            Missing: it was never made.
        """
        ...

    def sign(self, data: bytes) -> bytes:
        """64 octets that sign the data (Ed25519, RFC 8032).

        Raises:
            Refused: the key may not be used by this process or person.
            Unreachable: where it is kept does not answer.
        """
        ...

    def wrap(self, secret: bytes) -> bytes:
        """A secret, such as another key, so that only this key can read it."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """The secret that was wrapped.

        Raises:
            Missing: another key wrapped it, which is not here; the error names it.
            Untrusted: it was altered.
        """
        ...


@runtime_checkable
class Renewable(Protocol):
    """A key that another can follow in its place while processes use it."""

    def successor(self) -> Keys:
        """The key that is to follow, made when there is none yet; it is not in use."""
        ...

    def succeed(self) -> None:
        """Put the successor into use; what the former key wrapped can still be unwrapped."""
        ...


@runtime_checkable
class Portable(Protocol):
    """A key that an encrypted backup can carry to a blank machine."""

    def portable(self) -> bytes:
        """The key itself."""
        ...

    def install(self, carried: bytes) -> bool:
        """Take it from a backup; False when there is a key already, which stays.

        Raises:
            Malformed: it is no key.
        """
        ...


class Enforcer(Protocol):
    """Something in the world that can carry out steps of actions: a gateway, a RADIUS server, a name server.

    The same step again is the same change: an agent that died asks twice. What it cannot take back it does not offer.
    """

    @property
    def name(self) -> str:
        """What the log calls it."""
        ...

    @property
    def verbs(self) -> frozenset[str]:
        """Rows of ``respond/verbs.toml`` that it can carry out and take back."""
        ...

    def apply(self, step: Step) -> Outcome:
        """Make it so.

        Raises:
            Unreachable: it does not answer; ask again.
            Refused: it never will.
        """
        ...

    def undo(self, step: Step) -> Outcome:
        """Take back what `apply` was given; ok when there is nothing to take back.

        Raises:
            Unreachable: it does not answer; ask again.
            Refused: it never will.
        """
        ...
