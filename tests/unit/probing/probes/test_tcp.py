"""Somebody listens, or nobody does."""

from __future__ import annotations

import pytest

from garde.probing.probes.tcp import TCP
from tests.hostile import hostile, probed


@pytest.mark.parametrize("mood", ["hang", "garbage", "drip", "close"])
def test_whoever_accepts_is_up(mood: str) -> None:
    with hostile(mood, b"xx") as port:
        result = probed(TCP, port)
    assert result.state == "up" and result.metrics["connect_ms"] >= 0


def test_nobody_listens() -> None:
    with hostile("refuse") as port:
        result = probed(TCP, port)
    assert (result.state, result.code) == ("down", "probe.refused")


def test_the_line_is_slow() -> None:
    with hostile("hang") as port:
        result = probed(TCP, port, slow=0.0)
    assert (result.state, result.code) == ("slow", "slow")
