"""An alarm that travels as ordinary traffic is a finding of the device that sends it, and ends when it is marked."""

from __future__ import annotations

import pytest

from garde.bus.log import LogBus
from garde.model.device import Device
from garde.model.finding import Finding
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.pipeline import findings
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.pipeline.zones.marking import STAGE
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.unit.pipeline.test_runner import HandClock

CENTRAL, MONITOR, CT, PACS = (
    Device(id=name, keys=(Key("ip", ip),), kind=kind)
    for name, kind, ip in (
        ("cent", "MON_CENT", "10.0.0.1"),
        ("bed", "MON_BED", "10.0.0.2"),
        ("ct", "CT", "10.0.0.3"),
        ("pacs", "PACS", "10.0.0.4"),
    )
)


class Scene:
    def __init__(self) -> None:
        self.store = open_sqlite("", SHAPES)
        with self.store.begin() as unit:
            unit.put([CENTRAL, MONITOR, CT, PACS])
        self.bus = LogBus(self.store)
        self.runner = Runner(Registry(STAGE, findings.stage()), self.store, self.bus, HandClock())
        self.at = 0

    def talk(self, source: Device, target: Device, protocol: str, port: int, dscp: tuple[int, int]) -> None:
        self.at += 1000
        one = Conversation(
            id=f"c-{self.at}",
            at=self.at,
            sensor="s",
            source=source.keys[0],
            target=target.keys[0],
            protocol=protocol,
            port=port,
            last_at=self.at + 5,
            dscp=dscp,
        )
        self.bus.publish([one])
        self.runner.drain()

    def found(self) -> dict[str, tuple[str, str, str]]:
        return {one.device: (one.identifier, one.severity, one.status) for one in self.store.all(Finding)}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_an_unmarked_alarm_is_found_once_and_closed_by_the_right_marking(scene: Scene) -> None:
    for _ in range(2):
        scene.talk(CENTRAL, MONITOR, "udp", 24105, (46, 0))
    assert scene.found() == {"bed": ("M1 udp/24105", "high", "open")}
    (one,) = scene.store.all(Finding)
    assert (one.rule, one.count) == ("qos.marking", 1)
    assert set(one.reasons) == {"class: M1", "expected: 46", "observed: 0", "peer: 10.0.0.1"}
    scene.talk(CENTRAL, MONITOR, "udp", 24105, (46, 40))
    assert scene.found() == {"bed": ("M1 udp/24105", "high", "closed")}
    scene.talk(CENTRAL, MONITOR, "udp", 24105, (0, 46))
    assert {name: status for name, (_, _, status) in scene.found().items()} == {"bed": "closed", "cent": "open"}


def test_what_is_marked_right_or_was_not_seen_or_has_no_urgent_class_is_no_finding(scene: Scene) -> None:
    scene.talk(CENTRAL, MONITOR, "udp", 24105, (46, -1))
    scene.talk(CENTRAL, MONITOR, "udp", 24105, (-1, -1))
    scene.talk(CT, PACS, "tcp", 104, (0, 0))
    scene.talk(CT, PACS, "tcp", 12345, (0, 0))
    assert scene.found() == {}


def test_of_several_parts_the_wrong_one_counts(scene: Scene) -> None:
    parts = [
        Conversation(
            id=f"p-{dscp}",
            at=1,
            sensor="s",
            source=CENTRAL.keys[0],
            target=MONITOR.keys[0],
            protocol="udp",
            port=24105,
            dscp=(dscp, 46),
        )
        for dscp in (46, 0, 46)
    ]
    scene.bus.publish(parts[:2])
    scene.runner.drain()
    assert scene.found() == {"cent": ("M1 udp/24105", "high", "open")}
