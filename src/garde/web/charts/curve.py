"""Curve: one or two lines that fall or rise over a quantity.

Question: how likely is more than this, and how much less likely with the measure than without it?
Reference: reference of the pages §3.3 (charts) and §5 (told apart without colour: the second line is dashed). Both axes
begin at zero. Left out: times, which ``sparkline`` and ``timeline`` draw; smoothing, which would invent points.

Example:
    >>> from garde.web.language import Language
    >>> losses = Curve("Loss", (Line("without", ((0, 1.0), (10, 0.0))),), ("euros", "chance"))
    >>> curve(losses, Language("en")).sentence
    'without: from 1 to 0.'
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.errors import Malformed
from garde.web.charts.lettering import Number, amount, brief, clip, exact
from garde.web.charts.marks import Mark, path, text
from garde.web.charts.picture import Chart, Table, chart, crowded, empty, table
from garde.web.language import Language

WIDE: Final = 420
HIGH: Final = 160
LEFT: Final = 56
ABOVE: Final = 10
#: Marks on each axis.
TICKS: Final = 4
MOST_POINTS: Final = 200
MOST_LINES: Final = 2
INKS: Final = ("text run", "link run dash")


class Line(msgspec.Struct, frozen=True):
    """A line: what it is, and its points as quantity and height, the quantity rising."""

    label: str
    points: tuple[tuple[float, float], ...]


class Curve(msgspec.Struct, frozen=True):
    """What ``curve`` draws.

    Attributes:
        title: what is shown.
        lines: at most ``MOST_LINES``; the second one is dashed.
        head: what the quantity and the height are.
        sentence: the conclusion; made from the ends when empty.
    """

    title: str
    lines: tuple[Line, ...]
    head: tuple[str, str]
    sentence: str = ""


def curve(data: Curve, t: Language) -> Chart:
    """Lines over two axes.

    Raises:
        Malformed: a number that is below zero or does not end, or points whose quantity falls.
        Refused: more lines or points than can be read.
    """
    if not any(line.points for line in data.lines):
        return empty(t, data.title)
    crowded(len(data.lines), MOST_LINES)
    for line in data.lines:
        crowded(len(line.points), MOST_POINTS)
        for at, height in line.points:
            if amount(at, line.label) is None or amount(height, line.label) is None:
                raise Malformed("chart.number", "A point was not measured", where=line.label)
        if any(one[0] > other[0] for one, other in zip(line.points, line.points[1:], strict=False)):
            raise Malformed("chart.curve", "The points of a line do not rise", where=line.label)
    right = max(at for line in data.lines for at, _ in line.points) or 1.0
    top = max(height for line in data.lines for _, height in line.points) or 1.0
    marks = _axes(data, right, top, t)
    below = ABOVE + HIGH + 40
    for number, line in enumerate(data.lines):
        drawn = "L".join(
            f"{LEFT + at / right * WIDE:.1f} {ABOVE + HIGH - height / top * HIGH:.1f}" for at, height in line.points
        )
        marks.append(path(f"M{drawn}", INKS[number]))
        y = below + number * 20
        marks += [path(f"M{LEFT} {y}h30", INKS[number]), text(LEFT + 38, y + 4, line.label, most=44)]
    size = (LEFT + WIDE + 30, below + len(data.lines) * 20)
    return chart(t, data.title, data.sentence or _sentence(data, t), size, marks, _tables(data, t))


def _axes(data: Curve, right: float, top: float, t: Language) -> list[Mark]:
    """Two axes with their marks and what they measure."""
    base = ABOVE + HIGH
    marks = [path(f"M{LEFT} {ABOVE}V{base}H{LEFT + WIDE}", "line run")]
    for number in range(TICKS + 1):
        share = number / TICKS
        x, y = LEFT + share * WIDE, base - share * HIGH
        marks.append(text(x, base + 14, brief(_tidy(share * right), t), "muted", "middle"))
        marks.append(text(LEFT - 6, y + 4, brief(_tidy(share * top), t), "muted", "end"))
    marks.append(text(LEFT + WIDE, base + 28, data.head[0], "muted", "end", 40))
    return marks


def _tidy(value: float) -> Number:
    """A mark of an axis, whole where it is large."""
    return round(value) if value >= 10 else value


def _tables(data: Curve, t: Language) -> list[Table]:
    return [
        table(t, f"{data.title}: {line.label}", data.head, [(exact(at, t), height) for at, height in line.points])
        for line in data.lines
        if line.points
    ]


def _sentence(data: Curve, t: Language) -> str:
    """Where each line begins and ends."""
    said = [
        t(
            "{label}: from {first} to {last}.",
            label=clip(line.label, 40),
            first=exact(line.points[0][1], t),
            last=exact(line.points[-1][1], t),
        )
        for line in data.lines
        if line.points
    ]
    return " ".join(said)
