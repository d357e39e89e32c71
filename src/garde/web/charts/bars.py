"""Bar: one number beside the largest of its column.

Question: which of these is large?
Reference: reference of the pages §3.3 (charts: title, one sentence, classes and presentation attributes only). The
number itself stands beside the bar, so the bar is for the eye only and is not read aloud.

Example:
    >>> str(bar(5, 10)).count('width="30"')
    1
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

WIDTH: Final = 60
HEIGHT: Final = 8


def bar(value: int, top: int) -> Markup:
    """A bar as long as the value's part of the largest; anything above 0 shows at least a hair.

    Args:
        value: the number.
        top: the largest number of the column.
    """
    long = min(WIDTH, max(1, round(value / top * WIDTH))) if value > 0 and top > 0 else 0
    return Markup(
        '<svg class="bar-chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
        '<rect class="ground" width="{width}" height="{height}"/><rect width="{long}" height="{height}"/></svg>'
    ).format(width=WIDTH, height=HEIGHT, long=long)
