"""Beacon: connections to one address outside, as regular as a clock.

Question: does a program on this device report to somebody at fixed intervals?
Reference: domain note 09 §3: score = mean(1 − MAD/median, 1 − |Bowley skew|, regularity of size, coverage), alarm above
.85; MITRE ATT&CK T1071. Time and name services are clocks by nature and are left out, as is what stays inside the site.
Memory: 8,192 pairs, 512 connections each. Left out: one long connection; jitter beyond a third of the interval.

Example:
    >>> round(regularity([60, 61, 59, 60, 60, 62, 58, 60, 60, 61]), 2)
    0.99
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from typing import Final

from garde.detect.spec import HOUR, SECOND, Alarm, Deaf, Detector, Setting, unicast
from garde.detect.window import Window
from garde.wire.signal import OPENED, TRAFFIC, Happening

LEAST: Final = 12
SHORTEST: Final = 5 * SECOND
SPAN_LEAST: Final = 300 * SECOND
THRESHOLD: Final = 0.85
_CLOCKS: Final = frozenset({53, 67, 68, 123, 137, 138, 161, 853, 1900, 3544, 3702, 5353, 5355, 5223, 5228})


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._met: Window[tuple[int, int]] = Window(24 * HOUR, most=1 << 13, each=512)
        self._sizes: dict[int, int] = {}

    def happening(self, one: Happening) -> Iterator[Alarm]:
        source, target = one.client, one.server
        if one.protocol not in (6, 17) or target.port in _CLOCKS or source.port in _CLOCKS or not source.ip:
            return
        if not self._setting.inside(source.ip) or self._setting.inside(target.ip) or not unicast(target.ip):
            return
        if one.what == TRAFFIC:
            if len(self._sizes) >= 1 << 16:
                del self._sizes[next(iter(self._sizes))]
            self._sizes[one.flow] = one.octets[0]
            return
        if one.what != OPENED or not one.opened:
            return
        place = source.ip, target.ip, target.port
        self._met.add(place, one.at, (one.flow, one.packet))
        held = self._met[place]
        if len(held) < LEAST or (len(held) > 2 * LEAST and len(held) % LEAST):
            return
        times = [at for at, _ in held]
        gaps = [after - before for before, after in itertools.pairwise(times)]
        middle = statistics.median(gaps)
        if middle < SHORTEST or times[-1] - times[0] < SPAN_LEAST:
            return
        sizes = [self._sizes[flow] for _, (flow, _) in held if flow in self._sizes]
        coverage = min(1.0, len(gaps) * middle / (times[-1] - times[0]))
        score = (regularity(gaps) + (1 - abs(skew(gaps))) + evenness(sizes) + coverage) / 4
        if score > THRESHOLD and regularity(gaps) > 0.66:
            yield Alarm(
                "beacon.regular",
                source,
                min(90, int(100 * score) - 10 + len(held) // 12),
                (target,),
                (
                    f"interval: {middle / SECOND:.0f} s",
                    f"connections: {len(held)}",
                    f"score: {score:.2f}",
                    f"port: {target.port}",
                ),
                tuple(packet for _, (_, packet) in held),
                f"{target.ip} {target.port}",
            )


def regularity(gaps: Sequence[float]) -> float:
    """1 − MAD/median of intervals, not below 0."""
    middle = statistics.median(gaps)
    if middle <= 0:
        return 0.0
    return max(0.0, 1 - statistics.median(abs(gap - middle) for gap in gaps) / middle)


def skew(gaps: Sequence[float]) -> float:
    """Bowley's skewness of the quartiles, −1 to 1; 0 when they do not differ."""
    low, middle, high = statistics.quantiles(gaps, n=4)
    return (low + high - 2 * middle) / (high - low) if high > low else 0.0


def evenness(sizes: Sequence[int]) -> float:
    """1 − MAD/median of what was sent, not below 0; 1 when too little is known."""
    return regularity(sizes) if len(sizes) >= 3 and statistics.median(sizes) > 0 else 1.0


BEACON: Final = Detector(name="beacon", rules=frozenset({"beacon.regular"}), sense=_Sense, flows=True)
