"""Foreseeing from the command line: what a table of values says of the coming week, and how far to believe it.

Question: which of these quantities will reach its limit, when, and how well would that have been told in the past?
Reference: issue 5 part 9 (contract of ``garde forecast``); `garde.monitor`. Part of the composition root. Left out:
series that Garde measures itself.

Example::

    print(foreseen(Path("disks.csv"))["series"][0]["probability"])
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from garde.errors import Unreachable
from garde.monitor.backtest import Backtest, Case, backtest
from garde.monitor.forecast import HORIZON, Forecast, forecast, plain
from garde.monitor.table import Read, tabled
from garde.report.table import table_of


def foreseen(file: Path, limit: float | None = None, *, below: bool | None = None) -> dict[str, Any]:
    """Forecasts of every series of a table, and the back-test on those of them that have a limit.

    Args:
        limit: of every series, in place of what the table says.
        below: the limit is reached from above; None tells it by the series.

    Raises:
        Unreachable: the file cannot be read.
        Malformed: it is no table of values.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Unreachable("series.unreadable", error.strerror or "It cannot be read", where=file.name) from None
    found = tabled(data, file.name, limit, None if below is None else not below)
    cases = [Case(one.series, one.limit, one.above) for one in found if one.limit is not None]
    return {
        "horizon_hours": HORIZON / 3600,
        "series": [_record(one) for one in found],
        "backtest": _tested(backtest(cases)),
    }


def as_table(found: dict[str, Any]) -> str:
    """Forecasts as aligned columns for a terminal."""
    heads = ("series", "last", "limit", "per_day", "probability", "hours", "told")
    rows = (
        {
            "series": one["series"], "last": f"{one['last']:g}", "limit": _word(one["limit"]),
            "per_day": f"{one['slope_per_day']:g}", "probability": f"{one['probability']:.0%}",
            "hours": _word(one["lead_hours"]["p50"]), "told": "yes" if one["told"] else "",
        }
        for one in found["series"]
    )  # fmt: skip
    return table_of(heads, rows)


def _record(one: Read) -> dict[str, Any]:
    series = one.series
    record: dict[str, Any] = {
        "series": series.name, "values": len(series.values), "last": series.values[-1], "limit": one.limit,
        "direction": "above" if one.above else "below", "refused": list(one.refused),
    }  # fmt: skip
    if one.limit is None:
        return record | {
            "level": series.values[-1], "slope_per_day": 0.0, "probability": 0.0, "told": False,
            "lead_hours": {"p10": None, "p50": None, "p90": None}, "why": ["no limit"],
            "linear": {"hours": None, "told": False},
        }  # fmt: skip
    said, straight = forecast(series, one.limit, above=one.above), plain(series, one.limit, above=one.above)
    return record | {
        "level": round(said.level, 6), "slope_per_day": round(said.slope, 6),
        "probability": round(said.probability, 4), "told": said.told, "lead_hours": _lead(said),
        "why": list(said.why), "linear": {"hours": _hours(straight), "told": straight <= HORIZON},
    }  # fmt: skip


def _lead(said: Forecast) -> dict[str, float | None]:
    return {"p10": _hours(said.lead.early), "p50": _hours(said.lead.likely), "p90": _hours(said.lead.late)}


def _hours(seconds: float) -> float | None:
    return None if math.isinf(seconds) else round(seconds / 3600, 1)


def _tested(found: Backtest) -> dict[str, Any]:
    return {
        name: {
            "told": marks.told, "right": marks.right, "due": marks.due, "precision": round(marks.precision, 3),
            "recall": round(marks.recall, 3), "lead_hours": round(marks.lead / 3600, 1),
        }
        for name, marks in (("ours", found.ours), ("linear", found.plain))
    } | {
        "reliability": [
            {"said": round(one.said, 3), "came": round(one.came, 3), "moments": one.count} for one in found.reliability
        ]
    }  # fmt: skip


def _word(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
