"""A mail relay greets us, and no mail is sent."""

from __future__ import annotations

import pytest

from garde.errors import Malformed
from garde.probing.probes.smtp import SMTP, reply
from tests.hostile import hostile, probed, slow, told
from tests.peers import Relay


def test_a_relay_greets_us() -> None:
    relay = Relay(None)
    with relay.up():
        result = probed(SMTP, relay.port)
        with slow(relay.port) as late:
            assert probed(SMTP, late, slow=200).state == "slow"
    assert (result.state, result.code, relay.taken) == ("up", "ok", [])
    assert result.evidence["starttls"] == "no" and "greeting_ms" in result.metrics


def test_a_relay_that_is_shut() -> None:
    assert getattr(told(SMTP, b"554 no\r\n"), "code", "") == "smtp.554"
    assert getattr(told(SMTP, b"220 a\r\n421 later\r\n"), "code", "") == "smtp.421"


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"220-re") as port:
        result = probed(SMTP, port, timeout=0.5)
    assert (result.state, result.code) == ("down", code)


@pytest.mark.parametrize("lines", [[b"x"], [b"250-a", b"251 b"], [b"650 a"]], ids=["none", "two", "range"])
def test_replies_that_are_none(lines: list[bytes]) -> None:
    with pytest.raises(Malformed, match="probe.garbage"):
        reply(lines)
