"""Ports: what the logic needs of the world, each with two adapters.

Question: which doors lead out of the pure code, and what may pass them?
Reference: DESIGN §2 rule 6 and §5. `store` and `bus` hold the adapters; only `garde.app` knows which one runs.

Example: a stage never sees a port; the runner (`garde.pipeline`) does::

    with store.begin() as unit:
        unit.put(devices)
        unit.append(messages)
    delivery.acknowledge()
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

import msgspec

from garde.model.message import Message

Record = TypeVar("Record", bound=msgspec.Struct)


class Clock(Protocol):
    """Time, so that nobody else reads one."""

    def now(self) -> int:
        """Nanoseconds since 1970 UTC."""
        ...


class Unit(Protocol):
    """One transaction: all of it happens, or none."""

    def put(self, records: Iterable[msgspec.Struct]) -> None:
        """Insert or replace nouns by their id (or key)."""
        ...

    def drop(self, shape: type[msgspec.Struct], ids: Iterable[str]) -> None:
        """Remove nouns by id; ids that are not there are passed over."""
        ...

    def append(self, messages: Iterable[Message]) -> int:
        """Add messages to the log, passing over ids that are there already; returns how many were new."""
        ...

    def advance(self, reader: str, position: str) -> None:
        """Remember how far a reader of the log came."""
        ...


class Store(Protocol):
    """The state: nouns by id, the message log, and named questions."""

    def begin(self) -> AbstractContextManager[Unit]:
        """Open a transaction; it commits on leaving, rolls back on an exception."""
        ...

    def get(self, shape: type[Record], ids: Iterable[str]) -> dict[str, Record]:
        """The nouns of that shape with those ids; missing ids are absent from the answer."""
        ...

    def all(self, shape: type[Record]) -> Iterable[Record]:
        """Every noun of that shape."""
        ...

    def ask(self, question: str, /, **values: object) -> Sequence[Mapping[str, object]]:
        """Rows of the named SQL file in store/views.

        Raises:
            Missing: no such question.
        """
        ...

    def close(self) -> None:
        """Release what is held."""
        ...


class Delivery(Protocol):
    """A batch taken from the bus, to be acknowledged once its effects are stored."""

    @property
    def messages(self) -> Sequence[Message]: ...

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
