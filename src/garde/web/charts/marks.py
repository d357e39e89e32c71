"""Marks: the elements a picture is made of.

Question: how are a rectangle, a line of text, a sign of severity and a legend written as SVG?
Reference: SVG 2 §9 (shapes), §10 (paths), §11 (text), §13.3 (patterns); reference of the pages §3.3 (classes and
presentation attributes only). Geometry is written with one decimal at most. Left out: transforms other than those
that place a legend and turn a head.

Example:
    >>> written(rect(0, 4, 12.25, 8, "low"), "", paper=False)
    '<rect y="4" width="12.2" height="8" class="low"/>'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from markupsafe import escape

from garde.errors import Malformed, Refused
from garde.model.visible import visible
from garde.web.charts.ink import HATCHES, SEVERITIES, TILE, attributes, classes, outline, place, shape
from garde.web.charts.lettering import LETTER, clip, letters
from garde.web.language import Language

#: The height of a line.
LINE: Final = 20
#: The width of a legend, and letters of one of its entries.
ROOM: Final = 480
KEY: Final = 28
#: Longest title and sentence, in characters.
WORDY: Final = 400


class Mark(msgspec.Struct, frozen=True):
    """One element of a picture.

    Attributes:
        tag: its name in SVG.
        at: its geometry as attributes, written by the functions below and by nobody else.
        ink: how it is painted (``ink.attributes``).
        hatch: a fill of ``ink.HATCHES`` instead.
        text: what a ``text`` says, already clipped.
        whole: the whole of what was clipped, or what the mark stands for; shown under the pointer.
        link: where it leads on a page.
        inside: the marks of a group.
    """

    tag: str
    at: str = ""
    ink: str = ""
    hatch: str = ""
    text: str = ""
    whole: str = ""
    link: str = ""
    inside: tuple[Mark, ...] = ()


def written(mark: Mark, key: str, paper: bool) -> str:
    """A mark as SVG.

    Args:
        mark: what to write.
        key: begins the ids of this picture.
        paper: colours as presentation attributes instead of classes, and no links.
    """
    ink = attributes(mark.ink) if paper else classes(mark.ink)
    if mark.hatch:
        ink = f' fill="url(#{key}-{mark.hatch})"'
    whole = f"<title>{said(mark.whole)}</title>" if mark.whole else ""
    inside = "".join([written(one, key, paper) for one in mark.inside])
    body = f"{whole}{inside}{escape(mark.text)}"
    if mark.link and not paper:
        return f'<a href="{escape(mark.link)}"{ink}>{body}</a>'
    return f"<{mark.tag}{mark.at}{ink}>{body}</{mark.tag}>" if body else f"<{mark.tag}{mark.at}{ink}/>"


def tile(name: str, key: str, paper: bool) -> str:
    """The pattern of a hatching: lines of the surface over its colour, so that it keeps its contrast."""
    ink, gap = (attributes(name), attributes("surface run")) if paper else (classes(name), classes("surface run"))
    return (
        f'<pattern id="{key}-{name}" width="{TILE}" height="{TILE}" patternUnits="userSpaceOnUse">'
        f'<rect width="{TILE}" height="{TILE}"{ink}/><path d="{HATCHES[name]}"{gap}/></pattern>'
    )


def said(text: str) -> str:
    """Text from anywhere as the content of an element: symbols for what has no picture, escaped, at most ``WORDY``."""
    shown = visible(text)
    return str(escape(shown if len(shown) <= WORDY else f"{shown[: WORDY - 1]}…"))


def every(marks: Iterable[Mark]) -> Iterable[Mark]:
    """All marks, those inside groups too."""
    for mark in marks:
        yield mark
        yield from every(mark.inside)


def inside_site(link: str) -> str:
    """The address, if it stays in this site.

    Raises:
        Refused: ``chart.link``.
    """
    plain = link.startswith(("/", "#", "?")) and not link.startswith("//") and "\\" not in link and link.isprintable()
    if link and not plain:
        raise Refused("chart.link", "A chart leads nowhere outside this site", where=link)
    return link


def severity(name: str) -> str:
    """The name, if it is a severity.

    Raises:
        Malformed: ``chart.severity``.
    """
    if name not in SEVERITIES:
        raise Malformed("chart.severity", "No such severity", where=name)
    return name


def rect(x: float, y: float, width: float, height: float, ink: str = "") -> Mark:
    """A rectangle."""
    return Mark("rect", box(x, y, width, height), ink)


def filled(x: float, y: float, width: float, height: float, fill: str) -> Mark:
    """A rectangle with a fill of ``ink.HATCHES``."""
    if fill == "unknown":
        return rect(x + 0.5, y + 0.5, max(0, width - 1), max(0, height - 1), "muted run")
    if not HATCHES[fill]:
        return rect(x, y, width, height, fill)
    return Mark("rect", box(x, y, width, height), hatch=fill)


def box(x: float, y: float, width: float, height: float) -> str:
    """The attributes of a rectangle; those that are 0 by themselves are left out."""
    at = (("x", place(x)), ("y", place(y)), ("width", place(width)), ("height", place(height)))
    return "".join([f' {name}="{value}"' for name, value in at if value != "0" or len(name) > 1])


def path(data: str, ink: str, whole: str = "") -> Mark:
    """A path."""
    return Mark("path", f' d="{data}"', ink, whole=whole)


def sign(name: str, x: float, y: float) -> Mark:
    """The shape of a severity."""
    return path(shape(name, x, y), outline(name))


def text(x: float, y: float, words: str, ink: str = "", anchor: str = "", most: int = 0) -> Mark:
    """A line of text.

    Args:
        x: its beginning, middle or end.
        y: its base line.
        words: from anywhere.
        ink: how.
        anchor: ``middle`` or ``end``.
        most: the widest it may be, in letters; clipped, it keeps its whole under the pointer.
    """
    shown = clip(words, most) if most else visible(words)
    at = f' x="{place(x)}" y="{place(y)}"' + (f' text-anchor="{anchor}"' if anchor else "")
    return Mark("text", at, ink, text=shown, whole=words if shown != visible(words) else "")


def linked(link: str, *marks: Mark, name: str = "") -> tuple[Mark, ...]:
    """The marks as they are, or as one that leads somewhere.

    Args:
        link: where; nowhere when empty.
        marks: what is drawn.
        name: of the link, where the marks hold no words that would name it; its address when there are none at all.
    """
    if not link:
        return marks
    if not any(one.text.strip() for one in every(marks)):
        name = name if name.strip() else link
    return (Mark("g", link=inside_site(link), inside=marks, whole=name),)


def legend(entries: Sequence[tuple[str, str]], y: float) -> tuple[list[Mark], float, float]:
    """What the fills mean, in lines under a picture.

    Args:
        entries: fill of ``ink.HATCHES`` and its words.
        y: where it begins.

    Returns:
        The marks, how wide they are, and where they end.
    """
    return _laid([(filled(0, 4, 12, 12, fill), words) for fill, words in entries], y)


def keys(t: Language, severities: Iterable[str], y: float) -> tuple[list[Mark], float, float]:
    """What the shapes mean, in lines under a picture: those of these severities, worst first; returns as ``legend``."""
    used = set(severities)
    return _laid([(sign(name, 6, 10), t(name)) for name in SEVERITIES if name and name in used], y)


def _laid(entries: Sequence[tuple[Mark, str]], y: float) -> tuple[list[Mark], float, float]:
    """Marks with their words, side by side in lines of at most ``ROOM``."""
    marks: list[Mark] = []
    x = right = 0.0
    for mark, words in entries:
        wide = 18 + min(letters(visible(words)), KEY) * LETTER + 12
        if x and x + wide > ROOM:
            x, y = 0.0, y + LINE
        at = f' transform="translate({place(x)} {place(y)})"'
        marks.append(Mark("g", at, inside=(mark, text(18, 14, words, "muted", most=KEY))))
        x += wide
        right = max(right, x)
    return marks, right, y + LINE if entries else y
