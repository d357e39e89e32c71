"""Picture: what every chart is made of, and the two ways to write it.

Question: how do marks become an SVG that a page shows, a report embeds and a reader hears, with the numbers beside it?
Reference: SVG 2 §5.7 (title and desc), SVG-AAM 1.0 (their names), WCAG 2.2 §1.1.1 and §1.4.11; reference of the pages
§3.3 and §5 (classes and presentation attributes only; title, one sentence, "View as table"). Left out: scripts and
animation.

The words of a chart may come from a device: control and direction characters are shown as symbols, markup is escaped,
and a label longer than its room is clipped, whole in its title and in the table.

Example:
    >>> picture = empty(Language("en"), "Devices by ward")
    >>> picture.sentence, picture.svg.count("<text")
    ('Nothing to show.', 1)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from markupsafe import Markup, escape

from garde.errors import Refused
from garde.model.message import digest
from garde.model.visible import visible
from garde.web.charts.ink import TOKENS
from garde.web.charts.lettering import Number, exact
from garde.web.charts.marks import LINE, Mark, every, inside_site, said, text, tile, written
from garde.web.hostile import bdi
from garde.web.language import Language

#: The most marks of a chart: above a few hundred a picture answers no question, above this it is slow to draw.
MOST: Final = 2_000
FONTS: Final = "Atkinson Hyperlegible Next, DejaVu Sans, sans-serif"


class Anchor(msgspec.Struct, frozen=True):
    """A word of a table that leads somewhere."""

    text: str
    link: str


class Table(msgspec.Struct, frozen=True):
    """The numbers of a chart: a caption, the heads of the columns, and rows whose first cell names the row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]

    def __html__(self) -> str:
        line = Markup("").join
        head = line(Markup('<th scope="col">{}</th>').format(visible(word)) for word in self.head)
        rows = line(
            Markup('<tr><th scope="row">{}</th>{}</tr>').format(
                row[0], line(Markup("<td>{}</td>").format(cell) for cell in row[1:])
            )
            for row in self.rows
        )
        return Markup(
            '<div class="scroll" tabindex="0" role="group" aria-label="{0}">'
            '<table class="dense narrow"><caption class="sr">{0}</caption>'
            "<thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>"
        ).format(visible(self.caption), head, rows)


class Chart(msgspec.Struct, frozen=True):
    """A drawn chart. A page shows it whole (``{{ chart }}``) or its ``svg`` alone where the numbers stand beside it.

    Attributes:
        title: what is drawn.
        sentence: what it shows, for who does not see it and for who has no time to look.
        width: in units of the picture, 12 of which are a letter's height.
        height: the same.
        marks: what is drawn, first below.
        tables: the same numbers.
        view: the words of the link to them.
    """

    title: str
    sentence: str
    width: int
    height: int
    marks: tuple[Mark, ...]
    tables: tuple[Table, ...] = ()
    view: str = ""

    @property
    def svg(self) -> Markup:
        """The picture for a page: its colours are classes that ``garde.css`` knows."""
        role = "group" if any(mark.link for mark in every(self.marks)) else "img"
        body = f'<svg class="chart"{self._size} role="{role}">{self._inside(paper=False)}</svg>'
        return Markup(body)  # noqa: S704 - every text in it went through said() or escape()

    def paper(self) -> str:
        """The picture as a document of its own, for a report: colours of the light theme, no link, no stylesheet."""
        letters = f'font-family="{FONTS}" font-size="12" fill="{TOKENS["text"]}"'
        return f'<svg xmlns="http://www.w3.org/2000/svg"{self._size} {letters}>{self._inside(paper=True)}</svg>\n'

    def __html__(self) -> str:
        if not self.tables:
            return Markup('<figure class="drawn">{}</figure>').format(self.svg)
        return Markup(
            '<figure class="drawn">{}<figcaption class="note">{}</figcaption>'
            "<details><summary>{}</summary>{}</details></figure>"
        ).format(self.svg, visible(self.sentence), self.view, Markup("").join(self.tables))

    @property
    def _size(self) -> str:
        return f' viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}"'

    def _inside(self, *, paper: bool) -> str:
        drawn = [f"{mark.at}{mark.ink}{mark.text}" for mark in every(self.marks)]
        key = f"c{digest(self.title, self.sentence, *drawn, size=5)}"
        body = "".join([written(mark, key, paper) for mark in self.marks])
        used = dict.fromkeys(mark.hatch for mark in every(self.marks) if mark.hatch)
        tiles = "".join([tile(name, key, paper) for name in used])
        defs = f"<defs>{tiles}</defs>" if tiles else ""
        return f"<title>{said(self.title)}</title><desc>{said(self.sentence)}</desc>{defs}{body}"


def drawing(marks: Sequence[Mark], width: int, height: int) -> Markup:
    """Marks for the eye only, beside the number or the words that they repeat."""
    body = "".join([written(mark, "", paper=False) for mark in marks])
    head = f'<svg class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
    return Markup(f"{head}{body}</svg>")  # noqa: S704 - every text in it went through escape()


def chart(
    t: Language,
    title: str,
    sentence: str,
    size: tuple[float, float],
    marks: Sequence[Mark],
    tables: Sequence[Table],
) -> Chart:
    """A chart of these marks.

    Raises:
        Refused: ``chart.too-many`` above ``MOST`` marks.
    """
    return framed(title, sentence, size, marks, tables, t("View as table"))


def framed(
    title: str,
    sentence: str,
    size: tuple[float, float],
    marks: Sequence[Mark],
    tables: Sequence[Table] = (),
    view: str = "",
) -> Chart:
    """The same without a language: for marks whose numbers already stand beside them.

    Raises:
        Refused: ``chart.too-many`` above ``MOST`` marks.
    """
    crowded(sum(1 for _ in every(marks)))
    return Chart(title, sentence, math.ceil(size[0]), math.ceil(size[1]), tuple(marks), tuple(tables), view)


def crowded(many: int, most: int = MOST) -> None:
    """Refuse more marks than a reader can use.

    Raises:
        Refused: ``chart.too-many``.
    """
    if many > most:
        raise Refused(
            "chart.too-many",
            "This chart would hold too much to be read",
            where=f"{many} > {most}",
            hint="Choose fewer things, or group them",
        )


def empty(t: Language, title: str) -> Chart:
    """A chart of nothing, which says so."""
    words = t("Nothing to show.")
    return framed(title, words, (320, LINE), [text(0, 14, words, "muted")])


def table(t: Language, caption: str, head: Sequence[str], rows: Iterable[Sequence[Number | Anchor | str]]) -> Table:
    """A table whose numbers are written in the reader's language and whose words are isolated from it."""
    return Table(caption, tuple(head), tuple(tuple(cell(one, t) for one in row) for row in rows))


def cell(value: Number | Anchor | str, t: Language) -> Markup:
    """One cell: a number, a word of anywhere, or one that leads somewhere."""
    if isinstance(value, str):
        return bdi(value)
    if isinstance(value, Anchor):
        body = bdi(value.text if value.text.strip() or not value.link else value.link)
        return Markup('<a href="{}">{}</a>').format(inside_site(value.link), body) if value.link else body
    return escape(exact(value, t))
