"""Conversations of a service that is used on patients mark the hours of both ends, whatever comes twice."""

from __future__ import annotations

import itertools

from garde.bus.log import LogBus
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.rhythm import Rhythm
from garde.pipeline.rhythms import STAGE
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.unit.pipeline.test_runner import HandClock


def talk(number: int, service: str, at: int) -> Conversation:
    source, target = Key("ip", f"10.0.0.{number}"), Key("ip", "10.9.9.9")
    return Conversation(
        id=f"c-{number}-{at}", at=at, sensor="s", source=source, target=target, protocol="tcp", service=service,
        last_at=at + 7,
    )  # fmt: skip


def played(*talks: Conversation) -> list[Rhythm]:
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    runner = Runner(Registry(STAGE), store, bus, HandClock())
    for one in talks:
        bus.publish([one])
        runner.drain()
    with store.begin() as unit:
        unit.advance("rhythms", "")
    runner.drain()
    found = list(store.all(Rhythm))
    store.close()
    return found


def test_both_ends_are_in_use_and_a_greeting_is_not() -> None:
    found = played(talk(1, "dicom", 1000), talk(2, "http", 1000))
    assert [(one.id, one.last) for one in found] == [("ip:10.0.0.1", {"dicom": 1007}), ("ip:10.9.9.9", {"dicom": 1007})]


def test_order_changes_nothing() -> None:
    talks = [talk(1, "dicom", 1000), talk(1, "hl7", 9_000_000_000_000_000), talk(1, "dicom", 500)]
    first, *others = [played(*order) for order in itertools.permutations(talks)]
    assert all(other == first for other in others)
