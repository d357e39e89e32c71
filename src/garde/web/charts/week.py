"""Week: seven days in hours, a square each, larger where there is more.

Question: at which hours is it busy, and when is it calm?
Reference: reference of the pages §3.3 (charts: title, one sentence, classes and presentation attributes only) and 7.3
(the activity strip). The picture is that of ``heat``; the numbers stand in the page's own table, in octets.

Example:
    >>> str(week([0] * 167 + [5], ["09/03"] * 7, "Octets per hour", "Busy once.")).count("<path")
    2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from garde.web.charts.heat import grid
from garde.web.charts.picture import framed

DAYS: Final = 7
HOURS: Final = 24
#: Room for the names of the days.
LEFT: Final = 44


def week(values: Sequence[int], days: Sequence[str], title: str, sentence: str) -> Markup:
    """The squares of seven days.

    Args:
        values: one for each hour, oldest first; 7 × 24 of them.
        days: the names of the days, oldest first.
        title: what is drawn.
        sentence: what it shows, for who does not see it.

    Raises:
        Malformed: a number below zero.
    """
    rows = [values[day * HOURS : (day + 1) * HOURS] for day in range(min(DAYS, len(days)))]
    heads = [(hour, str(hour)) for hour in range(0, HOURS, 6)]
    marks, size = grid(days[:DAYS], heads, rows, LEFT)
    return framed(title, sentence, size, marks).svg
