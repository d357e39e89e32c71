"""A pulse a minute with what was heard since the last, and one at the end."""

from __future__ import annotations

from garde.model.sensor import BEAT, Pulse
from garde.pipeline.pulses import Pulses


def test_each_pulse_says_what_came_since_the_last() -> None:
    pulses = Pulses("core-1", "eth1", live=True)
    (first,) = pulses.beat(BEAT, 10, 1000, 0)
    assert pulses.beat(BEAT + 1, 15, 1500, 1) == []
    (second,) = pulses.beat(2 * BEAT, 30, 3000, 2)
    (last,) = pulses.beat(2 * BEAT + 1, 31, 3100, 2, last=True)
    assert isinstance(first, Pulse) and isinstance(second, Pulse) and isinstance(last, Pulse)
    assert [(one.packets, one.octets, one.lost, one.live) for one in (first, second, last)] == [
        (10, 1000, 0, True), (20, 2000, 2, True), (1, 100, 0, False),
    ]  # fmt: skip
