"""Week: seven days in hours, a square each, darker where there is more.

Question: at which hours is it busy, and when is it calm?
Reference: reference of the pages §3.3 (charts: title, one sentence, classes and presentation attributes only) and 7.3
(the activity strip). Five levels, each four times the one before, so that a quiet hour differs from a silent one.

Example:
    >>> level(0, 800), level(1, 800), level(800, 800)
    (0, 1, 4)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

DAYS: Final = 7
HOURS: Final = 24
#: Side of a square, and of the step from one to the next.
SIDE: Final = 11
STEP: Final = 13
#: Room for the names of the days, and for the hours above.
LEFT: Final = 42
ABOVE: Final = 14


def level(value: int, top: int) -> int:
    """0 for nothing, 4 for the most, one less for each quarter."""
    if value <= 0:
        return 0
    for step in (4, 3, 2):
        if value * 4 ** (4 - step) * 4 > top:
            return step
    return 1


def week(values: Sequence[int], days: Sequence[str], title: str, sentence: str) -> Markup:
    """The squares of seven days.

    Args:
        values: one for each hour, oldest first; 7 × 24 of them.
        days: the names of the days, oldest first.
        title: what is drawn.
        sentence: what it shows, for who does not see it.
    """
    top = max(values, default=0)
    marks = [
        Markup('<text x="{}" y="{}">{}</text>').format(LEFT + hour * STEP, ABOVE - 4, hour)
        for hour in range(0, HOURS, 6)
    ]
    for row, day in enumerate(days[:DAYS]):
        down = ABOVE + row * STEP
        marks.append(Markup('<text x="0" y="{}">{}</text>').format(down + SIDE - 2, day))
        marks += [
            Markup('<rect class="l{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>').format(
                level(value, top), LEFT + hour * STEP, down, SIDE, SIDE
            )
            for hour, value in enumerate(values[row * HOURS : (row + 1) * HOURS])
        ]
    return Markup(
        '<svg class="week" viewBox="0 0 {width} {height}" role="img"><title>{title}</title><desc>{sentence}</desc>'
        "{marks}</svg>"
    ).format(
        width=LEFT + HOURS * STEP,
        height=ABOVE + DAYS * STEP,
        title=title,
        sentence=sentence,
        marks=Markup("").join(marks),
    )
