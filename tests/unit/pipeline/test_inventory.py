"""The inventory stage: observations become devices, people's words change them, merges dissolve."""

from __future__ import annotations

from garde.bus.log import LogBus
from garde.inventory.describe import device_id
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.message import Message
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.pipeline.table import stages
from garde.ports import Store
from garde.store.sqlite import open_sqlite
from tests.makers import START, mac, observation
from tests.unit.pipeline.test_runner import HandClock


def after(*batches: list[Message]) -> Store:
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    runner = Runner(stages(), store, bus, HandClock())
    for batch in batches:
        bus.publish(batch)
        runner.drain()
    return store


def word(verb: str, *numbers: int, **parts: str) -> Decision:
    keys = tuple(mac(number) for number in numbers)
    return Decision(id=f"{verb}-{numbers}", at=START + 99, verb=verb, person="k.morel", keys=keys, **parts)


def test_an_observation_makes_a_device() -> None:
    (device,) = after([observation(1)]).all(Device)
    assert (device.id, device.value("model")) == (device_id(mac(1)), "M1")


def test_a_person_outranks_a_sensor_and_the_loser_is_kept() -> None:
    (device,) = after([observation(1)], [word("claim", 1, attribute="model", value="MX800")]).all(Device)
    assert device.value("model") == "MX800"
    assert [claim.value for claim in device.rivals["model"]] == ["M1"]


def test_a_merge_dissolves_one_device_and_its_address_still_opens() -> None:
    store = after([observation(1), observation(2)], [word("merge", 1, 2, reason="same cart")])
    (device,) = store.all(Device)
    for number in (1, 2):
        name = device_id(mac(number))
        assert store.linked(Device, [name])[name] == [device]


def test_a_split_undoes_a_merge() -> None:
    batches = [[observation(1), observation(2)], [word("merge", 1, 2)], [word("split", 1, 2)]]
    assert len(list(after(*batches).all(Device))) == 2
