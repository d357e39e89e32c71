"""Sparkline: one series as small bars.

Question: when is it busy, and when is it calm?
Reference: reference of the pages §3.3 (charts: title, one sentence, classes and presentation attributes only).

Example:
    >>> "<title>Octets</title>" in sparkline([1, 2], "Octets", "Rising.")
    True
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

HEIGHT: Final = 24
STEP: Final = 3


def sparkline(values: Sequence[int], title: str, sentence: str) -> Markup:
    """Bars of 2 units in steps of 3, scaled to the largest; a value of 0 leaves a gap.

    Args:
        values: the series, oldest first.
        title: what is drawn.
        sentence: what it shows, for who does not see it.
    """
    top = max(values, default=0) or 1
    bars = [
        Markup('<rect x="{}" y="{}" width="2" height="{}"/>').format(place * STEP, HEIGHT - high, high)
        for place, value in enumerate(values)
        if (high := max(1, round(value / top * HEIGHT)) if value else 0)
    ]
    width = max(len(values), 1) * STEP
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        'preserveAspectRatio="none"><title>{title}</title><desc>{sentence}</desc>{bars}</svg>'
    ).format(width=width, height=HEIGHT, title=title, sentence=sentence, bars=Markup("").join(bars))
