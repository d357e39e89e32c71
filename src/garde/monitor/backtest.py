"""Backtest: what the forecast would have said on each past day, and what came then.

Question: of a hundred warnings, how many were right, how early, and does seventy per cent mean seventy per cent?
Reference: domain note 08 §5 (precision, recall, lead time; a predictor below half is switched off); reliability as in
Murphy 1973. The straight line of `garde.monitor.forecast.plain` is judged on the same days. A warning counts as right
when the limit was reached within the horizon, a day after it at the earliest: sooner is too late to act.

Example:
    >>> hours = range(30 * 24)
    >>> full = Series(name="disk", times=[h * 3600.0 for h in hours], values=[60 + h / 20 for h in hours])
    >>> found = backtest([Case(full, 90.0)])
    >>> found.ours.precision, found.ours.told > 0
    (1.0, True)
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final, NamedTuple

import msgspec

from garde.monitor.forecast import DAY, HORIZON, LEAST, TOLD, Series, forecast, plain

#: Values before the moment of a forecast that it is given: thirty days.
WINDOW: Final = 30 * DAY
#: A warning that comes later than this before the limit is too late to plan for.
EARLIEST: Final = DAY
#: Bins of the reliability curve.
BINS: Final = 5


class Case(NamedTuple):
    """A whole past series and its limit, which is reached from below when ``above``."""

    series: Series
    limit: float
    above: bool = True


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """How one way of forecasting did.

    Attributes:
        told: warnings: moments at which it said that the limit will be reached within the horizon.
        right: of them, those after which it was.
        due: moments at which it should have warned.
        precision: right of told; 1 when it never warned.
        recall: right of due; 1 when it never had to.
        lead: median seconds between the first right warning of a case and the limit; 0 without one.
    """

    told: int
    right: int
    due: int
    precision: float
    recall: float
    lead: float


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """One point of the reliability curve: the mean chance that was said, how often it came, of how many."""

    said: float
    came: float
    count: int


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """What a back-test found: ours, the straight line on the same moments, and the reliability curve of ours."""

    ours: Marks
    plain: Marks
    reliability: tuple[Bin, ...]


class _Moment(NamedTuple):
    case: int
    chance: float
    straight: bool
    came: bool
    ahead: float


def backtest(cases: Iterable[Case], *, every: float = DAY, horizon: float = HORIZON) -> Backtest:
    """Forecast each case at each past moment, from what was known then.

    Args:
        every: seconds between two moments.
        horizon: seconds within which the limit is, or is not, reached.
    """
    moments = [
        one for number, case in enumerate(cases) for one in _walk(number, case, every=every, horizon=horizon)
    ]  # fmt: skip
    return Backtest(
        ours=_marks(moments, [one.chance >= TOLD for one in moments]),
        plain=_marks(moments, [one.straight for one in moments]),
        reliability=_curve(moments),
    )


def _walk(number: int, case: Case, *, every: float, horizon: float) -> Iterable[_Moment]:
    series, limit, above = case
    times, values = series.times, series.values
    reached = next(
        (at for at, value in zip(times, values, strict=True) if (value >= limit if above else value <= limit)), math.inf
    )
    now = times[0] + every if times else math.inf
    # After the limit there is nothing to forecast; a moment whose horizon was not seen whole cannot be judged.
    while now < min(reached, (times[-1] if times else 0.0) - (0.0 if reached < math.inf else horizon)):
        first, last = bisect_left(times, now - WINDOW), bisect_left(times, now)
        if last - first >= LEAST:
            seen = Series(name=series.name, times=times[first:last], values=values[first:last])
            said = forecast(seen, limit, above=above, horizon=horizon)
            ahead = reached - now
            yield _Moment(
                number,
                said.probability,
                plain(seen, limit, above=above) <= horizon,
                EARLIEST <= ahead <= horizon,
                ahead,
            )
        now += every


def _marks(moments: Sequence[_Moment], told: Sequence[bool]) -> Marks:
    # In the last day a warning is neither early enough to be right nor wrong.
    judged = [(one, said) for one, said in zip(moments, told, strict=True) if one.ahead >= EARLIEST]
    warned = sum(said for _, said in judged)
    right = sum(said and one.came for one, said in judged)
    due = sum(one.came for one, _ in judged)
    first: dict[int, float] = {}
    for one, said in judged:
        if said and one.came:
            first.setdefault(one.case, one.ahead)
    return Marks(
        told=warned, right=right, due=due, precision=right / warned if warned else 1.0,
        recall=right / due if due else 1.0, lead=median(first.values()) if first else 0.0,
    )  # fmt: skip


def _curve(moments: Sequence[_Moment]) -> tuple[Bin, ...]:
    bins: list[list[_Moment]] = [[] for _ in range(BINS)]
    for one in moments:
        if one.ahead >= EARLIEST:
            bins[min(int(one.chance * BINS), BINS - 1)].append(one)
    return tuple(
        Bin(
            said=sum(one.chance for one in many) / len(many), came=sum(one.came for one in many) / len(many),
            count=len(many),
        )
        for many in bins
        if many
    )  # fmt: skip
