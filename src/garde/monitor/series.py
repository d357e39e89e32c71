"""Series: robust statistics of a list of values, each a few lines and each with its test vector.

Question: is this value unusual, is there a drift, how steep is the trend, and what comes next?
Reference: domain note 08 §5 (formulas and vectors): median and MAD (Iglewicz and Hoaglin 1993), EWMA, CUSUM (Page),
Theil–Sen, Holt and Holt–Winters (additive). Left out: which of them is used for what (`garde.monitor.forecast`).

Example:
    >>> round(robust_z([10, 11, 9, 10, 12, 10, 50], 50), 2), round(theil_sen([0, 1, 2], [1.0, 3.0, 5.0]), 1)
    (26.98, 2.0)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median
from typing import Final, NamedTuple

import numpy as np

#: Scales the MAD, and the mean deviation where the MAD is nothing, to a standard deviation.
_OF_MAD: Final = 0.6745
_OF_MEAN: Final = 1.2533
#: Beyond this a value is unusual.
UNUSUAL: Final = 3.5
#: Pairs of which the slopes are compared; of a longer series, evenly chosen points.
_MOST_POINTS: Final = 200


class Holt(NamedTuple):
    """A level and a trend after the last value."""

    level: float
    trend: float

    def ahead(self, steps: int) -> float:
        """The value so many steps later."""
        return self.level + steps * self.trend


class Seasonal(NamedTuple):
    """Level, trend and one season after the last value."""

    level: float
    trend: float
    season: tuple[float, ...]

    def ahead(self, steps: int) -> float:
        """The value so many steps later, from 1."""
        return self.level + steps * self.trend + self.season[(steps - 1) % len(self.season)]


def spread(values: Sequence[float]) -> float:
    """The standard deviation as the MAD tells it, 0 where all are equal."""
    middle = median(values)
    mad = median(abs(value - middle) for value in values)
    return mad / _OF_MAD if mad else _OF_MEAN * fmean(abs(value - middle) for value in values)


def robust_z(values: Sequence[float], value: float, least: float = 0.0) -> float:
    """How many robust standard deviations a value lies from the median.

    Args:
        values: what is usual.
        least: the smallest step that the quantity makes: the deviation is at least that.
    """
    deviation = max(spread(values), least)
    distance = value - median(values)
    return distance / deviation if deviation else math.copysign(math.inf, distance) if distance else 0.0


def ewma(values: Sequence[float], alpha: float = 0.2) -> list[float]:
    """Exponentially weighted means, one after each value."""
    out: list[float] = []
    for value in values:
        out.append(value if not out else alpha * value + (1 - alpha) * out[-1])
    return out


def cusum(values: Sequence[float], mean: float, deviation: float, slack: float = 0.5) -> list[float]:
    """Upper cumulative sums of standardised values, one after each value; a drift is one above 5."""
    out, held = [], 0.0
    for value in values:
        held = max(0.0, held + (value - mean) / deviation - slack)
        out.append(held)
    return out


def theil_sen(times: Sequence[float], values: Sequence[float]) -> float:
    """The median of the slopes of all pairs: what most of the points agree on, whatever a few say.

    Raises:
        ValueError: fewer than two different times.
    """
    slopes = _slopes(times, values)
    if not len(slopes):
        raise ValueError("a slope needs two different times")
    return float(np.median(slopes))


def theil_sen_range(times: Sequence[float], values: Sequence[float], z: float = 1.2816) -> tuple[float, float]:
    """The interval of the slope by Kendall's variance (Sen 1968); z = 1.2816 gives 80 %.

    Raises:
        ValueError: fewer than two different times.
    """
    slopes = np.sort(_slopes(times, values))
    count = min(len(times), _MOST_POINTS)
    if not len(slopes):
        raise ValueError("a slope needs two different times")
    half = z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = int((len(slopes) - half) / 2)
    high = int((len(slopes) + half) / 2) + 1
    return float(slopes[max(low, 0)]), float(slopes[min(high, len(slopes) - 1)])


def holt(values: Sequence[float], alpha: float, beta: float, level: float, trend: float) -> Holt:
    """Double smoothing, from a first level and trend over all values but the first."""
    for value in values[1:]:
        before = level
        level = alpha * value + (1 - alpha) * (level + trend)
        trend = beta * (level - before) + (1 - beta) * trend
    return Holt(level, trend)


def holt_winters(
    values: Sequence[float], period: int, alpha: float = 0.3, beta: float = 0.05, gamma: float = 0.2
) -> Seasonal:
    """Triple smoothing, additive; the first two seasons give level, trend and season to begin with.

    Raises:
        ValueError: fewer than two seasons.
    """
    if len(values) < 2 * period:
        raise ValueError("two seasons are the least")
    first, second = fmean(values[:period]), fmean(values[period : 2 * period])
    level, trend = first, (second - first) / period
    season = [value - first for value in values[:period]]
    for at in range(period, len(values)):
        value, before, held = values[at], level, season[at % period]
        level = alpha * (value - held) + (1 - alpha) * (level + trend)
        trend = beta * (level - before) + (1 - beta) * trend
        season[at % period] = gamma * (value - level) + (1 - gamma) * held
    start = len(values) % period
    return Seasonal(level, trend, tuple(season[start:] + season[:start]))


def silence(rate: float, elapsed: float, dispersion: float = 1.0) -> float:
    """The chance to hear nothing for so long, if all is well.

    Args:
        rate: messages that are usual in that time unit, above 0.
        elapsed: in the same unit.
        dispersion: variance over mean of the counts; above 1.5 the negative binomial is used in place of Poisson.
    """
    expected = rate * elapsed
    if dispersion <= 1.5:
        return math.exp(-expected)
    # Negative binomial with the same mean and variance = dispersion × mean: P(0) = d ** (-mean / (d - 1)).
    return math.exp(-expected / (dispersion - 1) * math.log(dispersion))


def _slopes(times: Sequence[float], values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    x, y = np.asarray(times, float), np.asarray(values, float)
    if len(x) > _MOST_POINTS:
        chosen = np.linspace(0, len(x) - 1, _MOST_POINTS).round().astype(int)
        x, y = x[chosen], y[chosen]
    one, other = np.triu_indices(len(x), 1)
    run = x[other] - x[one]
    kept = run != 0
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = (y[other] - y[one])[kept] / run[kept]
    return found
