"""Rhythm: how often something is usually heard at this hour of this weekday, and when its silence means something.

Question: this interface has sent nothing for twenty minutes: is that three in the morning, or is it broken?
Reference: domain note 08 §5: buckets of the hour of the week, holidays as Sunday; the chance of hearing nothing at the
learnt rate, by Poisson or, where messages come in bursts, by the negative binomial; below one in ten thousand it is a
silence. What was heard for less than two weeks, or in none of the hours since, has no rhythm to break. Left out:
counting (`garde.pipeline.rhythms`).

Example:
    >>> from itertools import product
    >>> busy = Rhythm.of([Count(week * WEEK + hour * HOUR, 60) for week, hour in product(range(3), range(168))])
    >>> busy.silent(3 * WEEK, 3 * WEEK + 300).quiet, busy.silent(3 * WEEK, 3 * WEEK + 1200).quiet
    (False, True)
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from statistics import fmean, median, pvariance
from typing import Final, NamedTuple

import msgspec

from garde.monitor.series import silence

HOUR: Final = 3600
WEEK: Final = 168 * HOUR
#: Chance of hearing nothing, if all is well, from which on a silence is one.
MEANS: Final = 1e-4
#: Weeks that must have been heard before silence says anything.
LEAST_WEEKS: Final = 2
#: Without messages for longer than that no rate helps: something that came daily did not come for days.
_MOST: Final = 4 * WEEK


class Count(NamedTuple):
    """How many were heard in the hour that begins at ``at`` (seconds since 1970 UTC)."""

    at: int
    heard: int


class Silence(NamedTuple):
    """The chance of hearing nothing for so long if all is well, what was expected, and whether it means it."""

    chance: float
    expected: float
    quiet: bool


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """What is usual.

    Attributes:
        rates: messages an hour, by hour of the week from Monday 0:00.
        dispersion: variance over mean of the counts of equal hours: 1 for even traffic, more for bursts.
        weeks: whole ones between the first and the last hour.
        zone: hours that the site's clock is ahead of UTC.
        holidays: days that are like Sundays.
    """

    rates: tuple[float, ...]
    dispersion: float
    weeks: int
    zone: int = 0
    holidays: frozenset[dt.date] = frozenset()

    @classmethod
    def of(cls, counts: Iterable[Count], *, zone: int = 0, holidays: Collection[dt.date] = ()) -> Rhythm:
        """The rhythm of counts, each of one hour; hours that are not named are hours in which nobody listened."""
        days = frozenset(holidays)
        buckets: dict[int, list[int]] = defaultdict(list)
        times: list[int] = []
        for one in counts:
            buckets[_hour(one.at, zone, days)].append(one.heard)
            times.append(one.at)
        # The median of the weeks: one bad week is no rhythm; their mean where messages are rarer than one an hour.
        usual = {hour: (float(median(many)) or fmean(many)) for hour, many in buckets.items()}
        # Across neighbouring hours too little is heard to tell bursts: only hours with some messages count.
        spread = [pvariance(many) / fmean(many) for many in buckets.values() if len(many) > 1 and fmean(many) >= 1]
        return cls(
            rates=tuple(usual.get(hour, 0.0) for hour in range(168)),
            dispersion=max(1.0, median(spread)) if spread else 1.0,
            weeks=(max(times) + HOUR - min(times)) // WEEK if times else 0,
            zone=zone,
            holidays=days,
        )

    def expected(self, since: float, now: float) -> float:
        """How many are usual between two times; seconds since 1970 UTC."""
        total, at = 0.0, since
        while at < now:
            end = min((at // HOUR + 1) * HOUR, now)
            total += self.rates[_hour(int(at), self.zone, self.holidays)] * (end - at) / HOUR
            at = end
        return total

    def silent(self, last: float, now: float) -> Silence:
        """What it means that nothing was heard since ``last``."""
        if self.weeks < LEAST_WEEKS:
            return Silence(1.0, 0.0, False)
        expected = self.expected(max(last, now - _MOST), now)
        chance = silence(1.0, expected, self.dispersion)
        return Silence(chance, expected, chance < MEANS)


def _hour(at: int, zone: int, holidays: frozenset[dt.date]) -> int:
    """The hour of the week, from Monday 0:00 of the site's clock; of a holiday that of Sunday."""
    local = at + zone * HOUR
    day = dt.date.fromordinal(dt.date(1970, 1, 1).toordinal() + local // (24 * HOUR))
    weekday = 6 if day in holidays else day.weekday()
    return weekday * 24 + local // HOUR % 24
