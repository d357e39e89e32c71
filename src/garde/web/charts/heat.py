"""Heat: a grid of squares, larger where there is more.

Question: where, or when, is there much, and where nothing?
Reference: reference of the pages §3.3 (charts) and §5 (marks ≥ 3:1): the size of a square says how much, so that every
square keeps its contrast, and the picture is the same in one colour. Five levels, each four times the one before, so
that a quiet hour differs from a silent one. Left out: exact values, which the table has.

Example:
    >>> from garde.web.language import Language
    >>> heat(Heat("Flows", ("Mon", "Tue"), ("00", "12"), ((0, 4), (None, 900))), Language("en")).sentence
    'Most: 900 (Tue, 12); empty: 1 of 4.'
    >>> level(0, 800), level(1, 800), level(800, 800)
    (0, 1, 4)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.web.charts.lettering import LETTER, Number, amount, clip, column, exact
from garde.web.charts.marks import Mark, path, text
from garde.web.charts.picture import Chart, chart, crowded, empty, table
from garde.web.language import Language

#: From one square to the next, and the side of the square of each level from 1 to 4.
STEP: Final = 13
SIDES: Final = (3, 5, 8, 11)
ABOVE: Final = 16
LABEL: Final = 20


class Heat(msgspec.Struct, frozen=True):
    """What ``heat`` draws.

    Attributes:
        title: what is shown.
        rows: labels from top to bottom.
        columns: labels from left to right.
        values: a row of numbers for each row; None where nothing was measured.
        every: only one in so many heads of columns is drawn.
        sentence: the conclusion; made from the numbers when empty.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[Number, ...], ...]
    every: int = 1
    sentence: str = ""


def heat(data: Heat, t: Language) -> Chart:
    """A square for each number.

    Raises:
        Malformed: a number that is below zero or does not end, rows or columns of other lengths.
        Refused: more than 2,000 squares.
    """
    if not data.rows or not data.columns:
        return empty(t, data.title)
    crowded(len(data.rows) * len(data.columns))
    if len(data.values) != len(data.rows) or any(len(row) != len(data.columns) for row in data.values):
        raise Malformed("chart.grid", "A grid needs a number for each row and column", where=data.title)
    left = column(data.rows, LABEL)
    heads = [(number, clip(head, 6)) for number, head in enumerate(data.columns) if number % data.every == 0]
    marks, size = grid(data.rows, heads, data.values, left)
    tables = [
        table(
            t,
            data.title,
            (t("Row"), *data.columns),
            [(label, *row) for label, row in zip(data.rows, data.values, strict=True)],
        )
    ]
    return chart(t, data.title, data.sentence or _sentence(data, t), size, marks, tables)


def grid(
    rows: Sequence[str], heads: Sequence[tuple[int, str]], values: Sequence[Sequence[Number]], left: float
) -> tuple[list[Mark], tuple[float, float]]:
    """The squares, a path for each level, with their labels.

    Args:
        rows: labels of the rows.
        heads: column and words of each head that is drawn.
        values: the numbers, row by row.
        left: how wide the labels of the rows are.

    Returns:
        The marks, and the size of the picture.

    Raises:
        Malformed: a number that is below zero or does not end.
    """
    top = max((amount(value) or 0 for row in values for value in row), default=0)
    parts = ["", "", "", "", "", ""]
    for down, row in enumerate(values):
        for across, value in enumerate(row):
            x, y = left + across * STEP + STEP / 2, ABOVE + down * STEP + STEP / 2
            if value is None:
                parts[5] += f"M{x - 3:.0f} {y:.0f}h5"
                continue
            step = level(value, top)
            if step:
                side = SIDES[step - 1]
                parts[step] += f"M{x - side / 2:.0f} {y - side / 2:.0f}h{side}v{side}h-{side}z"
            else:
                parts[0] += f"M{x - 1:.0f} {y:.0f}h1"
    inks = ("line run", "low", "low", "low", "text", "muted run")
    marks = [text(left + number * STEP, ABOVE - 4, words, "muted small") for number, words in heads]
    marks += [text(0, ABOVE + n * STEP + 10, label, "muted", most=LABEL) for n, label in enumerate(rows)]
    marks += [path(outline, ink) for outline, ink in zip(parts, inks, strict=True) if outline]
    wide = max((number * STEP + len(words) * LETTER for number, words in heads), default=0)
    across = max((len(row) for row in values), default=0)
    return marks, (left + max(wide, across * STEP), ABOVE + len(rows) * STEP)


def level(value: int | float, top: int | float) -> int:
    """0 for nothing, 4 for the most, one less for each quarter."""
    if value <= 0:
        return 0
    for step in (4, 3, 2):
        if value * 4 ** (4 - step) * 4 > top:
            return step
    return 1


def _sentence(data: Heat, t: Language) -> str:
    """Where there is most, and how much is empty."""
    known = [
        (value, row, head)
        for row, line in zip(data.rows, data.values, strict=True)
        for head, value in zip(data.columns, line, strict=True)
        if value is not None
    ]
    if not known:
        return t("Nothing was measured.")
    value, row, head = max(known, key=lambda one: one[0])
    if not value:
        return t("All are zero.")
    return t(
        "Most: {value} ({row}, {column}); empty: {n} of {whole}.",
        value=exact(value, t),
        row=clip(row, 40),
        column=clip(head, 40),
        n=sum(not one[0] for one in known),
        whole=len(data.rows) * len(data.columns),
    )
