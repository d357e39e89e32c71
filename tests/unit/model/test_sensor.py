"""A sensor hears as long as its last pulse is fresh."""

from __future__ import annotations

from garde.model.sensor import SILENT, Sensor


def test_a_sensor_falls_silent() -> None:
    assert Sensor(id="s", live=True, last_at=100).hears(100 + SILENT - 1)
    assert not Sensor(id="s", live=True, last_at=100).hears(100 + SILENT)
    assert not Sensor(id="s", live=False, last_at=100).hears(100)
