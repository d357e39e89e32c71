"""Stacked: each row split into the same parts.

Question: of each of these, how much is done, and how much is left?
Reference: reference of the pages §3.3 (charts), §4 (wave bar; hatching), 7.7 (waves of a campaign) and 7.11 (proved,
declared, missing). Left out: parts that are not counts.

Example:
    >>> from garde.web.language import Language
    >>> wave = Stacked("Wave 2", (Part("done", "ok"), Part("failed", "critical")), (Stack("Pilot ward", (19, 1)),))
    >>> stacked(wave, Language("en")).sentence
    'done: 19 of 20 (95%), failed: 1 of 20 (5%).'
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.errors import Malformed
from garde.web.charts.bars import LABEL, LONG, MOST_ROWS, ROW, stretch
from garde.web.charts.ink import HATCHES
from garde.web.charts.lettering import LETTER, STRONG, Number, amount, brief, column, exact, letters, total
from garde.web.charts.marks import Mark, filled, inside_site, legend, linked, rect, text
from garde.web.charts.picture import Anchor, Chart, chart, crowded, empty, table
from garde.web.language import Language

THICK: Final = 16
#: Space between two parts, so that they are two in one colour too.
GAP: Final = 1


class Part(msgspec.Struct, frozen=True):
    """One part of every row: its words, and a fill of ``ink.HATCHES``, another for each part."""

    label: str
    fill: str


class Stack(msgspec.Struct, frozen=True):
    """One row: its label, how much of each part (None: not measured), and where it leads."""

    label: str
    values: tuple[Number, ...]
    link: str = ""


class Stacked(msgspec.Struct, frozen=True):
    """What ``stacked`` draws.

    Attributes:
        title: what is shown.
        parts: from left to right.
        rows: in the order of showing; each has a value for each part.
        share: every row has the full length, so that shares are compared and not amounts.
        head: over the labels of the table.
        sentence: the conclusion; made from the numbers when empty.
    """

    title: str
    parts: tuple[Part, ...]
    rows: tuple[Stack, ...]
    share: bool = False
    head: str = ""
    sentence: str = ""


def stacked(data: Stacked, t: Language) -> Chart:
    """A chart with a row of parts for each thing.

    Raises:
        Malformed: a number that is below zero or does not end, a row of other parts, a fill that is unknown or twice.
        Refused: more than ``MOST_ROWS`` rows, a link that leaves the site.
    """
    fills = [part.fill for part in data.parts]
    if len(set(fills)) != len(fills) or not HATCHES.keys() >= set(fills):
        raise Malformed("chart.fill", "Each part of a chart needs a fill of its own", where=", ".join(fills))
    if not data.rows or not data.parts:
        return empty(t, data.title)
    crowded(len(data.rows), MOST_ROWS)
    for row in data.rows:
        if len(row.values) != len(data.parts):
            raise Malformed("chart.parts", "Each row of a chart needs a number for each part", where=row.label)
        for value in row.values:
            amount(value, row.label)
    sums = [total(row.values) for row in data.rows]
    top = max(sums)
    left = column([row.label for row in data.rows], LABEL)
    marks: list[Mark] = []
    for number, (row, whole) in enumerate(zip(data.rows, sums, strict=True)):
        long = stretch(whole, whole if data.share else top, LONG)
        marks += linked(row.link, *_row(data, row, whole, long, left, number * ROW, t))
    right = left + LONG + 8 + max(letters(brief(whole, t)) for whole in sums) * STRONG
    under, wide, high = legend([(part.fill, part.label) for part in data.parts], len(data.rows) * ROW + 4)
    head = (data.head or t("What"), *(part.label for part in data.parts), t("Total"))
    rows = [
        (Anchor(row.label, inside_site(row.link)), *row.values, whole)
        for row, whole in zip(data.rows, sums, strict=True)
    ]
    sentence = data.sentence or _sentence(data, t)
    size = (max(right, wide), high)
    return chart(t, data.title, sentence, size, [*marks, *under], [table(t, data.title, head, rows)])


def _row(data: Stacked, row: Stack, whole: Number, long: int, left: float, y: float, t: Language) -> list[Mark]:
    """A label, its parts with their numbers where there is room, their sum."""
    middle = y + ROW / 2
    marks = [text(0, middle + 4, row.label, most=LABEL)]
    x = left
    for part, value in zip(data.parts, row.values, strict=True):
        if not value or not whole:
            continue
        wide = value / whole * long
        marks.append(filled(x, middle - THICK / 2, max(0.5, wide - GAP), THICK, part.fill))
        words = brief(value, t)
        plate = letters(words) * LETTER + 4
        if plate + 8 <= wide:
            at = x + wide / 2
            marks += [rect(at - plate / 2, middle - 6, plate, 12, "surface"), text(at, middle + 4, words, "", "middle")]
        x += wide
    return [*marks, text(left + long + 6, middle + 4, brief(whole, t), "strong")]


def _sentence(data: Stacked, t: Language) -> str:
    """How much of the whole each part is, the first three that are any."""
    whole = total(value for row in data.rows for value in row.values)
    if not whole:
        return t("All are zero.")
    said = []
    for number, part in enumerate(data.parts):
        value = total(row.values[number] for row in data.rows)
        if value:
            words = {"label": part.label, "value": exact(value, t), "whole": exact(whole, t)}
            said.append(t("{label}: {value} of {whole} ({percent}%)", percent=round(value / whole * 100), **words))
    return f"{', '.join(said[:3])}."
