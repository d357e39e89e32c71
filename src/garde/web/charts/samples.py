"""Samples: one of each chart, with every state it can show.

Question: how does each chart look, in the style guide and in the golden files of the tests?
Reference: reference of the pages §3.3 (the charts) and §4 (a living style guide). The figures are invented. Left out:
links that lead anywhere else than to the list.

Example:
    >>> [name for name, _ in samples(Language("en"))][:3]
    ['bars', 'curve', 'stacked']
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from garde.web.charts.bars import Bar, Bars, bars
from garde.web.charts.curve import Curve, Line, curve
from garde.web.charts.heat import Heat, heat
from garde.web.charts.matrix import Cell, Matrix, matrix
from garde.web.charts.picture import Chart
from garde.web.charts.sparkline import Sparkline, sparkline
from garde.web.charts.stacked import Part, Stack, Stacked, stacked
from garde.web.charts.strip import Strip, strip
from garde.web.charts.timeline import Lane, Span, Timeline, timeline
from garde.web.charts.tree import Node, Tree, tree
from garde.web.charts.zone_map import Flow, Zone, ZoneMap, zone_map
from garde.web.language import Language

HOUR: Final = 3_600_000_000_000
#: Midnight of the day that is drawn.
NIGHT: Final = 1_780_012_800_000_000_000


def samples(t: Language) -> tuple[tuple[str, Chart], ...]:
    """The name of each chart and one drawn, in the order of the style guide."""
    return tuple((name, draw(t)) for name, draw in SAMPLES.items())


def _bars(t: Language) -> Chart:
    rows = (
        Bar("Réanimation A", 412, "critical", "/devices"),
        Bar("Imagerie", 96, "high", "/devices"),
        Bar("Laboratoire", 31, "medium", "/devices"),
        Bar("Bloc opératoire", 12, "low", "/devices"),
        Bar("Pharmacie", 4, "ok", "/devices"),
        Bar("Maternité", 0, "", "/devices"),
        Bar("\u202eegatnarb", None, "unknown", "/devices"),
    )
    return bars(Bars(t("Devices by ward"), rows, (t("Ward"), t("Devices"))), t)


def _curve(t: Language) -> Chart:
    without = tuple((at * 100_000.0, round(100 * 0.8**at, 2)) for at in range(12))
    with_it = tuple((at * 100_000.0, round(60 * 0.5**at, 2)) for at in range(8))
    lines = (Line(t("Without the measure"), without), Line(t("With the measure"), with_it))
    return curve(Curve(t("Chance that a year costs more"), lines, (t("Euros in a year"), t("Chance, %"))), t)


def _stacked(t: Language) -> Chart:
    parts = (
        Part(t("done"), "ok"),
        Part(t("allowed"), "low"),
        Part(t("waiting"), "unknown"),
        Part(t("rolled back"), "medium"),
        Part(t("failed"), "critical"),
    )
    rows = (
        Stack(t("Wave {n}", n=1), (4, 0, 0, 0, 0)),
        Stack(t("Wave {n}", n=2), (19, 0, 4, 0, 1)),
        Stack(t("Wave {n}", n=3), (8, 40, 62, 6, 2)),
    )
    return stacked(Stacked(t("Campaign by wave"), parts, rows, head=t("Wave")), t)


def _sparkline(t: Language) -> Chart:
    values = (1800, 2100, 5200, 8900, 9100, 8700, None, 8300, 4100, 2300, 1900, 12400)
    labels = tuple(f"{hour:02}:00" for hour in range(0, 24, 2))
    title = t("HL7 messages, every two hours")
    return sparkline(Sparkline(title, values, 1500, 9500, labels, (t("Hour"), t("Messages"))), t)


def _strip(t: Language) -> Chart:
    states = ("ok",) * 22 + ("unknown", "paused", "paused", "ok", "ok", "warn", "warn", "crit", "crit", "crit")
    return strip(Strip(t("Last checks of the central of {ward}", ward="Réa B"), states), t)


def _matrix(t: Language) -> Chart:
    zones = ("Réanimation", "Imagerie", "Laboratoire", "Internet")
    cells = (
        Cell(0, 1, 3, "", "/devices"),
        Cell(0, 3, 1, "critical", "/devices"),
        Cell(1, 2, 14, "medium", "/devices"),
        Cell(2, 0, None, "unknown", "/devices"),
        Cell(2, 3, 2, "high", "/devices"),
        Cell(3, 1, 9, "low", "/devices"),
        Cell(3, 2, 0, "ok", "/devices"),
    )
    return matrix(Matrix(t("Flows between zones"), zones, zones, cells, t("from, to"), same=True), t)


def _heat(t: Language) -> Chart:
    days = tuple(f"{day:02}/03" for day in range(9, 16))
    hours = tuple(f"{hour:02}" for hour in range(24))
    values = tuple(
        tuple(None if day == 3 and hour == 4 else (hour > 6) * (hour * 7919 * (day + 3) % 997) for hour in range(24))
        for day in range(7)
    )
    return heat(Heat(t("Flows by day and hour"), days, hours, values, every=6), t)


def _zone_map(t: Language) -> Chart:
    zones = (
        Zone("rea", "Réanimation", 0, 0, 412, "critical", "/devices"),
        Zone("imaging", "Imagerie", 0, 1, 96, "", "/devices"),
        Zone("lab", "Laboratoire", 0, 0, 31, "", "/devices"),
        Zone("ehr", "DPI", 1, 0, 8, "", "/devices"),
        Zone("office", "Bureautique", 1, 1, None, "unknown", "/devices"),
        Zone("net", "Internet", 2, 1, 0, "", "/devices"),
    )
    flows = (
        Flow("rea", "ehr", 9800),
        Flow("lab", "ehr", 1912),
        Flow("imaging", "ehr", 318),
        Flow("office", "imaging", 9, "high", "/devices"),
        Flow("rea", "net", 1, "critical", "/devices"),
        Flow("office", "net", 40_000),
    )
    levels = (t("care"), t("servers"), t("outside"))
    return zone_map(ZoneMap(t("Zones and flows"), levels, ("Site Nord", "Site Sud"), zones, flows), t)


def _tree(t: Language) -> Chart:
    late = Node(f"Centrale Réa B, {t('late')}", t("symptom"), "high", "/devices", (Node("Pompe lit 9", t("symptom")),))
    switch = Node("ETAGE-3B", t("cause"), "critical", "/devices", (late, Node("Borne 3B-7", t("symptom"), "medium")))
    other = Node("Archive PACS", "91 %", "low", "/devices")
    return tree(Tree(t("Causes and symptoms"), (switch, other), (t("Service"), t("Note"))), t)


def _timeline(t: Language) -> Chart:
    lanes = (
        Lane("ETAGE-3B", (Span(NIGHT + 3 * HOUR, NIGHT + 5 * HOUR, t("outage"), "critical", "/devices"),)),
        Lane(
            "Centrale Réa B",
            (
                Span(NIGHT + 3 * HOUR + HOUR // 10, NIGHT + 3 * HOUR + HOUR // 10, t("warned"), "high"),
                Span(NIGHT + 3 * HOUR, NIGHT + 6 * HOUR, t("late"), "medium", "/devices"),
            ),
        ),
        Lane("P-40", (Span(NIGHT - 2 * HOUR, NIGHT + 2 * HOUR, t("calm hours")), Span(NIGHT + HOUR, NIGHT + HOUR))),
    )
    return timeline(Timeline(t("The night"), NIGHT, NIGHT + 8 * HOUR, lanes, now=NIGHT + 7 * HOUR), t)


SAMPLES: Final[dict[str, Callable[[Language], Chart]]] = {
    "bars": _bars,
    "curve": _curve,
    "stacked": _stacked,
    "sparkline": _sparkline,
    "strip": _strip,
    "matrix": _matrix,
    "heat": _heat,
    "zone_map": _zone_map,
    "tree": _tree,
    "timeline": _timeline,
}
