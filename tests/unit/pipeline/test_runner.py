"""The runner, as playbooks: a batch goes in, effects come out, a culprit is set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from garde.bus.log import LogBus
from garde.errors import Missing, Unreachable
from garde.model.device import Device
from garde.model.finding import Finding, Judgement
from garde.model.message import Message, Wakeup
from garde.model.observation import Observation
from garde.pipeline.runner import TRIES, Quarantined, Runner, Unsent
from garde.pipeline.shapes import SHAPES
from garde.pipeline.stage import Drop, Effect, Put, Stage
from garde.ports import Store, View
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.makers import START, device, observation


class HandClock:
    """A clock that a test moves."""

    def __init__(self, at: int = START) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


def stage(run: object, name: str = "s", consumes: tuple[type[Message], ...] = (Observation,)) -> Stage:
    return Stage(name=name, consumes=consumes, reads=(Device, Finding), run=run)  # type: ignore[arg-type]


def setting(*stages: Stage) -> tuple[Store, LogBus, HandClock, Runner]:
    store = open_sqlite("", SHAPES)
    bus, clock = LogBus(store), HandClock()
    return store, bus, clock, Runner(Registry(*stages), store, bus, clock)


def one_device_each(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    for message in batch:
        yield Put(device(message.at - START))


def test_effects_are_stored_and_the_batch_is_done() -> None:
    store, bus, _, runner = setting(stage(one_device_each))
    bus.publish([observation(1), observation(2)])
    assert runner.drain() == 2
    assert [one.id for one in store.all(Device)] == ["d-1", "d-2"]
    assert runner.step() == 0


def test_a_drop_removes_what_dissolved() -> None:
    store, bus, _, runner = setting(stage(lambda batch, view: [Drop(Device, "d-9")]))
    with store.begin() as unit:
        unit.put([device(9)])
    bus.publish([observation(1)])
    runner.drain()
    assert not list(store.all(Device))


def test_new_messages_reach_the_next_stage() -> None:
    seen: list[str] = []

    def judge(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        for message in batch:
            yield Judgement(
                id=f"f-{message.id}", at=0, cause=(message.id,), rule="r", device="", severity="low", reasons=()
            )

    def listen(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        seen.extend(message.id for message in batch)
        return ()

    _, bus, _, runner = setting(stage(judge, "judge"), stage(listen, "listen", (Judgement,)))
    bus.publish([observation(1)])
    runner.drain()
    assert seen == [f"f-{observation(1).id}"]


def test_a_culprit_goes_to_quarantine_and_the_stream_goes_on() -> None:
    calls: list[str] = []

    def picky(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        for message in batch:
            calls.append(message.id)
            if message.id == observation(2).id:
                raise KeyError("no such luck")
            yield Put(device(message.at - START))

    store, bus, _, runner = setting(stage(picky))
    bus.publish([observation(number) for number in (1, 2, 3)])
    runner.drain()
    assert [one.id for one in store.all(Device)] == ["d-1", "d-3"]
    (aside,) = store.all(Quarantined)
    assert aside.message == observation(2).id
    assert "KeyError" in aside.error and "picky" in aside.error
    ((_, opened),) = store.log(0, (Judgement,), 9)
    assert isinstance(opened, Judgement)
    assert (opened.rule, opened.cause) == ("pipeline.quarantine", (observation(2).id,))
    assert calls.count(observation(2).id) == TRIES + 1
    assert runner.step() <= 1  # the judgement itself, which nobody here consumes


def test_a_store_that_does_not_answer_loses_nothing() -> None:
    failing = True

    def unlucky(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        if failing:
            raise Unreachable("store.unreachable")
        return one_device_each(batch, view)

    store, bus, _, runner = setting(stage(unlucky))
    bus.publish([observation(1)])
    with pytest.raises(Unreachable):
        runner.drain()
    failing = False
    runner.drain()
    assert [one.id for one in store.all(Device)] == ["d-1"]
    assert not list(store.all(Quarantined))


class Apart:
    """A bus that is not the log: what is published waits in a list; each batch is delivered until acknowledged."""

    def __init__(self) -> None:
        self.waiting: list[Message] = []
        self.killed = False

    def publish(self, messages: Sequence[Message]) -> None:
        if self.killed:
            raise SystemExit
        self.waiting.extend(messages)

    def take(self, reader: str, kinds: Sequence[type[Message]], most: int, wait: float) -> Batch | None:
        there = [one for one in self.waiting if isinstance(one, tuple(kinds))]
        return Batch(self, there) if there else None

    def close(self) -> None:
        pass


class Batch:
    position = ""

    def __init__(self, bus: Apart, messages: list[Message]) -> None:
        self._bus = bus
        self.messages = messages

    def acknowledge(self) -> None:
        self._bus.waiting = [one for one in self._bus.waiting if one not in self.messages]

    def refuse(self) -> None:
        pass


def test_killed_after_the_commit_it_publishes_what_it_made_when_it_begins_again() -> None:
    """The stage finds its effect in the state, so the batch that comes again gives nothing new."""

    def once(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        known = view.get(Device, [f"d-{message.at - START}" for message in batch])
        for message in batch:
            if f"d-{message.at - START}" not in known:
                yield Put(device(message.at - START))
                yield Judgement(id=f"j-{message.id}", at=message.at, rule="r", severity="low")

    store, bus = open_sqlite("", SHAPES), Apart()
    table = Registry(stage(once))
    bus.publish([observation(1)])
    bus.killed = True
    with pytest.raises(SystemExit):
        Runner(table, store, bus, HandClock()).step()
    bus.killed = False
    runner = Runner(table, store, bus, HandClock())
    runner.step()
    assert [one.id for one in bus.waiting] == [f"j-{observation(1).id}"]
    assert not list(store.all(Unsent))
    bus.publish([observation(2)])
    runner.step()
    assert len(bus.waiting) == 2 and not list(store.all(Unsent))


def test_a_wakeup_comes_when_its_time_has_come() -> None:
    woken: list[str] = []

    def patient(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        for message in batch:
            if isinstance(message, Wakeup):
                woken.append(message.topic)
            else:
                yield Wakeup(id="w", at=START + 600, stage="s", topic="silence")

    _, bus, clock, runner = setting(stage(patient))
    bus.publish([observation(1)])
    runner.drain()
    assert woken == []
    clock.at = START + 600
    runner.drain()
    assert woken == ["silence"]
    runner.drain()
    assert woken == ["silence"]


def test_a_wakeup_that_makes_its_stage_raise_is_set_aside() -> None:
    def fragile(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        for message in batch:
            if isinstance(message, Wakeup):
                raise KeyError(message.topic)
            yield Wakeup(id="w", at=START, stage="s", topic="silence")

    store, bus, _, runner = setting(stage(fragile))
    bus.publish([observation(1)])
    runner.drain()
    assert [aside.message for aside in store.all(Quarantined)] == ["w"]
    assert not list(store.all(Wakeup))
    bus.publish([observation(2)])
    assert runner.step() > 0


def test_a_stage_may_ask_again_under_the_same_name() -> None:
    woken: list[int] = []

    def regular(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        for message in batch:
            if isinstance(message, Wakeup):
                woken.append(message.at)
            yield Wakeup(id="w", at=message.at + 600, stage="s", topic="regular")

    _, bus, clock, runner = setting(stage(regular))
    bus.publish([observation(0)])
    for turn in range(3):
        clock.at = START + 600 * turn
        runner.drain()
    assert woken == [START + 600, START + 1200]


def test_only_the_named_stages_run() -> None:
    table = Registry(stage(one_device_each, "a"), stage(one_device_each, "b"))
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    bus.publish([observation(1)])
    assert Runner(table, store, bus, HandClock(), only=["b"]).drain() == 1
    assert (store.position("a"), store.position("b")) == ("", "1")
    with pytest.raises(Missing):
        Runner(table, store, bus, HandClock(), only=["c"])
