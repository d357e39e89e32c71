"""Crossing: what went from one zone to another by one service on one day, kept so small that the matrix is cheap.

Question: how much did these two zones say to each other, by what, and how much of it has no place in the plan?
Reference: DESIGN §5 (roll-ups are part of the stage that makes them); reference of the pages 7.4. Devices are counted
as in `garde.model.hour`, with fewer bits: within four percent at 20,000.

Example:
    >>> one = Crossing(id="x", day=0, source="Z2", target="Z5", service="dicom 104")
    >>> two = one.with_talk("10.0.0.1", 5, 90, 7, outside=True)
    >>> two.flows, two.outside, two.octets, two.devices
    (1, 1, 90, 1)
"""

from __future__ import annotations

import hashlib
import math
from typing import Final

import msgspec

#: Nanoseconds of a day.
DAY: Final = 86_400 * 1_000_000_000
BITS: Final = 1 << 12


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """One day (UTC) of one service between two zones.

    Attributes:
        id: ``x-DAY-SOURCE-TARGET-SERVICE``.
        day: number of the day since 1970.
        source, target: names of zones; the source asked.
        service: ``dicom 104``, ``tcp/445``, or ``other``.
        flows: conversations of five minutes; ``outside`` those of them that no conduit of the plan is for.
        packets, octets: both directions.
        first, last: nanoseconds since 1970.
        marks: a bit per hashed source, 512 octets.
    """

    id: str
    day: int
    source: str
    target: str
    service: str
    flows: int = 0
    outside: int = 0
    packets: int = 0
    octets: int = 0
    first: int = 0
    last: int = 0
    marks: bytes = b""

    @property
    def devices(self) -> int:
        """How many different sources, about."""
        return self.heard(int.from_bytes(self.marks, "little"))

    @staticmethod
    def heard(marks: int) -> int:
        """How many different sources these bits stand for, about."""
        clear = BITS - marks.bit_count()
        return round(BITS * math.log(BITS / max(clear, 1)))

    def with_talk(self, source: str, packets: int, octets: int, last: int, *, outside: bool, at: int = 0) -> Crossing:
        """The crossing with one more conversation.

        Args:
            source: name of who asked.
            at: when it began; ``last`` when it was last heard.
        """
        marks = int.from_bytes(self.marks, "little") | 1 << place(source)
        return msgspec.structs.replace(
            self,
            flows=self.flows + 1,
            outside=self.outside + outside,
            packets=self.packets + packets,
            octets=self.octets + octets,
            first=min(self.first, at) if self.flows else at,
            last=max(self.last, last),
            marks=marks.to_bytes(BITS // 8, "little"),
        )


def place(name: str) -> int:
    """The bit of a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little") % BITS


def crossing_id(day: int, source: str, target: str, service: str) -> str:
    """The id of a crossing; without a service it is the word under which all of that day and pair are found."""
    return f"x-{day}-{source}-{target}" + (f"-{service}" if service else "")
