"""Pulses: what a sensor says of itself while it listens, and at the end of a file.

Question: when does a sensor say that it still hears, and what has it heard since it last did?
Reference: `garde.model.sensor`.

Example:
    >>> pulses = Pulses("core-1", "eth1", live=True)
    >>> [len(pulses.beat(at, 9, 900, 0)) for at in (BEAT, BEAT + 1, 2 * BEAT)]
    [1, 0, 1]
"""

from __future__ import annotations

from garde.model.message import Message, digest
from garde.model.sensor import BEAT, Pulse


class Pulses:
    """What a sensor says of itself, from the counts of its beginning."""

    def __init__(self, sensor: str, place: str, *, live: bool) -> None:
        self._name, self._place, self._live = sensor, place, live
        self._said = (0, 0, 0)
        self._at = 0

    def beat(self, at: int, packets: int, octets: int, lost: int, *, last: bool = False) -> list[Message]:
        """A pulse when it is time for one, or at the end."""
        if at - self._at < BEAT and not last:
            return []
        before, self._said, self._at = self._said, (packets, octets, lost), at
        return [
            Pulse(
                id=digest("pulse", self._name, self._place, at, packets, octets, lost),
                at=at,
                sensor=self._name,
                place=self._place,
                live=self._live and not last,
                packets=packets - before[0],
                octets=octets - before[1],
                lost=lost - before[2],
            )
        ]
