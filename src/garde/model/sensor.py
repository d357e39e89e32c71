"""Sensor: a place where packets are seen, and how it says that it still hears.

Question: how many sensors hear right now, and how much of what passed did each of them lose?
Reference: DESIGN §1; reference of the pages 7.14 (drop rate). Left out: which networks a sensor hears; the devices say
so.

Example:
    >>> Sensor(id="core-1", live=True, last_at=5).hears(5 + SILENT)
    False
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.message import Message

#: Nanoseconds between two pulses of a sensor that listens, and after which it counts as silent.
BEAT: Final = 60 * 1_000_000_000
SILENT: Final = 5 * BEAT


class Pulse(Message, frozen=True, kw_only=True):
    """A sensor says what it heard since its last pulse; one that reads a file says so once, at its end.

    Attributes:
        sensor: its name.
        place: interface, file or export that it hears.
        live: it goes on listening.
        packets, octets, lost: since the last pulse.
    """

    sensor: str
    place: str
    live: bool
    packets: int = 0
    octets: int = 0
    lost: int = 0


class Sensor(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a sensor.

    Attributes:
        id: its name.
        live: its last pulse said that it goes on listening.
        places: what it heard, the latest last.
        first_at, last_at: first and last pulse, in nanoseconds since 1970.
        packets, octets, lost: in all.
        pulse: id of the last pulse.
    """

    id: str
    live: bool = False
    places: tuple[str, ...] = ()
    first_at: int = 0
    last_at: int = 0
    packets: int = 0
    octets: int = 0
    lost: int = 0
    pulse: str = ""

    def hears(self, now: int) -> bool:
        """Whether it gave a sign of life lately."""
        return self.live and now - self.last_at < SILENT
