"""Forecast: when will this quantity reach its limit, and how probable is that within a week?

Question: does the disk fill, the helium fall, the error count climb before somebody has to be called at night?
Reference: domain note 08 §5: what repeats by the hour of the day is taken out, the trend is what most pairs of points
agree on (Theil–Sen) since it last changed, and the chance comes from the spread of slope and values. A
forecast needs twenty values and a trend that is surely none of nothing; else it says so. `plain` is the straight line
through the same points that peers draw, to be compared with. Left out: what to do about it.

Example:
    >>> hours = range(240)
    >>> disk = Series(name="disk", times=[h * 3600.0 for h in hours], values=[70 + 0.1 * h for h in hours])
    >>> full = forecast(disk, 100)
    >>> full.probability > 0.99, round(full.lead.likely / 3600)
    (True, 61)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import NormalDist, fmean, median
from typing import Final, NamedTuple

import msgspec

from garde.monitor.series import spread, theil_sen, theil_sen_range

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
#: Fewer values than that tell no trend.
LEAST: Final = 20
#: How far ahead a chance is told, in seconds.
HORIZON: Final = 7 * DAY
#: The chance from which somebody is told.
TOLD: Final = 0.7
#: Standard deviations between the ends of an 80 % interval.
_EIGHTY: Final = 2.5632
#: Parts of the past, latest, that are asked for another trend; deviations apart that make it another one.
_SHARES: Final = (0.5, 0.25, 0.125)
_OTHER: Final = 3.0
#: Deviations that a slope must be from none.
_SURE: Final = 2.0
_NORMAL: Final = NormalDist()


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one quantity.

    Attributes:
        name: of the quantity.
        times: seconds, rising.
        values: one for each time.
    """

    name: str
    times: Sequence[float]
    values: Sequence[float]


