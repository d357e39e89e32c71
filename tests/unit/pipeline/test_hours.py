"""Conversations of an hour are counted by who asked, once however often they are delivered."""

from __future__ import annotations

from garde.bus.log import LogBus
from garde.model.flow import Conversation
from garde.model.hour import HOUR, Hour
from garde.model.key import Key
from garde.pipeline.hours import STAGE
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.unit.pipeline.test_runner import HandClock


def talk(number: int, at: int) -> Conversation:
    source, target = Key("ip", f"10.0.0.{number}"), Key("ip", "10.9.9.9")
    return Conversation(id=f"c-{number}-{at}", at=at, sensor="s", source=source, target=target, protocol="tcp")


def test_each_hour_counts_who_asked() -> None:
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    runner = Runner(Registry(STAGE), store, bus, HandClock())
    bus.publish([talk(1, 0), talk(2, 5), talk(1, 7), talk(3, HOUR)])
    runner.drain()
    assert [(one.at, one.heard) for one in store.all(Hour)] == [(0, 2), (HOUR, 1)]
    before = list(store.all(Hour))
    with store.begin() as unit:
        unit.advance("hours", "")
    runner.drain()
    assert list(store.all(Hour)) == before
    store.close()
