"""The table of carriers has a row for each kind of channel that the settings know, and reaches its addresses."""

from __future__ import annotations

from garde.config import SCHEMES, ChannelSection
from garde.notify import collector, http, smtp
from garde.notify.carriers import CARRIERS
from tests.unit.pipeline.test_runner import HandClock


def test_each_kind_of_channel_has_its_row() -> None:
    assert set(CARRIERS.names) == set(SCHEMES)


def test_each_scheme_has_its_port_and_opens_without_a_peer() -> None:
    ports = {"mail": smtp.PORTS, "webhook": http.PORTS, "syslog": collector.PORTS}
    for kind, schemes in SCHEMES.items():
        assert set(ports[kind]) == set(schemes)
        for scheme in schemes:
            channel = ChannelSection(name="c", kind=kind, address=f"{scheme}://peer.example", sender="a@b.example")
            assert CARRIERS[kind].open(channel, HandClock())
