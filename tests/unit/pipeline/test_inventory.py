"""The inventory stage: observations become devices, people's words change them, merges dissolve."""

from __future__ import annotations

import datetime as dt

from garde.bus.log import LogBus
from garde.inventory.describe import device_id
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.finding import Finding
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


def test_a_certificate_near_its_end_is_judged_and_asks_to_be_looked_at_again() -> None:
    store, clock = open_sqlite("", SHAPES), HandClock()
    bus = LogBus(store)
    runner = Runner(stages(), store, bus, clock)
    end = dt.datetime.fromtimestamp(START / 10**9, dt.UTC).date() + dt.timedelta(days=20)
    bus.publish([observation(1, attribute="certificate.not_after", value=end.isoformat(), source="tls.certificate")])
    runner.drain()
    (found,) = store.all(Finding)
    assert (found.rule, found.severity, found.status) == ("certificate.expiry", "low", "open")
    clock.at = START + 15 * 86_400 * 10**9
    runner.drain()
    (found,) = store.all(Finding)
    assert found.severity == "medium"
    clock.at = START + 30 * 86_400 * 10**9
    runner.drain()
    (found,) = store.all(Finding)
    assert found.severity == "high"
    later = observation(1, attribute="certificate.not_after", value="2030-01-01", source="tls.certificate", at=clock.at)
    bus.publish([later])
    runner.drain()
    (found,) = store.all(Finding)
    assert (found.status, found.closed_by) == ("closed", "evidence")
    store.close()
