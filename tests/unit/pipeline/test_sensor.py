"""The sensor: blocks in, observations out, nothing in between is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.capture.reader import open_capture
from garde.pipeline.sensor import Sensor
from tests.packets import block, ether, ip4, tcp

CAPTURE = Path(__file__).parents[2] / "captures" / "dicom" / "dicom.pcap"


def test_a_capture_becomes_observations_with_places() -> None:
    sensor = Sensor("core-1", file=CAPTURE.name)
    seen = [one for block in open_capture(CAPTURE) for one in sensor.hear(block)] + sensor.finish()
    assert any(one.attribute == "dicom.ae" for one in seen)
    assert {one.sensor for one in seen} == {"core-1"}
    assert all(one.place and 1 <= one.place.packet <= sensor.stats.packets for one in seen)


def test_who_asks_for_no_conversations_gets_none_and_nothing_is_kept_for_them() -> None:
    frames = [ether(ip4(tcp(b"x", sport=1000 + i))) for i in range(100)]
    asked, quiet = Sensor("s", file="f", flows=16), Sensor("s", file="f", flows=16, talks=False)
    for sensor in (asked, quiet):
        sensor.hear(block(frames))
    assert asked.conversations()
    assert quiet.conversations() == []


def test_a_sensor_says_when_too_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garde.pipeline.sensor.FULL", 50)
    sensor = Sensor("s", file="f", flows=16)
    sensor.hear(block([ether(ip4(tcp(b"x", sport=1000 + i))) for i in range(60)]))
    assert not sensor.full
    sensor.hear(block([ether(ip4(tcp(b"x", sport=2000 + i))) for i in range(60)]))
    assert sensor.full
    assert sensor.conversations()
    assert not sensor.full


def test_a_lap_tells_of_some_ports_before_the_five_minutes_are_over() -> None:
    sensor = Sensor("s", file="f", flows=16)
    sensor.hear(block([ether(ip4(tcp(b"x", sport=40000, dport=port))) for port in (104, 5060)]))
    assert sensor.conversations() == []
    sensor.lap([5060])
    assert [one.port for one in sensor.conversations()] == [5060]
    sensor.finish()
    assert [one.port for one in sensor.conversations()] == [104]
