"""Windows: when a device is least used, and when the hospital said that it may be worked on.

Question: at which hour does a change disturb least, how sure is that, and is now such a time?
Reference: domain note 11 §1 (calm window, eight weeks); E. B. Wilson, "Probable inference" (1927) for the bound: an
hour in which a device was never used in three weeks is used with a probability of up to one half, and only many weeks
say more. A calm hour is a proposal; a person confirms it. Windows are written by the hospital, as rows of TOML.

Example:
    >>> round(bound(0, 3), 2), round(bound(0, 8), 2), bound(0, 0)
    (0.56, 0.32, 1.0)
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from garde.errors import Missing
from garde.model.rhythm import WEEK, Rhythm, busy, watched
from garde.model.rows import read

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Normal quantile of a bound that holds nineteen times in twenty, from both sides.
_Z: Final = 1.96
_HOUR: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of the week of one device.

    Attributes:
        hour: 0 to 167, from Monday 00:00 UTC.
        busy: in how many weeks it was used then.
        watched: in how many weeks that hour was seen.
    """

    hour: int
    busy: int
    watched: int

    @property
    def share(self) -> float:
        """Part of the weeks in which it was used; 1 where nothing is known."""
        return self.busy / self.watched if self.watched else 1.0


class Calm(msgspec.Struct, frozen=True, kw_only=True):
    """Some hours on end in which a device is least used.

    Attributes:
        hour: where it begins, 0 to 167, from Monday 00:00 UTC.
        hours: how long it is.
        share: part of the weeks in which it was used in the worst of these hours.
        sure: 0 to 1: one minus the most that the use of the worst hour may be, nineteen times in twenty.
    """

    hour: int
    hours: int
    share: float
    sure: float


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of the hospital's: when devices may be worked on.

    Attributes:
        days: of the week; empty means every day.
        begins, ends: ``HH:MM`` of UTC; one that ends before it begins goes over midnight and belongs to the day on
            which it began.
        wards, kinds: to which it is limited; empty means all.
        because: who agreed to it.
    """

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    begins: Annotated[str, msgspec.Meta(pattern=_HOUR)]
    ends: Annotated[str, msgspec.Meta(pattern=_HOUR)]
    wards: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    because: str = ""

    def holds(self, at: int, ward: str, kind: str) -> bool:
        """Whether a device of that ward and kind may be worked on at that moment."""
        if (self.wards and ward not in self.wards) or (self.kinds and kind not in self.kinds):
            return False
        moment = dt.datetime.fromtimestamp(at // 1_000_000_000, dt.UTC)
        minute, begins, ends = moment.hour * 60 + moment.minute, _minute(self.begins), _minute(self.ends)
        if begins <= ends:
            return begins <= minute < ends and self._on(moment)
        return (minute >= begins and self._on(moment)) or (minute < ends and self._on(moment - dt.timedelta(days=1)))

    def _on(self, moment: dt.datetime) -> bool:
        return not self.days or DAYS[moment.weekday()] in self.days


def windows(text: str, file: str) -> tuple[Window, ...]:
    """The windows of a hospital's file, as ``[[window]]``.

    Raises:
        Malformed: with file and line.
    """
    return read(text, file, {"window": Window}, "window")["window"]


def load(path: str) -> tuple[Window, ...]:
    """The windows of a file; none without one.

    Raises:
        Missing: the file cannot be read.
        Malformed: with file and line.
    """
    if not path:
        return ()
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("respond.unreadable", f"{path} cannot be read: {error}", hint="Check [respond] windows") from None
    return windows(text, Path(path).name)


def calendar(rhythms: Iterable[Rhythm]) -> tuple[Slot, ...]:
    """The 168 hours of the week of one device, by the rhythms of its addresses."""
    known = list(rhythms)
    return tuple(
        Slot(
            hour=hour,
            busy=max((busy(one, hour) for one in known), default=0),
            watched=max((watched(one, hour) for one in known), default=0),
        )
        for hour in range(WEEK)
    )


def calm(slots: Iterable[Slot], hours: int = 2, most: int = 3) -> tuple[Calm, ...]:
    """The calmest hours on end that do not overlap, calmest first, then surest, then earliest in the week.

    Args:
        slots: of `calendar`.
        hours: how long the work takes.
        most: how many.
    """
    week = sorted(slots, key=lambda one: one.hour)
    found = []
    for start in range(len(week)):
        span = [week[(start + step) % len(week)] for step in range(hours)]
        # What nobody watched is no calm: it is unknown.
        if all(one.watched for one in span):
            worst = max(bound(one.busy, one.watched) for one in span)
            share = max(one.share for one in span)
            found.append(Calm(hour=week[start].hour, hours=hours, share=share, sure=1 - worst))
    found.sort(key=lambda one: (one.share, -one.sure, one.hour))
    chosen: list[Calm] = []
    for one in found:
        if all(_apart(one.hour, other.hour) >= hours for other in chosen):
            chosen.append(one)
    return tuple(chosen[:most])


def bound(times: int, of: int) -> float:
    """The most that a share may be, when it was seen so many times of so many (Wilson, 95 %)."""
    if not of:
        return 1.0
    share, square = times / of, _Z * _Z
    middle = share + square / (2 * of)
    spread = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return min(max((middle + spread) / (1 + square / of), share), 1.0)


def _apart(one: int, other: int) -> int:
    """Hours between two places in the week, the shorter way round."""
    far = abs(one - other) % WEEK
    return min(far, WEEK - far)


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])