class Lead(msgspec.Struct, frozen=True):
    """Seconds until the limit is reached: early (10 %), likely (50 %) and late (90 %); infinite for not foreseeable."""

    early: float
    likely: float
    late: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be expected.

    Attributes:
        name: of the quantity.
        limit: what it must not reach; ``above`` whether it comes from below.
        level: now, without noise and season.
        slope: per day.
        probability: that the limit is reached within ``HORIZON``.
        lead: until then.
        since: time from which the trend holds.
        why: codes: ``few values``, ``no trend``, ``season``, ``trend changed``,
            ``cleared now and then``, ``reached``.
    """

    name: str
    limit: float
    above: bool
    level: float
    slope: float
    probability: float
    lead: Lead
    since: float
    why: tuple[str, ...] = ()

    @property
    def told(self) -> bool:
        """Whether somebody should know."""
        return self.probability >= TOLD


def forecast(series: Series, limit: float, *, above: bool = True, horizon: float = HORIZON) -> Forecast:
    """What is to be expected of a series.

    Args:
        limit: in the unit of its values.
        above: the limit is reached from below; False for what runs out.
        horizon: seconds for which ``probability`` is told.
    """
    sign = 1.0 if above else -1.0
    times, values = list(series.times), [sign * value for value in series.values]
    why: list[str] = []
    if len(values) < LEAST:
        level = median(values[-3:]) if values else 0.0
        return _still(series, limit, above, sign * level, times, ("few values",))
    season = _season(times, values)
    if season:
        why.append("season")
        values = [value - season[_hour(at)] for at, value in zip(times, values, strict=True)]
    resets = _resets(values)
    left = math.inf
    if resets:
        why.append("cleared now and then")
        gaps = [times[after] - times[before] for before, after in pairwise((0, *resets))]
        left = max(median(gaps) - (times[-1] - times[resets[-1]]), 0.0)
        if len(values) - resets[-1] >= LEAST:
            times, values = times[resets[-1] :], values[resets[-1] :]
    start, line = _trend(times, values)
    if start:
        why.append("trend changed")
    times, values = times[start:], values[start:]
    top = max(season.values(), default=0.0)
    room = sign * limit - line.level
    if room - top <= 0 or median(values[-3:]) >= sign * limit:
        return Forecast(
            name=series.name, limit=limit, above=above, level=sign * line.level, slope=sign * line.slope * DAY,
            probability=1.0, lead=Lead(0.0, 0.0, 0.0), since=times[0], why=(*why, "reached"),
        )  # fmt: skip
    if line.slope <= _SURE * line.unsure or line.slope * (times[-1] - times[0]) < line.noise:
        return _still(series, limit, above, sign * line.level, times, (*why, "no trend"))

    def chance(ahead: float) -> float:
        # By day the season adds to the trend: within less than a day only part of it may come.
        most = top if ahead >= DAY / 2 else max(season.get(_hour(times[-1] + k * HOUR), 0.0) for k in range(13))
        climb = min(ahead, left)
        return _NORMAL.cdf((line.slope * climb + most - room) / math.hypot(line.unsure * climb, line.noise / 2, 1e-12))

    return Forecast(
        name=series.name, limit=limit, above=above, level=sign * line.level, slope=sign * line.slope * DAY,
        probability=chance(horizon), lead=Lead(_when(chance, 0.1), _when(chance, 0.5), _when(chance, 0.9)),
        since=times[0], why=tuple(why),
    )  # fmt: skip


def plain(series: Series, limit: float, *, above: bool = True) -> float:
    """Seconds until a straight line through all values (least squares) reaches the limit; infinite when it does not."""
    if len(series.values) < 2:
        return math.inf
    x, y = fmean(series.times), fmean(series.values)
    run = math.fsum((at - x) ** 2 for at in series.times)
    if not run:
        return math.inf
    slope = math.fsum((at - x) * (value - y) for at, value in zip(series.times, series.values, strict=True)) / run
    now = y + slope * (series.times[-1] - x)
    ahead = (limit - now) / slope if slope else math.inf
    if (now >= limit) if above else (now <= limit):
        return 0.0
    return ahead if ahead > 0 and (slope > 0) == above else math.inf


def _still(
    series: Series, limit: float, above: bool, level: float, times: Sequence[float], why: tuple[str, ...]
) -> Forecast:
    reached = bool(times) and ((level >= limit) if above else (level <= limit))
    far = 0.0 if reached else math.inf
    return Forecast(
        name=series.name, limit=limit, above=above, level=level, slope=0.0, probability=float(reached),
        lead=Lead(far, far, far), since=times[0] if times else 0.0, why=(*why, "reached") if reached else why,
    )  # fmt: skip


def _hour(at: float) -> int:
    return int(at // HOUR) % 24


def _season(times: Sequence[float], values: Sequence[float]) -> dict[int, float]:
    """What each hour of the day adds, where three days were seen and the hours differ more than the rest does."""
    if times[-1] - times[0] < 3 * DAY:
        return {}
    by_day: dict[int, list[float]] = defaultdict(list)
    for at, value in zip(times, values, strict=True):
        by_day[int(at // DAY)].append(value)
    # Against the line from day to day, so that a trend is no season.
    days = sorted(by_day)
    centre = {day: median(by_day[day]) for day in days}
    slope = theil_sen(days, [centre[day] for day in days]) / DAY
    hours: dict[int, list[float]] = defaultdict(list)
    for at, value in zip(times, values, strict=True):
        noon = (int(at // DAY) + 0.5) * DAY
        hours[_hour(at)].append(value - centre[int(at // DAY)] - slope * (at - noon))
    if len(hours) < 24 or min(map(len, hours.values())) < 3:
        return {}
    found = {hour: median(rest) for hour, rest in hours.items()}
    rest = [value - found[hour] for hour, many in hours.items() for value in many]
    middle = fmean(found.values())
    if max(found.values()) - min(found.values()) < 3 * spread(rest):
        return {}
    return {hour: value - middle for hour, value in found.items()}


def _resets(values: Sequence[float]) -> tuple[int, ...]:
    """Indexes after a sudden fall that is most of the range and that stays: somebody or something cleared it."""
    steps = [after - before for before, after in pairwise(values)]
    noise = spread(steps)
    ordered = sorted(values)
    few = len(values) // 50
    least = max(5 * noise, (ordered[-1 - few] - ordered[few]) / 2.5)
    return tuple(
        at + 1
        for at, step in enumerate(steps)
        if step < -least and median(values[at + 1 : at + 6]) < median(values[max(0, at - 4) : at + 1]) - least / 2
    )


class _Line(NamedTuple):
    level: float
    slope: float
    unsure: float
    noise: float


def _trend(times: Sequence[float], values: Sequence[float]) -> tuple[int, _Line]:
    """The index from which the last trend holds, and its line: a shorter past counts where it surely says otherwise."""
    start, held = 0, _line(times, values)
    for share in _SHARES:
        first = int(len(values) * (1 - share))
        if len(values) - first < LEAST:
            break
        line = _line(times[first:], values[first:])
        if abs(line.slope - held.slope) > _OTHER * math.hypot(line.unsure, held.unsure):
            start, held = first, line
    return start, held


def _line(times: Sequence[float], values: Sequence[float]) -> _Line:
    slope = theil_sen(times, values)
    low, high = theil_sen_range(times, values)
    end = times[-1]
    level = median(value - slope * (at - end) for at, value in zip(times, values, strict=True))
    rest = [value - level - slope * (at - end) for at, value in zip(times, values, strict=True)]
    # What wanders by itself agrees with its neighbours: then many values tell no more than few (Bartlett 1935).
    alike = min(max(_alike(rest), 0.0), 0.97)
    unsure = (high - low) / _EIGHTY * math.sqrt((1 + alike) / (1 - alike))
    return _Line(level, slope, unsure, spread(rest))


def _alike(rest: Sequence[float]) -> float:
    """Correlation of each value with the next, by signs, which one outlier does not move."""
    middle = median(rest)
    signs = [(value > middle) - (value < middle) for value in rest]
    pairs = [one * other for one, other in pairwise(signs)]
    # Of two normal values with correlation r, the signs agree on average by 2/π·asin(r).
    return math.sin(math.pi / 2 * fmean(pairs)) if pairs else 0.0


def _when(chance: Callable[[float], float], wanted: float) -> float:
    """The first hour, within a year, at which the chance is that; infinite when it never is."""
    ahead = HOUR
    while ahead < 366 * DAY:
        if chance(ahead) >= wanted:
            return ahead
        ahead *= 1.02
    return math.inf
