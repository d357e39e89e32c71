"""Integrity: an altered message and a claim without its message are found."""

from __future__ import annotations

import msgspec

from garde.bus.log import LogBus
from garde.model.device import Claim, Source
from garde.pipeline.integrity import breaks
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.pipeline.table import stages
from garde.store.sqlite import open_sqlite
from tests.makers import START, device, observation
from tests.unit.pipeline.test_runner import HandClock


def test_what_the_runner_stored_is_whole() -> None:
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    bus.publish([observation(number) for number in range(20)])
    Runner(stages(), store, bus, HandClock()).drain()
    assert list(breaks(store)) == []


def test_an_altered_message_is_found() -> None:
    store = open_sqlite("", SHAPES)
    with store.begin() as unit:
        unit.append([msgspec.structs.replace(observation(1), value="another model")])
    assert list(breaks(store)) == [f"message 1 ({observation(1).id}) is not what its id says"]


def test_a_claim_that_rests_on_nothing_is_found() -> None:
    line = Source("dicom.dataset", "core", 0.9, START, START, observation="gone")
    store = open_sqlite("", SHAPES)
    with store.begin() as unit:
        unit.put([device(1, claims={"model": Claim("model", "X", 0.9, (line,))})])
    assert list(breaks(store)) == ["model of d-1 rests on message gone, which is not in the log"]


def test_a_reader_beyond_the_log_is_found() -> None:
    store = open_sqlite("", SHAPES)
    with store.begin() as unit:
        unit.append([observation(1)])
        unit.advance("inventory", "1")
        unit.advance("lost", "2")
    assert list(breaks(store)) == ["reader lost stands at 2, behind the end of the log"]
