"""Sparkline: a series in the space of a word, beside what is usual.

Question: is the last number like those before it?
Reference: reference of the pages §3.3 (charts) and 7.1 (24 hours and the usual range). With room, the same picture is a
histogram (7.8: what expires by week). Left out: axes and zooming, which the time series of the supervision page has.

Example:
    >>> from garde.web.language import Language
    >>> day = Sparkline("HL7 messages an hour", (4, 5, 9, 3, 12), low=2, high=10)
    >>> sparkline(day, Language("en")).sentence
    'Last: 12, above the usual 2 to 10.'
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.errors import Malformed
from garde.web.charts.bars import stretch
from garde.web.charts.lettering import LETTER, Number, amount, brief, exact, letters
from garde.web.charts.marks import LINE, Mark, path, text
from garde.web.charts.picture import Chart, chart, crowded, empty, table
from garde.web.language import Language

#: From this height on, the picture has room for its largest number and for its first and last label.
TALL: Final = 40
#: A year of days is the longest series that a column each can show.
MOST_VALUES: Final = 400


class Sparkline(msgspec.Struct, frozen=True):
    """What ``sparkline`` draws.

    Attributes:
        title: what is shown.
        values: oldest first, in equal steps; None where nothing was measured.
        low: the least that is usual; None when what is usual is not known.
        high: the most that is usual.
        labels: when each was, for the table; numbered when empty.
        head: over the labels and over the numbers of the table.
        sentence: the conclusion; made from the numbers when empty.
        width: of the picture.
        height: of the columns; from ``TALL`` on, the largest number and the first and last label stand beside them.
    """

    title: str
    values: tuple[Number, ...]
    low: Number = None
    high: Number = None
    labels: tuple[str, ...] = ()
    head: tuple[str, str] = ("", "")
    sentence: str = ""
    width: int = 120
    height: int = 24


def sparkline(data: Sparkline, t: Language) -> Chart:
    """A column for each number; the last is dark, and dashes bound what is usual.

    Raises:
        Malformed: a number that is below zero or does not end, labels for other values.
        Refused: more than ``MOST_VALUES`` values.
    """
    if not data.values:
        return empty(t, data.title)
    crowded(len(data.values), MOST_VALUES)
    if data.labels and len(data.labels) != len(data.values):
        raise Malformed("chart.labels", "Each number of a series needs one label, or none has one", where=data.title)
    values = [amount(value, data.title) for value in data.values]
    low, high = amount(data.low, data.title), amount(data.high, data.title)
    top = max((value for value in (*values, high) if value is not None), default=0)
    head = (data.head[0] or t("Step"), data.head[1] or t("Number"))
    rows = list(zip(data.labels or [str(number + 1) for number in range(len(values))], values, strict=True))
    sentence = data.sentence or _sentence(values, low, high, t)
    marks = [*_columns(data, values, top), *_usual(data, low, high, top)]
    size = (data.width, data.height)
    if data.height >= TALL:
        said = brief(top, t)
        marks += [text(data.width + 6, 10, said, "muted"), *_ends(data)]
        size = (data.width + 6 + round(letters(said) * LETTER), data.height + (LINE if data.labels else 0))
    return chart(t, data.title, sentence, size, marks, [table(t, data.title, head, rows)])


def _columns(data: Sparkline, values: list[Number], top: int | float) -> list[Mark]:
    """All columns but the last as one path, the last as another, and a hair where nothing was measured."""
    step = data.width / len(values)
    wide = max(1, round(step * 0.75))
    parts = {"low": "", "text": "", "muted": ""}
    for number, value in enumerate(values):
        x = round(number * step)
        if value is None:
            parts["muted"] += f"M{x} {data.height - 1}h{wide}v1h-{wide}z"
        elif long := stretch(value, top, data.height):
            parts["low" if number + 1 < len(values) else "text"] += f"M{x} {data.height}v-{long}h{wide}v{long}z"
    return [path(d, ink) for ink, d in parts.items() if d]


def _ends(data: Sparkline) -> list[Mark]:
    """The first and the last label, under their columns."""
    if not data.labels:
        return []
    most, y = max(1, int(data.width / 2 / LETTER) - 1), data.height + 14
    return [text(0, y, data.labels[0], "muted", most=most), text(data.width, y, data.labels[-1], "muted", "end", most)]


def _usual(data: Sparkline, low: Number, high: Number, top: int | float) -> list[Mark]:
    """Dashes at the least and the most that is usual."""
    lines = [data.height - stretch(value, top, data.height - 1) - 0.5 for value in (low, high) if value is not None]
    return [path("".join([f"M0 {y}H{data.width}" for y in lines]), "muted run dash")] if lines else []


def _sentence(values: list[Number], low: Number, high: Number, t: Language) -> str:
    """The last, against what is usual, or else against the others."""
    known = [value for value in values if value is not None]
    last = values[-1]
    if last is None or not known:
        return t("Last: not measured.")
    said = exact(last, t)
    if low is None or high is None:
        return t("Last: {last}; from {low} to {high}.", last=said, low=exact(min(known), t), high=exact(max(known), t))
    usual = {"last": said, "low": exact(low, t), "high": exact(high, t)}
    if last > high:
        return t("Last: {last}, above the usual {low} to {high}.", **usual)
    if last < low:
        return t("Last: {last}, below the usual {low} to {high}.", **usual)
    return t("Last: {last}, within the usual {low} to {high}.", **usual)
