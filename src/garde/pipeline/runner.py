"""Runner: take a batch, call the stage, store the effects in one transaction, acknowledge.

Question: how does a message become state exactly once in effect, whatever dies in between?
Reference: DESIGN §5. Delivery is at least once and ids are digests, so a second delivery changes nothing. A message
that makes its stage raise ``TRIES`` times goes to quarantine and opens a Finding about Garde itself; the
stream goes on.

Example::

    runner = Runner(STAGES, store, bus, clock)
    while runner.step(wait=1.0):
        pass
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from garde.errors import Unreachable
from garde.model.finding import judgement
from garde.model.message import Message, Wakeup, digest
from garde.pipeline.stage import Declared, Drop, Put, Stage
from garde.ports import Bus, Clock, Delivery, Store
from garde.registry import Registry

#: How often a message may make its stage raise.
TRIES: Final = 3
#: Most messages in one batch. A stage reads and writes what a batch touches once, so a backlog is worked off faster in
#: large batches; a message that comes alone does not wait for others.
BATCH: Final = 30_000


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A message set aside.

    Attributes:
        id: ``stage:message id``.
        error: what the stage raised, and where in the code.
    """

    id: str
    stage: str
    message: str
    at: int
    error: str


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage made and the bus may not have yet, kept in the transaction that made it.

    Without it, a crash after the commit would lose it: the batch comes again, but a stage that finds its effects in the
    state has nothing more to say.

    Attributes:
        id: digest of the message ids.
        stage: which stage made them.
        messages: ids of messages of the log.
    """

    id: str
    stage: str
    messages: tuple[str, ...]


class Runner:
    """Drives every stage of the table over the bus.

    Args:
        only: names of the stages to run; empty runs all.
        told: called after each commit with the nouns that were put and those that were dropped, so that what is held in
            memory can follow.

    Raises:
        Missing: a name in ``only`` is no stage.
    """

    def __init__(
        self,
        stages: Registry[Stage],
        store: Store,
        bus: Bus,
        clock: Clock,
        *,
        only: Iterable[str] = (),
        told: Callable[[Sequence[msgspec.Struct], Sequence[Drop]], None] = lambda puts, drops: None,
    ) -> None:
        names = tuple(only)
        self._stages = [stages[name] for name in names] if names else list(stages)
        self._store = store
        self._bus = bus
        self._clock = clock
        self._told = told
        self._resumed = False

    def step(self, wait: float = 0.0) -> int:
        """One batch for every stage that has one; returns how many messages were worked through.

        Args:
            wait: seconds to wait for a first batch, shared among the stages.

        Raises:
            Unreachable: the store or the bus does not answer; nothing is lost, call again.
        """
        if not self._resumed:
            self._resume()
        done = 0
        for stage in self._stages:
            done += self._wake(stage)
            delivery = self._bus.take(stage.name, stage.consumes, BATCH, wait / len(self._stages))
            if delivery is not None:
                self._work(stage, delivery)
                done += len(delivery.messages)
        return done

    def drain(self) -> int:
        """Work until nothing waits; returns how many messages were worked through."""
        total = 0
        while done := self.step():
            total += done
        return total

    def _work(self, stage: Stage, delivery: Delivery) -> None:
        """The whole batch at once; when that raises, message by message, so that only the culprit waits."""
        try:
            if self._attempt(stage, delivery.messages, delivery.position) is not None:
                for message in delivery.messages:
                    self._alone(stage, message)
                if delivery.position:
                    with self._store.begin() as unit:
                        unit.advance(stage.name, delivery.position)
        except Unreachable:
            delivery.refuse()
            raise
        delivery.acknowledge()

    def _alone(self, stage: Stage, message: Message) -> None:
        """One message, up to ``TRIES`` times, then quarantine."""
        error = None
        for _ in range(TRIES):
            error = self._attempt(stage, [message], "")
            if error is None:
                return
        if error is not None:
            self._quarantine(stage, message, error)

    def _attempt(self, stage: Stage, batch: Sequence[Message], position: str) -> Exception | None:
        """Apply a batch; what the stage raised, when it did, with nothing stored."""
        try:
            self._apply(stage, batch, position)
        except Unreachable:
            raise
        except Exception as error:  # whatever mistake a stage makes, the stream goes on (DESIGN §5)
            return error
        return None

    def _apply(self, stage: Stage, batch: Sequence[Message], position: str) -> None:
        with self._store.begin() as unit:
            new: list[Message] = []
            puts: list[msgspec.Struct] = []
            drops: list[Drop] = []
            for effect in stage.run(batch, Declared(unit, stage)):
                if isinstance(effect, Put):
                    puts.append(effect.record)
                elif isinstance(effect, Drop):
                    drops.append(effect)
                else:
                    new.append(effect)
            # Before the puts: a stage may ask again under the same name.
            unit.drop(Wakeup, [message.id for message in batch if isinstance(message, Wakeup)])
            for kind in {drop.kind for drop in drops}:
                unit.drop(kind, [drop.id for drop in drops if drop.kind is kind])
            unit.put([*puts, *(message for message in new if isinstance(message, Wakeup))])
            # A batch with a position was read from this very log.
            unit.append(new if position else [*batch, *new])
            onward = [message for message in new if not isinstance(message, Wakeup)]
            unsent = _unsent(stage, onward) if onward and not position else None
            if unsent:
                unit.put([unsent])
            if position:
                unit.advance(stage.name, position)
        self._told(puts, drops)
        if onward:
            # After the commit and before the acknowledgement; the ids are the same however often it is published.
            self._bus.publish(onward)
        if unsent:
            self._sent(unsent)

    def _resume(self) -> None:
        """Publish what a runner that died had made and not published."""
        names = {stage.name for stage in self._stages}
        for unsent in list(self._store.all(Unsent)):
            if unsent.stage in names:
                held = self._store.messages(unsent.messages)
                self._bus.publish([held[name] for name in unsent.messages if name in held])
                self._sent(unsent)
        self._resumed = True

    def _sent(self, unsent: Unsent) -> None:
        with self._store.begin() as unit:
            unit.drop(Unsent, [unsent.id])

    def _wake(self, stage: Stage) -> int:
        """Give the stage its wake-ups whose time has come."""
        now = self._clock.now()
        waiting = self._store.linked(Wakeup, [stage.name]).get(stage.name, [])
        due = [one for one in waiting if one.at <= now]
        if due:
            due.sort(key=lambda one: (one.at, one.id))
            if self._attempt(stage, due, "") is not None:
                for one in due:
                    self._alone(stage, one)
        return len(due)

    def _quarantine(self, stage: Stage, message: Message, error: Exception) -> None:
        now = self._clock.now()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__}: {error} ({frame.name}, line {frame.lineno})"
        opened = judgement(
            "pipeline.quarantine",
            now,
            severity="medium",
            identifier=f"{stage.name}:{message.id}",
            reasons=(f"stage: {stage.name}", f"message: {message.id}", f"error: {text}"),
            cause=(message.id,),
        )
        aside = Quarantined(id=f"{stage.name}:{message.id}", stage=stage.name, message=message.id, at=now, error=text)
        unsent = _unsent(stage, [opened])
        with self._store.begin() as unit:
            unit.drop(Wakeup, [message.id])
            unit.put([aside, unsent])
            unit.append([message, opened])
        self._bus.publish([opened])
        self._sent(unsent)


def _unsent(stage: Stage, messages: Sequence[Message]) -> Unsent:
    names = tuple(message.id for message in messages)
    return Unsent(id=digest("unsent", stage.name, *names), stage=stage.name, messages=names)
