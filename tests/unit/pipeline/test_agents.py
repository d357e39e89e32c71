"""Agents: flow exports become conversations and devices; a bus that is away loses nothing."""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path

import pytest

from garde.bus.log import LogBus
from garde.errors import GardeError, Malformed, Unreachable
from garde.model.flow import Conversation
from garde.model.message import Message
from garde.model.observation import Observation
from garde.pipeline.agents import WAITING, _address, _Outbox, listening, presence
from garde.pipeline.shapes import SHAPES
from garde.store.sqlite import open_sqlite
from garde.wire.flow import STREAM, Endpoint
from garde.wire.track import FlowRecord
from tests.makers import observation
from tests.servers import free_port


def version_5() -> bytes:
    """One NetFlow version 5 record: 10.0.0.1 asks 10.0.0.2 on port 104."""
    head = struct.pack(">HHIIIIBBH", 5, 1, 60_000, int(time.time()), 0, 1, 0, 0, 0)
    addresses = bytes([10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 0])
    counts = struct.pack(">HHIIII", 1, 2, 7, 900, 1_000, 50_000)
    return head + addresses + counts + struct.pack(">HHBBBBHHBBH", 40_000, 104, 0, 24, 6, 0, 0, 0, 24, 24, 0)


def test_an_export_becomes_conversations_and_addresses(tmp_path: Path) -> None:
    # In a file: a store in memory has one connection, which two threads must not share.
    store, port = open_sqlite(str(tmp_path / "garde.db"), SHAPES), free_port()
    with listening([], f"127.0.0.1:{port}", sensor="edge", flows=1024, bus=LogBus(store), say=lambda text: None):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
            exporter.sendto(b"nonsense", ("127.0.0.1", port))
            exporter.sendto(version_5(), ("127.0.0.1", port))
        while not store.log(0, (Conversation,), 10):
            time.sleep(0.02)
    (_, talk), *_ = store.log(0, (Conversation,), 10)
    assert isinstance(talk, Conversation)
    assert (talk.source.value, talk.target.value, talk.port) == ("10.0.0.1", "10.0.0.2", 104)
    seen = [message for _, message in store.log(0, (Observation,), 10)]
    assert sorted(one.value for one in seen if isinstance(one, Observation)) == ["10.0.0.1", "10.0.0.2"]


def record() -> FlowRecord:
    ends = (Endpoint("", "10.0.0.1", 40_000), Endpoint("", "10.0.0.2", 104))
    return FlowRecord(1, STREAM, 6, ends, (), (0, 0), (3, 2), (300, 200), 5, 9, (0, 0), True)


def test_an_address_is_said_once_a_day() -> None:
    known: dict[str, int] = {}
    assert len(list(presence([record(), record()], "edge", known))) == 2
    assert list(presence([record()], "edge", known)) == []


class Away:
    """A bus that is away for a while."""

    def __init__(self) -> None:
        self.away = True
        self.got: list[Message] = []

    def publish(self, messages: list[Message]) -> None:
        if self.away:
            raise Unreachable("bus.unreachable", "away")
        self.got += messages


def test_a_bus_that_is_away_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bus, said = Away(), []
    outbox = _Outbox(bus, said.append)  # type: ignore[arg-type]
    outbox.send([observation(1)])
    bus.away = False
    monkeypatch.setattr(time, "monotonic", lambda: 1e12)
    outbox.send([observation(2)])
    assert [message.id for message in bus.got] == [observation(1).id, observation(2).id]
    assert "1 messages wait" in said[0]


def test_what_waits_is_bounded() -> None:
    bus, said = Away(), []
    outbox = _Outbox(bus, said.append)  # type: ignore[arg-type]
    outbox.send([observation(1)] * (WAITING + 5))
    assert "5 were given up" in said[0]


@pytest.mark.parametrize("text", ["2055", "host:", "host:99999", ":1"])
def test_what_is_no_address_and_port_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        _address(text)


def test_an_interface_that_is_not_there_is_named() -> None:
    store = open_sqlite("", SHAPES)
    agents = listening(["no-such-if0"], "", sensor="s", flows=1024, bus=LogBus(store), say=lambda text: None)
    with pytest.raises(GardeError):
        agents.__enter__()
