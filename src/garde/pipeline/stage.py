"""Stage: a pure function from a batch of messages to changes of state and new messages.

Question: what must a stage give, and what may it read?
Reference: DESIGN §5. A stage gets the batch instead of one message, because what it reads for one message it usually
needs for the next hundred too; it is pure all the same: the same batch and the same state give the same effects. It
reads only the nouns it declares, draws no random number and reads no clock: "later" is a `Wakeup`.

Example:
    >>> def echo(batch, view):
    ...     return list(batch)
    >>> Stage(name="echo", consumes=(), reads=(), run=echo).name
    'echo'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import msgspec

from garde.errors import Refused
from garde.model.message import Message
from garde.ports import Record, View


class Put(msgspec.Struct, frozen=True):
    """Insert or replace a noun."""

    record: msgspec.Struct


class Drop(msgspec.Struct, frozen=True):
    """Remove a noun that does not exist any more."""

    kind: type[msgspec.Struct]
    id: str


Effect: TypeAlias = Message | Put | Drop


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table.

    Attributes:
        name: also the name of its reader on the bus.
        consumes: kinds of message it is given.
        reads: nouns its view shows; asking for another one is refused.
        run: the function.
    """

    name: str
    consumes: tuple[type[Message], ...]
    reads: tuple[type[msgspec.Struct], ...]
    run: Callable[[Sequence[Message], View], Iterable[Effect]]


class Declared:
    """A view limited to the nouns that a stage declares."""

    def __init__(self, view: View, stage: Stage) -> None:
        self._view = view
        self._stage = stage

    def get(self, kind: type[Record], ids: Iterable[str]) -> dict[str, Record]:
        """See `garde.ports.View.get`."""
        self._allow(kind)
        return self._view.get(kind, ids)

    def linked(self, kind: type[Record], links: Iterable[str], most: int = 1000) -> dict[str, list[Record]]:
        """See `garde.ports.View.linked`."""
        self._allow(kind)
        return self._view.linked(kind, links, most)

    def all(self, kind: type[Record]) -> Iterable[Record]:
        """See `garde.ports.View.all`."""
        self._allow(kind)
        return self._view.all(kind)

    def _allow(self, kind: type[msgspec.Struct]) -> None:
        if kind not in self._stage.reads:
            raise Refused(
                "pipeline.undeclared", f"Stage {self._stage.name} does not declare that it reads {kind.__name__}"
            )
