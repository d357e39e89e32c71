"""What detectors are told of a site."""

from __future__ import annotations

import pytest

from garde.detect.spec import Deaf, Setting, unicast
from garde.wire.flow import Endpoint
from garde.wire.signal import OPENED, Happening, Signal


@pytest.mark.parametrize(
    ("address", "inside"),
    [("10.1.2.3", True), ("93.184.216.34", False), ("fd00::1", True), ("2001:db8::1", True), ("2a00::1", False),
     ("129.88.0.1", True), ("", False), ("nonsense", False)],
)  # fmt: skip
def test_inside_is_private_or_named(address: str, inside: bool) -> None:
    assert Setting(networks=("129.88.0.0/16",)).inside(address) is inside


def test_groups_are_nobody() -> None:
    assert unicast("10.0.0.1") and unicast("2a00::1")
    assert not any(map(unicast, ("224.0.0.1", "10.0.0.255", "0.0.0.0", "", "ff02::1")))


def test_a_deaf_sense_concludes_nothing() -> None:
    one, end = Deaf(Setting()), Endpoint("", "10.0.0.1", 0)
    assert list(one.signal(Signal("x", 0, 1, 1, end, end))) == []
    assert list(one.happening(Happening(OPENED, 0, 1, 1, 6, end, end))) == []
