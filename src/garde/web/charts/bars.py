"""Bars: one number a row, beside the largest of them.

Question: which of these is large?
Reference: reference of the pages §3.3 (charts: title, one sentence, classes and presentation attributes only) and §4
(severity is shape, word and colour). Left out: numbers below zero; stacked rows (``stacked``).

Example:
    >>> from garde.web.language import Language
    >>> wards = Bars("Devices by ward", (Bar("Réa A", 12), Bar("Imaging", 4)))
    >>> bars(wards, Language("en")).sentence
    'Réa A has the most: 12 of 16.'
    >>> str(bar(5, 10)).count('width="30"')
    1
"""

from __future__ import annotations

from typing import Final

import msgspec
from markupsafe import Markup

from garde.web.charts.lettering import LETTER, Number, amount, brief, clip, column, exact, letters, total
from garde.web.charts.marks import Mark, filled, inside_site, keys, linked, rect, severity, sign, text
from garde.web.charts.picture import Anchor, Chart, chart, crowded, drawing, empty, table
from garde.web.language import Language

#: The bar beside a number of a list.
WIDTH: Final = 60
HEIGHT: Final = 8
#: The bars of a chart: the longest, the height of one, and of a row, which a finger can touch.
LONG: Final = 300
THICK: Final = 12
ROW: Final = 24
#: Letters of a label.
LABEL: Final = 26
#: Above it, one picture is too long for any page.
MOST_ROWS: Final = 300


class Bar(msgspec.Struct, frozen=True):
    """One row.

    Attributes:
        label: what is counted, from anywhere.
        value: how many; None where it was not measured.
        severity: one of ``ink.SEVERITIES``; empty is normal and grey.
        link: where the row leads, in this site.
    """

    label: str
    value: Number
    severity: str = ""
    link: str = ""


class Bars(msgspec.Struct, frozen=True):
    """What ``bars`` draws.

    Attributes:
        title: what is shown.
        rows: in the order of showing.
        head: over the labels and over the numbers of the table.
        sentence: the conclusion; made from the numbers when empty.
    """

    title: str
    rows: tuple[Bar, ...]
    head: tuple[str, str] = ("", "")
    sentence: str = ""


def bars(data: Bars, t: Language) -> Chart:
    """A chart with a bar a row.

    Raises:
        Malformed: a number that is below zero or does not end, an unknown severity.
        Refused: more than ``MOST_ROWS`` rows, a link that leaves the site.
    """
    if not data.rows:
        return empty(t, data.title)
    crowded(len(data.rows), MOST_ROWS)
    values = [amount(row.value, row.label) for row in data.rows]
    top = max((value for value in values if value is not None), default=0)
    marked = any(severity(row.severity) for row in data.rows)
    left = column([row.label for row in data.rows], LABEL) + (18 if marked else 0)
    marks: list[Mark] = []
    for number, (row, value) in enumerate(zip(data.rows, values, strict=True)):
        marks += linked(row.link, *_row(row, value, top, left, number * ROW, marked, t))
    most = max(letters(brief(value, t)) for value in values)
    under, wide, high = keys(t, [row.severity for row in data.rows], len(data.rows) * ROW)
    head = (data.head[0] or t("What"), data.head[1] or t("Number"), t("Severity"))
    rows = [
        (Anchor(row.label, inside_site(row.link)), value, *((t(row.severity or "normal"),) if marked else ()))
        for row, value in zip(data.rows, values, strict=True)
    ]
    sentence = data.sentence or _sentence(data, t)
    size = (max(wide, left + LONG + 8 + most * LETTER), high)
    return chart(t, data.title, sentence, size, [*marks, *under], [table(t, data.title, head[: len(rows[0])], rows)])


def _row(row: Bar, value: Number, top: int | float, left: float, y: float, marked: bool, t: Language) -> list[Mark]:
    """A label, its bar, its number."""
    middle = y + ROW / 2
    long = stretch(value, top, LONG)
    marks = [text(18 if marked else 0, middle + 4, row.label, most=LABEL)]
    if row.severity:
        marks.insert(0, sign(row.severity, 6, middle))
    if long:
        marks.append(filled(left, middle - THICK / 2, long, THICK, row.severity or "low"))
    words = brief(value, t)
    return [*marks, text(left + long + 6, middle + 4, words, "muted" if value is None else "")]


def _sentence(data: Bars, t: Language) -> str:
    """Which is the largest, and of how many."""
    known = [row for row in data.rows if row.value is not None]
    if not known:
        return t("Nothing was measured.")
    largest = max(known, key=lambda row: row.value or 0)
    if not largest.value:
        return t("All are zero.")
    whole = exact(total(row.value for row in known), t)
    words = {"label": clip(largest.label, 40), "value": exact(largest.value, t)}
    return t("{label} has the most: {value} of {whole}.", whole=whole, **words)


def stretch(value: Number, top: int | float, long: int) -> int:
    """A length for a number: ``long`` for the largest; anything above 0 shows at least a hair.

    >>> stretch(0, 9, 60), stretch(1, 10**9, 60), stretch(9, 9, 60), stretch(None, 9, 60)
    (0, 1, 60, 0)
    """
    if value is None or value <= 0 or top <= 0:
        return 0
    return min(long, max(1, round(value / top * long)))


def bar(value: int, top: int) -> Markup:
    """The bar beside a number of a list, as long as its part of the largest; the number is read, so it is not.

    Args:
        value: the number.
        top: the largest number of the column.
    """
    ground = rect(0, 0, WIDTH, HEIGHT, "page")
    mark = rect(0, 0, stretch(value, top, WIDTH), HEIGHT, "low")
    return drawing((ground, mark), WIDTH, HEIGHT)
