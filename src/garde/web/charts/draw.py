"""Draw: the chart of a record, whichever it is.

Question: a page holds numbers to be shown; which picture is theirs?
Reference: reference of the pages §3.2 (a page is one frozen record that its JSON shares) and §3.3 (the charts). The
record stays in the page's record, so that its numbers are in ``.json`` too, and the template draws it:
``{{ draw(page.wards, t) }}``. Left out: the bar beside a number and the week, which are no charts of their own.

Example:
    >>> from garde.web.charts.bars import Bar
    >>> draw(Bars("Devices by ward", (Bar("Réa A", 12),)), Language("fr")).sentence
    'Réa A en a le plus\\xa0: 12 sur 12.'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from garde.web.charts.bars import Bars, bars
from garde.web.charts.curve import Curve, curve
from garde.web.charts.heat import Heat, heat
from garde.web.charts.matrix import Matrix, matrix
from garde.web.charts.picture import Chart
from garde.web.charts.sparkline import Sparkline, sparkline
from garde.web.charts.stacked import Stacked, stacked
from garde.web.charts.strip import Strip, strip
from garde.web.charts.timeline import Timeline, timeline
from garde.web.charts.tree import Tree, tree
from garde.web.charts.zone_map import ZoneMap, zone_map
from garde.web.language import Language

#: A row for each chart: its record, and the function that draws it.
CHARTS: Final[Mapping[type[msgspec.Struct], Callable[[Any, Language], Chart]]] = {
    Bars: bars,
    Curve: curve,
    Stacked: stacked,
    Sparkline: sparkline,
    Strip: strip,
    Matrix: matrix,
    Heat: heat,
    ZoneMap: zone_map,
    Tree: tree,
    Timeline: timeline,
}


def draw(data: msgspec.Struct, t: Language) -> Chart:
    """The chart of a record, in the reader's language.

    Raises:
        Malformed: numbers that cannot be drawn.
        Refused: more than can be read, a link that leaves the site.
        KeyError: a record of no chart, which is a programming mistake.
    """
    return CHARTS[type(data)](data, t)
