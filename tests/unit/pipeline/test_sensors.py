"""Sensors fall silent and speak again, told as a playbook."""

from __future__ import annotations

from garde.bus.log import LogBus
from garde.model.finding import Finding
from garde.model.sensor import SILENT, Pulse, Sensor
from garde.pipeline import findings, sensors
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.makers import START
from tests.unit.pipeline.test_runner import HandClock


def pulse(at: int, live: bool = True, **parts: int) -> Pulse:
    return Pulse(id=f"p-{at}", at=at, sensor="core-1", place="eth1", live=live, **parts)


def test_silence_opens_a_finding_that_the_next_pulse_closes() -> None:
    store, clock = open_sqlite("", SHAPES), HandClock()
    bus = LogBus(store)
    runner = Runner(Registry(sensors.STAGE, findings.stage()), store, bus, clock)
    bus.publish([pulse(START, packets=10), pulse(START + 1, packets=5)])
    runner.drain()
    (one,) = store.all(Sensor)
    assert (one.packets, one.last_at, one.places) == (15, START + 1, ("eth1",))
    clock.at = START + SILENT
    runner.drain()
    assert not list(store.all(Finding)), "the second pulse moved the time"
    clock.at = START + 1 + SILENT
    runner.drain()
    (found,) = store.all(Finding)
    assert (found.rule, found.status, found.severity) == ("sensor.silent", "open", "high")
    bus.publish([pulse(clock.at + 5)])
    runner.drain()
    (found,) = store.all(Finding)
    assert (found.status, found.closed_by) == ("closed", "evidence")
    store.close()


def test_one_that_says_good_bye_is_not_missed() -> None:
    store, clock = open_sqlite("", SHAPES), HandClock()
    bus = LogBus(store)
    runner = Runner(Registry(sensors.STAGE, findings.stage()), store, bus, clock)
    bus.publish([pulse(START), pulse(START + 9, live=False), pulse(START + 3)])
    runner.drain()
    clock.at = START + 2 * SILENT
    runner.drain()
    assert not list(store.all(Finding))
    assert [one.live for one in store.all(Sensor)] == [False]
    store.close()
