"""Devices and claims: thresholds and the value of what is not known."""

from __future__ import annotations

import pytest

from garde.model.device import Claim, Device
from garde.model.key import Key


@pytest.mark.parametrize(
    ("confidence", "state"), [(0.85, "accepted"), (0.84, "proposed"), (0.5, "proposed"), (0.49, "unknown")]
)
def test_confidence_has_three_states(confidence: float, state: str) -> None:
    assert Claim("model", "X", confidence).state == state


def test_what_is_not_known_is_empty() -> None:
    device = Device(id="d-1", keys=(Key("ip", "10.0.0.1"),), claims={"model": Claim("model", "X", 0.9)})
    assert device.value("model") == "X"
    assert device.value("serial") == ""
    assert device.kind == "unknown"
