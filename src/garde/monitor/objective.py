"""Objective: how much of what was promised is kept, and how fast the room for failure is used up.

Question: is this service burning its month of tolerance in a night?
Reference: domain note 08 §6; burn rates over two windows each, as in the workbook of site reliability engineering. Left
out: which services have objectives; they are data of the site.

Example:
    >>> promise = Objective(name="acks", share=0.995)
    >>> promise.burn(good=990, total=1000)
    2.0
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

_HOUR: Final = 3600.0


class Window(NamedTuple):
    """A burn rate that must be passed over a long and a short window, in seconds, and how somebody is told."""

    burn: float
    long: float
    short: float
    severity: str


WINDOWS: Final = (
    Window(14.4, _HOUR, 300.0, "critical"),
    Window(6.0, 6 * _HOUR, 1800.0, "high"),
    Window(3.0, 24 * _HOUR, 2 * _HOUR, "medium"),
    Window(1.0, 72 * _HOUR, 6 * _HOUR, "low"),
)


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised: a name, and the share of good events, above 0 and below 1."""

    name: str
    share: float

    def burn(self, good: int, total: int) -> float:
        """How many times faster than allowed the room for failure is used; 0 without events."""
        return round((1 - good / total) / (1 - self.share), 9) if total else 0.0

    def told(self, counts: Callable[[float], tuple[int, int]]) -> Window | None:
        """The gravest window whose rate is passed on both lengths, or None.

        Args:
            counts: seconds back from now → (good, total).
        """
        for window in WINDOWS:
            if all(self.burn(*counts(length)) >= window.burn for length in (window.long, window.short)):
                return window
        return None
