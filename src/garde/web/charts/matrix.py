"""Matrix: what lies between each row and each column.

Question: which pair holds something, how much, and how grave is it?
Reference: reference of the pages §3.3 (charts), 7.4 (zones × zones) and 7.5 (criticality × exposure). A cell is a
number and the shape of its severity; an empty one is a dash, and a thing and itself a dot. Left out: colour behind the
numbers, which would say twice what the shape says and cost them their contrast.

Example:
    >>> from garde.web.language import Language
    >>> flows = Matrix("Flows", ("Réa", "Lab"), ("EHR", "Internet"), (Cell(0, 0, 3), Cell(1, 1, 2, "high")))
    >>> matrix(flows, Language("en")).sentence
    'Cells that hold something: 2 of 4; gravest: Lab, Internet (high, 2).'
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from garde.errors import Malformed
from garde.model.visible import visible
from garde.web.charts.ink import SEVERITIES
from garde.web.charts.lettering import STRONG, Number, amount, brief, clip, column, exact, letters
from garde.web.charts.marks import Mark, inside_site, keys, linked, path, rect, severity, sign, text
from garde.web.charts.picture import Anchor, Chart, Table, chart, crowded, empty, table
from garde.web.language import Language

#: The least of a cell, which a finger can touch.
WIDE: Final = 58
HIGH: Final = 26
LABEL: Final = 24
#: Letters of a head that lies flat; when one is longer, all are turned.
FLAT: Final = 8
TURNED: Final = 16
#: Most rows, and most columns.
MOST_LINES: Final = 60


class Cell(msgspec.Struct, frozen=True):
    """What lies between a row and a column.

    Attributes:
        row: its number, from 0.
        column: its number, from 0.
        value: how much; None where it was not measured.
        severity: one of ``ink.SEVERITIES``; empty is normal and grey.
        link: where it leads, in this site.
    """

    row: int
    column: int
    value: Number
    severity: str = ""
    link: str = ""


class Matrix(msgspec.Struct, frozen=True):
    """What ``matrix`` draws.

    Attributes:
        title: what is shown.
        rows: labels from top to bottom.
        columns: labels from left to right.
        cells: those that hold something.
        corner: what rows and columns are, such as "from, to".
        same: rows and columns are the same things, in the same order.
        sentence: the conclusion; made from the cells when empty.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    corner: str = ""
    same: bool = False
    sentence: str = ""


def matrix(data: Matrix, t: Language) -> Chart:
    """A number and a shape where row and column meet.

    Raises:
        Malformed: a number that is below zero or does not end, an unknown severity, a cell outside or given twice.
        Refused: more than ``MOST_LINES`` rows or columns, a link that leaves the site.
    """
    if not data.rows or not data.columns:
        return empty(t, data.title)
    crowded(max(len(data.rows), len(data.columns)), MOST_LINES)
    cells: dict[tuple[int, int], Cell] = {}
    for one in data.cells:
        at = (one.row, one.column)
        if at in cells or not (0 <= one.row < len(data.rows) and 0 <= one.column < len(data.columns)):
            raise Malformed("chart.cell", "A cell lies outside its matrix, or is given twice", where=str(at))
        amount(one.value, f"{data.rows[one.row]}, {data.columns[one.column]}")
        severity(one.severity)
        cells[at] = one
    frame = _frame(data, t)
    marks = [*_lines(data, frame), *_heads(data, frame), *_blanks(data, cells, frame)]
    for (row, across), one in cells.items():
        where = f"{data.rows[row]}, {data.columns[across]}"
        x, y = frame.middle(row, across)
        # The whole cell leads on, not its letters alone.
        ground = [rect(x - frame.wide / 2 + 1, y - HIGH / 2 + 1, frame.wide - 2, HIGH - 2, "surface")]
        drawn = [*(ground if one.link else ()), *_cell(one, x, y, frame.wide, t)]
        marks += linked(one.link, *drawn, name=f"{where}: {_said(one, t)}")
    under, wide, high = keys(t, [one.severity for one in cells.values()], frame.above + len(data.rows) * HIGH + 4)
    size = (max(wide, frame.left + len(data.columns) * frame.wide + 1), high)
    sentence = data.sentence or _sentence(data, cells, t)
    return chart(t, data.title, sentence, size, [*marks, *under], [_table(data, cells, t)])


class _Frame(NamedTuple):
    """Where the cells lie: right of ``left``, below ``above``, each ``wide``; and whether the heads are turned."""

    left: float
    above: float
    wide: float
    turned: bool

    def middle(self, row: int, across: int) -> tuple[float, float]:
        """The middle of a cell."""
        return self.left + (across + 0.5) * self.wide, self.above + (row + 0.5) * HIGH


