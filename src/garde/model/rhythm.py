"""Rhythm: in which hours of the week something is used, and when it was last.

Question: was this device at work a moment ago, and at which hours does it usually rest?
Reference: domain note 11 §1 (utilisation from traffic, calm window over eight weeks). A bit for each hour of each week,
so a conversation that comes twice, or late, changes nothing. Only traffic of a service that is used on patients sets a
bit: a device that says every minute that it is there is not in use for that. Hours are those of UTC.

Example:
    >>> one = used(Rhythm(id="ip:10.0.0.5"), "hl7", 5 * HOUR)
    >>> one.last, [hour for hour in range(WEEK) if busy(one, hour)]
    ({'hl7': 18000000000000}, [77])
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.hour import HOUR

#: Hours of a week; the first is Monday 00:00 UTC.
WEEK: Final = 168
#: Weeks that are kept.
WEEKS: Final = 8
#: 1 January 1970 was a Thursday.
_SHIFT: Final = 3 * 24


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the use of one address.

    Attributes:
        id: the key, as text.
        first_at: when it was first used, nanoseconds since 1970.
        last: service → when it was last used.
        weeks: number of the week → a bit for each hour in which it was used, 21 octets.
    """

    id: str
    first_at: int = 0
    last: dict[str, int] = {}
    weeks: dict[int, bytes] = {}


def place(at: int) -> tuple[int, int]:
    """Number of the week and hour of the week of a moment.

    >>> place(0), place(4 * 24 * HOUR)
    ((0, 72), (1, 0))
    """
    return divmod(at // HOUR + _SHIFT, WEEK)


def used(rhythm: Rhythm, service: str, at: int) -> Rhythm:
    """The rhythm with one more use of a service."""
    week, hour = place(at)
    marks = bytearray(rhythm.weeks.get(week, bytes(WEEK // 8)))
    marks[hour >> 3] |= 1 << (hour & 7)
    weeks = rhythm.weeks | {week: bytes(marks)}
    kept = sorted(weeks)[-WEEKS:]
    return msgspec.structs.replace(
        rhythm,
        first_at=min(rhythm.first_at or at, at),
        last=rhythm.last | {service: max(rhythm.last.get(service, 0), at)},
        weeks={name: weeks[name] for name in kept},
    )


def busy(rhythm: Rhythm, hour: int) -> int:
    """In how many of the weeks it was used in that hour of the week."""
    return sum(marks[hour >> 3] >> (hour & 7) & 1 for marks in rhythm.weeks.values())


def watched(rhythm: Rhythm, hour: int) -> int:
    """In how many weeks that hour of the week was seen: not before the first use, not behind the last.

    A week without any use does not count: nobody knows whether it rested or was not there.
    """
    first, last = place(rhythm.first_at), place(max(rhythm.last.values(), default=0))
    return sum(first <= (week, hour) <= last for week in rhythm.weeks)
