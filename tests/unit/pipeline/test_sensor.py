"""The sensor: blocks in, observations out, nothing in between is kept."""

from __future__ import annotations

from pathlib import Path

from garde.capture.reader import open_capture
from garde.pipeline.sensor import Sensor

CAPTURE = Path(__file__).parents[2] / "captures" / "dicom" / "dicom.pcap"


def test_a_capture_becomes_observations_with_places() -> None:
    sensor = Sensor("core-1", file=CAPTURE.name)
    seen = [one for block in open_capture(CAPTURE) for one in sensor.hear(block)] + sensor.finish()
    assert any(one.attribute == "dicom.ae" for one in seen)
    assert {one.sensor for one in seen} == {"core-1"}
    assert all(one.place and 1 <= one.place.packet <= sensor.stats.packets for one in seen)
