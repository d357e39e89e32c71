"""A power supply on line, on battery and empty, as NUT tells it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.probing.probes.nut import NUT, listed, read, variables
from tests.agents import upsd
from tests.hostile import hostile, probed, slow


def test_a_supply_on_line() -> None:
    with upsd() as port:
        result = probed(NUT, port)
        unknown = probed(NUT, port, ups="other")
        with slow(port) as late:
            assert probed(NUT, late, slow=200).state == "slow"
    assert (result.state, result.code) == ("up", "ok")
    assert result.metrics["charge_percent"] == 100 and result.metrics["runtime_s"] == 1800
    assert result.evidence == {"ups": "rack", "status": "OL", "model": "Dummy"}
    assert (unknown.state, unknown.code) == ("down", "nut.no-ups")


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [("OB", False, "nut.on-battery"), ("OB LB", True, "nut.battery-low"), ("OFF", True, "nut.off"),
     ("", True, "nut.no-status")],
)  # fmt: skip
def test_a_supply_in_trouble(status: str, state: bool, code: str) -> None:
    answer = read({"ups.status": status, "battery.charge": "5"})
    assert (answer.down, answer.code, answer.metrics) == (state, code, {"charge_percent": 5.0})


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"BEGIN L") as port:
        result = probed(NUT, port, timeout=0.5)
    assert (result.state, result.code) == ("down", code)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_any_lines(lines: list[bytes]) -> None:
    for parse in (listed, variables):
        with pytest.raises(Malformed):
            parse(lines)
    whole = [b"BEGIN LIST VAR x", *lines, b"END LIST VAR x"]
    assert isinstance(variables(whole), dict)
