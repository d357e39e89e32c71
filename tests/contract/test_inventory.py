"""Any interleaving, duplication and re-delivery of the same observations gives the same devices, everywhere."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from garde.inventory.evidence import fold
from garde.inventory.resolve import resolve
from garde.model.device import Device
from garde.model.message import Message
from garde.model.observation import Observation
from garde.pipeline.integrity import breaks
from garde.pipeline.runner import Runner
from garde.pipeline.table import stages
from garde.ports import Bus, Store
from tests.captures.golden import observations
from tests.unit.pipeline.test_runner import HandClock

CAPTURES = Path(__file__).parents[1] / "captures"
#: Conversations in which addresses, names, equipment and children behind a gateway all occur.
PLAYED = ("arp", "dhcp", "dicom", "hl7", "lldp", "mdns", "smb", "snmp")


def played() -> list[Observation]:
    paths = [path for name in PLAYED for path in sorted((CAPTURES / name).glob("*.pcap"))]
    return [seen for path in paths for seen in observations(path)]


def shuffled(seen: list[Observation], seed: int) -> list[list[Message]]:
    """The observations in another order, a third of them twice, in batches of any size."""
    dice = random.Random(seed)
    waiting: list[Message] = [*seen, *dice.sample(seen, len(seen) // 3)]
    dice.shuffle(waiting)
    batches = []
    while waiting:
        size = dice.randint(1, 60)
        batches.append(waiting[:size])
        waiting = waiting[size:]
    return batches


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_and_repetition_change_nothing(store: Store, bus: Bus, seed: int) -> None:
    seen = played()
    expected = resolve(fold({}, seen).values())
    assert len(expected) > 10
    runner = Runner(stages(), store, bus, HandClock())
    for batch in shuffled(seen, seed):
        bus.publish(batch)
        if len(batch) % 2:
            runner.step(0.2)
    while runner.step(0.3):
        pass
    assert {one.id: one for one in store.all(Device)} == {one.id: one for one in expected}
    assert len(store.log(0, (Observation,), 100_000)) == len({one.id for one in seen})
    assert not list(breaks(store))


def test_a_batch_that_is_delivered_again_changes_nothing(store: Store, bus: Bus) -> None:
    seen = played()
    runner = Runner(stages(), store, bus, HandClock())
    bus.publish(seen)
    while runner.step(0.3):
        pass
    before = {one.id: one for one in store.all(Device)}
    bus.publish(list(reversed(seen)))
    while runner.step(0.3):
        pass
    assert {one.id: one for one in store.all(Device)} == before
