"""What hears, and how well."""

from __future__ import annotations

from garde.model.sensor import Pulse
from garde.web.pages.sensors import SensorsPage
from garde.web.site import Site
from tests.pages import Reader


def test_a_sensor_says_what_it_lost(own: Site, writer: Reader) -> None:
    own.say(Pulse(id="p1", at=own.now(), sensor="core-1", place="eth1", live=True, packets=900, octets=10**6, lost=100))
    text = writer.page("/sensors").text
    assert "core-1" in text and "10" in text and "hears" in text and "dicom.pcap" in text
    assert SensorsPage.__doc__
