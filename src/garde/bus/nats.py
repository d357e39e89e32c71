"""NATS JetStream as a bus, for several processes and sites.

Question: how do messages travel between machines without being lost or counted twice?
Reference: NATS JetStream (nats-server 2.9 and later). Messages are published in pieces of up to ``PIECE``; a piece's id
is the digest of the ids in it, which the server uses to drop a piece it has already (``Nats-Msg-Id``). A reader is a
durable pull consumer per kind of message; a piece is acknowledged once its effects are stored, and comes again
otherwise. Left out: the cluster, TLS and accounts, which the server's own configuration gives.

Example::

    bus = NatsBus("nats://127.0.0.1:4222")
    bus.publish(observations)
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Final, TypeVar

import nats
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig
from nats.js.errors import Error as JetStreamError

from garde.errors import Unreachable
from garde.model.codec import KINDS, decode_many, encode_many
from garde.model.message import Message, digest

Result = TypeVar("Result")
_log = logging.getLogger(__name__)

STREAM: Final = "GARDE"
#: Messages in one piece: NATS carries a hundred together as quickly as one.
PIECE: Final = 200
#: Seconds before a piece that was taken and not acknowledged comes again.
PATIENCE: Final = 60.0
#: Seconds the server remembers the ids of pieces.
MEMORY: Final = 600.0
#: Seconds an answer of the server may take.
ANSWER: Final = 10.0


class NatsDelivery:
    """The pieces of one batch."""

    position = ""

    def __init__(self, bus: NatsBus, pieces: Sequence[Any], messages: Sequence[Message]) -> None:
        self._bus = bus
        self._pieces = pieces
        self.messages = messages

    def acknowledge(self) -> None:
        """See `garde.ports.Delivery.acknowledge`; waits until the server has noted it."""
        self._bus.do(_together(piece.ack_sync() for piece in self._pieces))

    def refuse(self) -> None:
        """See `garde.ports.Delivery.refuse`."""
        self._bus.do(_together(piece.nak() for piece in self._pieces))


class NatsBus:
    """At-least-once delivery over JetStream.

    Args:
        url: ``nats://host:port``.
        stream: name of the stream; tests give each their own.
        patience: seconds before a piece that was taken and not acknowledged comes again.

    Raises:
        Unreachable: no server answers there, or it has no JetStream.
    """

    def __init__(self, url: str, stream: str = STREAM, *, patience: float = PATIENCE) -> None:
        self._stream = stream
        self._patience = patience
        self._subject = stream.lower()
        self._readers: dict[tuple[str, str], Any] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="garde-nats", daemon=True)
        self._thread.start()
        try:
            self._client = self.do(self._connect(url))
            self._jet = self._client.jetstream(timeout=ANSWER)
            self.do(self._open())
        except Unreachable:
            self._stop()
            raise

    def publish(self, messages: Sequence[Message]) -> None:
        """See `garde.ports.Bus.publish`."""
        self.do(self._publish(messages))

    def take(self, reader: str, kinds: Sequence[type[Message]], most: int, wait: float) -> NatsDelivery | None:
        """See `garde.ports.Bus.take`; kinds are looked at in turn, the wait is for all of them together."""
        names = [kind.__name__ for kind in kinds] or list(KINDS)
        pieces = self.do(self._take(reader, names, max(1, most // PIECE), wait))
        if not pieces:
            return None
        return NatsDelivery(self, pieces, [message for piece in pieces for message in decode_many(piece.data)])

    def close(self) -> None:
        """Send what waits and leave; what was taken and not acknowledged comes again to the next reader."""
        self.do(self._leave())
        self._stop()

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on the bus's own loop and wait for its end.

        Raises:
            Unreachable: the server did not answer or refused.
        """
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except (NatsError, JetStreamError, OSError, TimeoutError) as error:
            hint = "Is nats-server running with JetStream (-js)?"
            raise Unreachable(
                "bus.unreachable", f"The bus does not answer: {error or type(error).__name__}", hint=hint
            ) from error

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()

    async def _connect(self, url: str) -> Any:
        # Once connected it comes back for ever; at first it must answer, or the address is wrong.
        connecting = nats.connect(url, connect_timeout=2, max_reconnect_attempts=-1, error_cb=_note)
        return await asyncio.wait_for(connecting, timeout=ANSWER / 2)

    async def _leave(self) -> None:
        await self._client.flush()
        # Not drain(): it waits for pull subscriptions, which have nothing to wait for.
        await self._client.close()

    async def _open(self) -> None:
        config = StreamConfig(name=self._stream, subjects=[f"{self._subject}.>"], duplicate_window=MEMORY)
        try:
            await self._jet.stream_info(self._stream)
        except JetStreamError:
            await self._jet.add_stream(config)

    async def _publish(self, messages: Sequence[Message]) -> None:
        waiting = []
        # Runs of one kind keep the publisher's order within the kind, which is all that a reader relies on.
        for kind, run in itertools.groupby(messages, key=lambda message: type(message).__name__):
            left = iter(run)
            while piece := list(itertools.islice(left, PIECE)):
                name = digest(*(message.id for message in piece))
                subject = f"{self._subject}.{kind}"
                waiting.append(self._jet.publish(subject, encode_many(piece), headers={"Nats-Msg-Id": name}))
        await asyncio.gather(*waiting)

    async def _take(self, reader: str, names: Sequence[str], most: int, wait: float) -> list[Any]:
        share = max(wait / len(names), 0.01)
        for name in names:
            subscription = await self._reader(reader, name)
            try:
                pieces: list[Any] = await subscription.fetch(most, timeout=share)
            except TimeoutError:
                continue
            if pieces:
                return pieces
        return []

    async def _reader(self, reader: str, name: str) -> Any:
        key = (reader, name)
        if key not in self._readers:
            config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=self._patience, max_ack_pending=1000)
            self._readers[key] = await self._jet.pull_subscribe(
                f"{self._subject}.{name}", durable=f"{reader}-{name}", stream=self._stream, config=config
            )
        return self._readers[key]


async def _together(works: Iterable[Coroutine[Any, Any, Any]]) -> None:
    await asyncio.gather(*works)


async def _note(error: Exception) -> None:
    """The client's own notices: whoever waits for an answer is told by `NatsBus.do`, so nobody is told twice."""
    _log.debug("bus notice: %s", error)
