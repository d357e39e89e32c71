"""The roll-up counts by the zones devices had, stays small under a scan, and gives the matrix of the page."""

from __future__ import annotations

from garde.bus.log import LogBus
from garde.model.device import Claim, Device
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.zones.crossing import DAY, Crossing
from garde.pipeline.conversation import stage
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.pipeline.zones.zoning import OTHER, SERVICES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from garde.zones.plan import packaged
from garde.zones.roll import crossed
from tests.unit.pipeline.test_runner import HandClock


def device(name: str, kind: str, ip: str) -> Device:
    return Device(id=name, keys=(Key("ip", ip),), kind=kind, claims={"kind": Claim("kind", kind, 0.9)})


def talk(source: str, target: str, port: int, at: int = 5, service: str = "") -> Conversation:
    return Conversation(
        id=f"{source}-{target}-{port}-{at}", at=at, sensor="s", source=Key("ip", source), target=Key("ip", target),
        protocol="tcp", port=port, service=service, packets=9, octets=100, last_at=at + 3,
    )  # fmt: skip


def rolled(*batches: list[Conversation]) -> list[Crossing]:
    store = open_sqlite("", SHAPES)
    with store.begin() as unit:
        unit.put(
            [device("ct", "CT", "10.0.0.1"), device("pacs", "PACS", "10.0.0.2"), device("vent", "VENT_ICU", "10.0.0.3")]
        )
    bus = LogBus(store)
    runner = Runner(Registry(stage(packaged().within(["10.0.0.0/8"]))), store, bus, HandClock())
    for batch in batches:
        bus.publish(batch)
        runner.drain()
    found = list(store.all(Crossing))
    store.close()
    return found


def test_conversations_are_summed_by_zones_service_and_day() -> None:
    found = rolled(
        [talk("10.0.0.1", "10.0.0.2", 104, service="dicom"), talk("10.0.0.3", "192.0.2.1", 443)],
        [talk("10.0.0.1", "10.0.0.2", 104, 60, "dicom"), talk("10.0.0.1", "10.0.0.2", 104, DAY + 1, "dicom")],
    )
    assert {(one.day, one.source, one.target, one.service): (one.flows, one.outside, one.octets) for one in found} == {
        (0, "Z2", "Z5", "dicom 104"): (2, 0, 200),
        (1, "Z2", "Z5", "dicom 104"): (1, 0, 100),
        (0, "Z1", "OUT", "tcp/443"): (1, 1, 100),
    }
    cells = {(cell.source, cell.target): cell for cell in crossed(found)}
    assert (cells["Z2", "Z5"].flows, cells["Z2", "Z5"].days, cells["Z2", "Z5"].devices) == (3, 2, 1)
    assert (cells["Z2", "Z5"].first, cells["Z2", "Z5"].last, cells["Z1", "OUT"].outside) == (5, DAY + 4, 1)
    assert [cell.flows for cell in crossed(found, since=DAY)] == [1]


def test_what_stays_on_the_link_crosses_nothing() -> None:
    ends = Key("mac", "00:09:fb:00:00:01"), Key("mac", "00:09:fb:00:00:02")
    assert rolled([Conversation(id="c", at=0, sensor="s", source=ends[0], target=ends[1], protocol="2054")]) == []


def test_a_scan_does_not_fill_the_store() -> None:
    scan = [talk("10.0.0.9", "10.0.0.2", port) for port in range(1, 500)]
    found = rolled(scan[:100], scan[100:])
    assert len(found) == SERVICES + 1
    assert sum(one.flows for one in found) == len(scan)
    assert {one.service: one.flows for one in found}[OTHER] == len(scan) - SERVICES
