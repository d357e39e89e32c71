"""Zone map: zones at fixed places, and what flows between them.

Question: where does traffic cross, and where does it cross that should not?
Reference: reference of the pages §3.3 (charts), 7.4 (fixed positions: rows are levels, columns are sites) and §8 (at
most 60 zones and 2,000 marks: above a few hundred a map answers no question); IEC 62443-3-2 (zone, conduit). What is
within the rules is one thin path for all of it; what is not has a dashed line and a shape of its own. Left out: any
layout that moves, and devices one by one.

Example:
    >>> from garde.web.language import Language
    >>> zones = (Zone("rea", "Réanimation", 0, 0, 412), Zone("net", "Internet", 1, 0, 0))
    >>> flows = (Flow("rea", "net", 14, "critical"),)
    >>> zone_map(ZoneMap("Zones", ("care", "outside"), ("Site A",), zones, flows), Language("en")).sentence
    'Flows outside the rules: 1 of 1; gravest: Réanimation → Internet (critical).'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.web.charts.ink import SEVERITIES, place
from garde.web.charts.lettering import LETTER, Number, amount, brief, clip, column, letters
from garde.web.charts.marks import LINE, Mark, inside_site, keys, linked, path, rect, severity, sign, text
from garde.web.charts.picture import Anchor, Chart, Table, chart, crowded, empty, table
from garde.web.language import Language

MOST_ZONES: Final = 60
#: A zone, the room around it, and the head of the columns.
WIDE: Final = 136
HIGH: Final = 38
ACROSS: Final = 44
DOWN: Final = 14
PAD: Final = 20
ABOVE: Final = 24
LABEL: Final = 19
LEVEL: Final = 14
#: Half the distance between two directions.
APART: Final = 5
#: How far along a line its sign may lie, best first (off the middle, where lines cross), and the room of a sign.
SPOTS: Final = (0.35, 0.22, 0.65, 0.5, 0.78, 0.12, 0.88)
CLEAR: Final = 14
#: From this part of the largest amount on, a line is thick.
THICK: Final = 0.25
ARROW: Final = 5


Point = tuple[float, float]


class Zone(msgspec.Struct, frozen=True):
    """A zone.

    Attributes:
        id: its name in flows.
        label: what people call it.
        level: number of its row.
        site: number of its column.
        devices: how many are in it; None where that is not known.
        severity: the gravest of what is known of it, one of ``ink.SEVERITIES``.
        link: where it leads, in this site.
    """

    id: str
    label: str
    level: int
    site: int
    devices: Number
    severity: str = ""
    link: str = ""


class Flow(msgspec.Struct, frozen=True):
    """What flows from a zone to another.

    Attributes:
        source: id of the zone it comes from.
        target: id of the zone it goes to.
        amount: how much, in one unit for the whole map.
        severity: how grave; empty when it is within the rules.
        link: where it leads, in this site.
    """

    source: str
    target: str
    amount: Number
    severity: str = ""
    link: str = ""


class ZoneMap(msgspec.Struct, frozen=True):
    """What ``zone_map`` draws: levels from top to bottom, sites from left to right, zones in them, flows between them.

    The sentence is made from the flows when empty.
    """

    title: str
    levels: tuple[str, ...]
    sites: tuple[str, ...]
    zones: tuple[Zone, ...]
    flows: tuple[Flow, ...] = ()
    sentence: str = ""


def zone_map(data: ZoneMap, t: Language) -> Chart:
    """The map.

    Raises:
        Malformed: a number that is below zero or does not end, a zone twice or outside the rows and columns, a flow of
            an unknown zone, an unknown severity.
        Refused: more than ``MOST_ZONES`` zones, 2,000 flows and zones, or 2,000 marks (a flow outside the rules has
            four); a link that leaves the site.
    """
    if not data.zones:
        return empty(t, data.title)
    crowded(len(data.zones), MOST_ZONES)
    crowded(len(data.zones) + len(data.flows))
    _checked(data)
    left = column(data.levels, LEVEL)
    tops, below = _rows(data)
    boxes = _boxes(data, left, tops)
    marks = [*_ground(data, left, tops, below), *_flows(data, boxes)]
    for zone in data.zones:
        marks += linked(zone.link, *_zone(zone, *boxes[zone.id], t))
    under, wide, high = _legend(data, below, t)
    size = (max(wide, left + len(data.sites) * (WIDE + ACROSS)), high)
    return chart(t, data.title, data.sentence or _sentence(data, t), size, [*marks, *under], _tables(data, t))


def _checked(data: ZoneMap) -> None:
    """Refuse what cannot be placed."""
    known: set[str] = set()
    for zone in data.zones:
        if zone.id in known or not (0 <= zone.level < len(data.levels) and 0 <= zone.site < len(data.sites)):
            raise Malformed("chart.cell", "A cell lies outside its matrix, or is given twice", where=zone.label)
        known.add(zone.id)
        severity(zone.severity)
        amount(zone.devices, zone.label)
    for flow in data.flows:
        if flow.source not in known or flow.target not in known:
            raise Malformed("chart.flow", "A flow needs two zones of its map", where=f"{flow.source} → {flow.target}")
        severity(flow.severity)
        amount(flow.amount, f"{flow.source} → {flow.target}")


def _rows(data: ZoneMap) -> tuple[list[int], int]:
    """Where each row begins, and where the last one ends: a row is as high as its fullest place."""
    tops, y = [], ABOVE
    for level in range(len(data.levels)):
        here = [zone.site for zone in data.zones if zone.level == level]
        tops.append(y)
        y += PAD * 2 + max(1, max((here.count(site) for site in here), default=0)) * (HIGH + DOWN) - DOWN
    return tops, y


def _boxes(data: ZoneMap, left: float, tops: list[int]) -> dict[str, Point]:
    """The upper left corner of each zone."""
    held: dict[tuple[int, int], int] = {}
    boxes: dict[str, Point] = {}
    for zone in data.zones:
        at = (zone.level, zone.site)
        step = held.get(at, 0)
        held[at] = step + 1
        x = left + zone.site * (WIDE + ACROSS) + ACROSS / 2
        boxes[zone.id] = (x, tops[zone.level] + PAD + step * (HIGH + DOWN))
    return boxes


def _ground(data: ZoneMap, left: float, tops: list[int], below: int) -> list[Mark]:
    """Lines between the levels, and the words of levels and sites."""
    right = left + len(data.sites) * (WIDE + ACROSS)
    marks = [path("".join([f"M0 {y}H{right:.0f}" for y in (*tops, below)]), "hair run")]
    for y, label in zip(tops, data.levels, strict=True):
        marks.append(text(0, y + PAD + HIGH / 2 + 4, label, "muted", most=LEVEL))
    for number, site in enumerate(data.sites):
        x = left + number * (WIDE + ACROSS) + (WIDE + ACROSS) / 2
        marks.append(text(x, ABOVE - 8, site, "muted", "middle", most=LABEL))
    return marks


def _flows(data: ZoneMap, boxes: dict[str, Point]) -> list[Mark]:
    """Those within the rules as one path of each width, under the others, each with its shape."""
    names = {zone.id: zone.label for zone in data.zones}
    top = max((flow.amount or 0 for flow in data.flows), default=0)
    common = {"muted run": "", "muted run thick": "", "muted": ""}
    marks: list[Mark] = []
    taken: set[Point] = set()
    for flow in data.flows:
        if flow.source == flow.target:
            continue
        line, head, spots = _curve(boxes[flow.source], boxes[flow.target])
        thick = " thick" if top and (flow.amount or 0) >= top * THICK else ""
        if not flow.severity:
            common[f"muted run{thick}"] += line
            common["muted"] += head
            continue
        token = flow.severity if flow.severity != "unknown" else "muted"
        x, y = _spot(spots, boxes.values(), taken)
        said = f"{names[flow.source]} → {names[flow.target]}"
        one = (
            path(line, f"{token} run dash{thick}", "" if flow.link else said),
            path(head, token),
            rect(x - 7, y - 7, 14, 14, "surface"),
            sign(flow.severity, x, y),
        )
        marks += linked(flow.link, *one, name=said)
    return [*(path(outline, ink) for ink, outline in common.items() if outline), *marks]


def _curve(source: Point, target: Point) -> tuple[str, str, list[Point]]:
    """A line from the side of a zone to the side of another, its arrow head, and where its sign may lie.

    It leaves and arrives in the gap between columns, so that no zone of its own column hides it: towards the other
    column, or within a column down on the right and up on the left.
    """
    (x1, y1), (x2, y2) = source, target
    if x1 == x2:
        leave = arrive = 1 if y2 > y1 else -1
        reach = ACROSS * 0.6
    else:
        leave = 1 if x2 > x1 else -1
        arrive = -leave
        reach = (abs(x2 - x1) - WIDE) / 2
    # The two directions between two zones lie a little apart.
    y1, y2 = y1 + HIGH / 2 - leave * APART, y2 + HIGH / 2 + arrive * APART
    x1, x2 = x1 + WIDE / 2 + leave * WIDE / 2, x2 + WIDE / 2 + arrive * WIDE / 2
    a, b = x1 + leave * reach, x2 + arrive * reach
    at = [place(one) for one in (x1, y1, a, y1, b, y2, x2 + arrive * ARROW, y2)]
    line = f"M{at[0]} {at[1]}C{' '.join(at[2:])}"
    head = f"M{place(x2)} {at[7]}l{place(arrive * ARROW * 2)}-{ARROW}v{ARROW * 2}z"
    spots = []
    for t in SPOTS:
        first, second, third, fourth = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        spots.append((first * x1 + second * a + third * b + fourth * x2, (first + second) * y1 + (third + fourth) * y2))
    return line, head, spots


def _spot(spots: Sequence[Point], boxes: Iterable[Point], taken: set[Point]) -> Point:
    """The first place for a sign that no zone hides and no other sign has; the first of all when there is none."""
    for x, y in spots:
        square = (x // CLEAR, y // CLEAR)
        hidden = any(left - 7 < x < left + WIDE + 7 and top - 7 < y < top + HIGH + 7 for left, top in boxes)
        if square not in taken and not hidden:
            taken.add(square)
            return x, y
    return spots[0]


def _zone(zone: Zone, x: float, y: float, t: Language) -> list[Mark]:
    """A box with the words of a zone, the shape of its severity and how many devices it has."""
    words = f"{brief(zone.devices, t)} {t('devices')}" if zone.devices is not None else t("unknown")
    marks = [
        rect(x, y, WIDE, HIGH, "plate"),
        text(x + 6, y + 15, zone.label, "strong", most=LABEL),
        text(x + (22 if zone.severity else 6), y + 30, words, "muted"),
    ]
    return [*marks, sign(zone.severity, x + 12, y + 26)] if zone.severity else marks


def _legend(data: ZoneMap, below: int, t: Language) -> tuple[list[Mark], float, float]:
    """What lines and shapes mean."""
    marks: list[Mark] = []
    y, wide = below + 4.0, 0.0
    if data.flows:
        within, outside = t("within the rules"), t("outside the rules")
        x = 34 + letters(within) * LETTER + 16
        wide = x + 34 + letters(outside) * LETTER
        marks = [
            path(f"M0 {place(y + 10)}h28", "muted run"),
            text(34, y + 14, within, "muted"),
            path(f"M{place(x)} {place(y + 10)}h28", "muted run dash"),
            text(x + 34, y + 14, outside, "muted"),
        ]
        y += LINE
    used = {*(zone.severity for zone in data.zones), *(flow.severity for flow in data.flows)}
    signs, right, high = keys(t, used, y)
    return [*marks, *signs], max(wide, right), high


def _tables(data: ZoneMap, t: Language) -> list[Table]:
    """The zones, and the flows between them."""
    names = {zone.id: zone.label for zone in data.zones}
    zones = [
        (
            Anchor(zone.label, inside_site(zone.link)),
            data.levels[zone.level],
            data.sites[zone.site],
            zone.devices,
            t(zone.severity or "normal"),
        )
        for zone in data.zones
    ]
    flows = [
        (
            Anchor(names[flow.source], inside_site(flow.link)),
            names[flow.target],
            flow.amount,
            t(flow.severity or "within the rules"),
        )
        for flow in data.flows
    ]
    head = (t("Zone"), t("Level"), t("Site"), t("Devices"), t("Severity"))
    tables = [table(t, data.title, head, zones)]
    if flows:
        tables.append(table(t, t("Flows"), (t("From"), t("To"), t("Amount"), t("Severity")), flows))
    return tables


def _sentence(data: ZoneMap, t: Language) -> str:
    """How much is outside the rules, and the gravest of it."""
    if not data.flows:
        return t("Zones: {n}; no flow between them.", n=len(data.zones))
    names = {zone.id: zone.label for zone in data.zones}
    outside = [flow for flow in data.flows if flow.severity]
    if not outside:
        return t("Flows outside the rules: none of {whole}.", whole=len(data.flows))
    worst = min(outside, key=lambda flow: (SEVERITIES.index(flow.severity), -(flow.amount or 0)))
    return t(
        "Flows outside the rules: {n} of {whole}; gravest: {label} ({severity}).",
        n=len(outside),
        whole=len(data.flows),
        label=f"{clip(names[worst.source], 40)} → {clip(names[worst.target], 40)}",
        severity=t(worst.severity),
    )
