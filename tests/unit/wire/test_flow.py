"""Flows and payloads: who sent, who received."""

from __future__ import annotations

from garde.wire.flow import DATAGRAM, Endpoint, Flow, Payload

ONE = Endpoint("00:00:5e:00:53:01", "192.0.2.1", 5000)
TWO = Endpoint("00:00:5e:00:53:02", "192.0.2.2", 53)


def test_the_direction_tells_the_sender() -> None:
    flow = Flow(number=0, layer=DATAGRAM, protocol=17, ends=(ONE, TWO))
    there = Payload(flow=flow, direction=0, at=0, data=b"", packet=1, start=42)
    back = Payload(flow=flow, direction=1, at=0, data=b"", packet=2, start=42)
    assert (there.sender, there.receiver) == (ONE, TWO)
    assert (back.sender, back.receiver) == (TWO, ONE)
    assert flow.ports == (5000, 53)