def _frame(data: Matrix, t: Language) -> _Frame:
    """A frame with room for the longest label and the longest number."""
    longest = max((letters(brief(one.value, t)) for one in data.cells if one.value is not None), default=0)
    turned = any(letters(visible(head)) > FLAT for head in data.columns)
    above = max(column(data.columns, TURNED), 24) if turned else 24.0
    return _Frame(column([*data.rows, data.corner], LABEL), above, max(WIDE, 26 + longest * STRONG), turned)


def _cell(one: Cell, x: float, y: float, wide: float, t: Language) -> list[Mark]:
    """The number, and before it the shape."""
    words = brief(one.value, t) if one.value is not None else "?"
    if not one.severity:
        return [text(x, y + 4, words, "", "middle")]
    return [sign(one.severity, x - wide / 2 + 12, y), text(x + 10, y + 4, words, "strong", "middle")]


def _lines(data: Matrix, frame: _Frame) -> list[Mark]:
    """The lines between the cells, as one path."""
    left, above, wide, _ = frame
    right, below = left + len(data.columns) * wide, above + len(data.rows) * HIGH
    across = [f"M0 {above + n * HIGH:.0f}H{right:.0f}" for n in range(len(data.rows) + 1)]
    down = [f"M{left + n * wide:.0f} {above:.0f}V{below:.0f}" for n in range(len(data.columns) + 1)]
    return [path("".join([*across, *down]), "hair run")]


def _heads(data: Matrix, frame: _Frame) -> list[Mark]:
    """The labels of the rows and of the columns."""
    marks = [text(0, frame.above - 8, data.corner, "muted", most=LABEL)] if data.corner else []
    marks += [text(0, frame.middle(n, 0)[1] + 4, label, most=LABEL) for n, label in enumerate(data.rows)]
    for number, head in enumerate(data.columns):
        x, _ = frame.middle(0, number)
        if frame.turned:
            mark = text(0, 0, head, most=TURNED)
            at = f' transform="translate({x + 4:.0f} {frame.above - 6:.0f})rotate(-90)"'
            marks.append(msgspec.structs.replace(mark, at=at))
        else:
            marks.append(text(x, frame.above - 8, head, "", "middle"))
    return marks


def _blanks(data: Matrix, cells: dict[tuple[int, int], Cell], frame: _Frame) -> list[Mark]:
    """A dash where there is nothing, a dot where a thing meets itself."""
    outline = ""
    for row in range(len(data.rows)):
        for across in range(len(data.columns)):
            if (row, across) in cells:
                continue
            x, y = frame.middle(row, across)
            half = 1 if data.same and row == across else 4
            outline += f"M{x - half:.0f} {y:.0f}h{half * 2}"
    return [path(outline, "line run")] if outline else []


def _table(data: Matrix, cells: dict[tuple[int, int], Cell], t: Language) -> Table:
    """The same as rows and columns of words."""
    rows = []
    for number, label in enumerate(data.rows):
        line: list[Number | Anchor | str] = [label]
        for across in range(len(data.columns)):
            one = cells.get((number, across))
            if one is None:
                line.append("–")
            else:
                line.append(Anchor(_said(one, t), inside_site(one.link)))
        rows.append(line)
    return table(t, data.title, (data.corner or t("Row"), *data.columns), rows)


def _said(one: Cell, t: Language) -> str:
    """A cell in words."""
    return f"{exact(one.value, t)} {t(one.severity)}" if one.severity else exact(one.value, t)


def _sentence(data: Matrix, cells: dict[tuple[int, int], Cell], t: Language) -> str:
    """How many cells hold something, and the gravest."""
    held = [one for one in cells.values() if one.value != 0]
    whole = len(data.rows) * len(data.columns)
    grave = [one for one in held if one.severity in SEVERITIES[:4]]
    if not grave:
        return t("Cells that hold something: {n} of {whole}.", n=len(held), whole=whole)
    worst = min(grave, key=lambda one: (SEVERITIES.index(one.severity), -(one.value or 0)))
    return t(
        "Cells that hold something: {n} of {whole}; gravest: {row}, {column} ({severity}, {value}).",
        n=len(held),
        whole=whole,
        row=clip(data.rows[worst.row], 40),
        column=clip(data.columns[worst.column], 40),
        severity=t(worst.severity),
        value=exact(worst.value, t),
    )
