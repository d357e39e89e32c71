"""Mosquitto takes us, refuses us, and carries a message round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.probing.probes.mqtt import MQTT, packet
from tests.agents import mosquitto
from tests.hostile import hostile, probed, slow, told


def test_a_broker_takes_us_and_a_message_comes_back() -> None:
    with mosquitto() as port:
        assert probed(MQTT, port).code == "ok"
        result = probed(MQTT, port, topic="garde/probe")
        with slow(port) as late:
            assert probed(MQTT, late, slow=200).state == "slow"
    assert result.state == "up" and result.metrics["round_ms"] >= result.metrics["connack_ms"]


def test_a_broker_that_wants_a_password() -> None:
    with mosquitto(anonymous=False) as port:
        result = probed(MQTT, port)
    assert (result.state, result.code) == ("down", "mqtt.not-authorised")


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"\x20\x02\0") as port:
        result = probed(MQTT, port, timeout=0.5)
    assert (result.state, result.code) == ("down", code)


def test_a_topic_has_no_wildcards() -> None:
    with pytest.raises(Malformed, match="probe.option"):
        told(MQTT, b"", topic="hospital/#")


@given(st.integers(0, 300_000))
def test_lengths(size: int) -> None:
    raw = packet(0x30, bytes(size))
    length = sum((octet & 127) << (7 * place) for place, octet in enumerate(raw[1 : len(raw) - size]))
    assert length == size
