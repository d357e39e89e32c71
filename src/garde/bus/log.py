"""The log as a bus: the message table of the store, read by position.

Question: how do messages travel when everything is one process, or several that share one database?
Reference: DESIGN §5 (the outbox table, a cursor per stage). The position of a reader is advanced in the same
transaction as the effects of the batch, so here a batch's effects happen exactly once.

Example::

    bus = LogBus(store)
    bus.publish(observations)
    delivery = bus.take("inventory", (Observation,), most=1000, wait=0.0)
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from garde.model.message import Message
from garde.ports import Store

#: Seconds between two looks at the table while waiting.
PAUSE: Final = 0.05


class LogDelivery:
    """A batch; its position is that of its last message."""

    def __init__(self, messages: Sequence[Message], position: str) -> None:
        self.messages = messages
        self.position = position

    def acknowledge(self) -> None:
        """Nothing to do: the reader's position was advanced with the effects."""

    def refuse(self) -> None:
        """Nothing to do: the reader's position still stands before this batch."""


class LogBus:
    """At-least-once delivery over the store's own log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def publish(self, messages: Sequence[Message]) -> None:
        """Append to the log; see `garde.ports.Bus.publish`."""
        if messages:
            with self._store.begin() as unit:
                unit.append(messages)

    def take(self, reader: str, kinds: Sequence[type[Message]], most: int, wait: float) -> LogDelivery | None:
        """The next messages behind the reader's position; see `garde.ports.Bus.take`."""
        after = int(self._store.position(reader) or 0)
        until = time.monotonic() + wait
        while True:
            rows = self._store.log(after, kinds, most)
            if rows:
                return LogDelivery([message for _, message in rows], str(rows[-1][0]))
            left = until - time.monotonic()
            if left <= 0:
                return None
            time.sleep(min(PAUSE, left))

    def close(self) -> None:
        """Nothing is held: the store is closed by who opened it."""
