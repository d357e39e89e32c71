"""Hour: how many devices were heard in one hour, kept so small that months of hours fit.

Question: is the number of devices that are heard now the usual one for this hour?
Reference: Whang, Vander-Zanden and Taylor, "A linear-time probabilistic counting algorithm" (1990): a bit per hashed
name, and the share of bits that stayed clear says how many different names there were: within one percent at 20,000
names and 65,536 bits. A set of bits does not change when a name comes twice.

Example:
    >>> one = counted(Hour(id="h-0", at=0), ["10.0.0.1", "10.0.0.2", "10.0.0.1"])
    >>> one.heard
    2
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from typing import Final

import msgspec

BITS: Final = 1 << 16
HOUR: Final = 3_600 * 1_000_000_000


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of UTC.

    Attributes:
        id: ``h-`` and the number of the hour since 1970.
        at: its beginning in nanoseconds since 1970.
        marks: a bit per name, 8,192 octets; empty when nothing was heard.
    """

    id: str
    at: int
    marks: bytes = b""

    @property
    def heard(self) -> int:
        """How many different names were heard, about."""
        clear = BITS - int.from_bytes(self.marks, "little").bit_count()
        return round(BITS * math.log(BITS / max(clear, 1)))


def hour_id(at: int) -> str:
    """The id of the hour of a moment."""
    return f"h-{at // HOUR}"


def counted(hour: Hour, names: Iterable[str]) -> Hour:
    """The hour with more names."""
    marks = bytearray(hour.marks or bytes(BITS // 8))
    for name in names:
        place = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little") % BITS
        marks[place >> 3] |= 1 << (place & 7)
    return msgspec.structs.replace(hour, marks=bytes(marks))


def usual(hours: Iterable[Hour], at: int) -> tuple[int, int] | None:
    """Least and most heard in the same hour of earlier days, without the extremes; None below three such days."""
    same = sorted(one.heard for one in hours if one.at < at // HOUR * HOUR and (at // HOUR - one.at // HOUR) % 24 == 0)
    if len(same) < 3:
        return None
    cut = len(same) // 10
    return same[cut], same[len(same) - 1 - cut]
