"""Ink: the colours, hatchings and shapes that charts draw with.

Question: how does a mark look on a page, on paper without a stylesheet, and to who sees no colour?
Reference: reference of the pages §4 (tokens; severity is shape, word and colour, hatching in charts) and §5 (marks of
contrast ≥ 3:1); SVG 2 §13 (painting, pattern). On a page an ink is a class, and
``garde.css`` gives it the colour of the theme; on paper it is the presentation attributes of the light theme. Left out:
gradients, and opacity, which would make the contrast of a mark depend on what lies below it.

Example:
    >>> classes("high run"), attributes("high run")
    (' class="high run"', ' fill="none" stroke="#a84300" stroke-width="1.5"')
"""

from __future__ import annotations

from typing import Final

#: The light theme of ``garde.css``: the colours of paper.
TOKENS: Final = {
    "text": "#16202a",
    "muted": "#52606d",
    "link": "#0b5cad",
    "critical": "#b3142a",
    "high": "#a84300",
    "medium": "#6f5a00",
    "low": "#3d5a6c",
    "ok": "#2f6b3c",
    "line": "#808b99",
    "hair": "#d5dae0",
    "surface": "#ffffff",
    "page": "#f3f5f7",
}
#: What a fill may be, each with its hatching: lines of the surface's colour over a square of 6 by 6. Critical is whole,
#: unknown is empty inside its outline; no two look alike in one colour.
HATCHES: Final = {
    "critical": "",
    "high": "M-1 1L1-1M0 6L6 0M5 7L7 5",
    "medium": "M-1 5L1 7M0 0L6 6M5-1L7 1",
    "low": "M0 1.5H6M0 4.5H6",
    "ok": "M3 0V6",
    "text": "M0 3H6M3 0V6",
    "muted": "M0 0L6 6M0 6L6 0",
    "unknown": "",
}
#: The side of a hatching's square, in units of the picture.
TILE: Final = 6
#: What a chart may say of a thing, worst first; the empty word is the normal state, drawn in grey.
SEVERITIES: Final = ("critical", "high", "medium", "low", "ok", "unknown", "")


def classes(ink: str) -> str:
    """The ink as the attribute of an element of a page; nothing for the text's own."""
    return f' class="{ink}"' if ink else ""


def attributes(ink: str) -> str:
    """The ink as presentation attributes of the light theme; nothing for the text's own.

    Args:
        ink: a token, and how it is used: ``run`` strokes instead of filling, ``thick`` strokes wider, ``dash`` with
            gaps; ``small`` and ``strong`` speak of letters; ``plate`` alone is a box of the surface in its outline.
    """
    if ink == "plate":
        return f' fill="{TOKENS["surface"]}" stroke="{TOKENS["line"]}"'
    token, *manners = ink.split() or [""]
    if token not in TOKENS:
        manners, token = [token, *manners], ""
    colour = TOKENS[token] if token else TOKENS["text"]
    words = ""
    if "run" in manners:
        words += f' fill="none" stroke="{colour}" stroke-width="{3 if "thick" in manners else 1.5}"'
    elif token:
        words += f' fill="{colour}"'
    if "dash" in manners:
        words += ' stroke-dasharray="4 3"'
    if "small" in manners:
        words += ' font-size="10"'
    if "strong" in manners:
        words += ' font-weight="700"'
    return words


def outline(severity: str) -> str:
    """The ink of a severity's shape: what is unknown, and the ring of the low one, are drawn as lines."""
    if severity in ("low", "ok"):
        return f"{severity} run"
    return severity if severity in TOKENS else "muted run"


def shape(severity: str, x: float, y: float, r: float = 5) -> str:
    """The outline of a severity's shape, as the data of a path.

    Args:
        severity: one of ``SEVERITIES``; each has a shape of its own: ▲ ◆ ● ○ ✓ and a dash for what is unknown.
        x: its middle.
        y: its middle.
        r: half its height.
    """
    at = place
    match severity:
        case "critical":
            return f"M{at(x)} {at(y - r)}L{at(x + r)} {at(y + r)}H{at(x - r)}Z"
        case "high":
            return f"M{at(x)} {at(y - r)}L{at(x + r)} {at(y)}L{at(x)} {at(y + r)}L{at(x - r)} {at(y)}Z"
        case "medium" | "low":
            r = r - 1
            return f"M{at(x - r)} {at(y)}a{at(r)} {at(r)} 0 1 0 {at(2 * r)} 0a{at(r)} {at(r)} 0 1 0 {at(-2 * r)} 0Z"
        case "ok":
            return f"M{at(x - r)} {at(y)}L{at(x - 1)} {at(y + r - 1)}L{at(x + r)} {at(y - r)}"
        case _:
            return f"M{at(x - r)} {at(y)}H{at(x + r)}"


def place(value: float) -> str:
    """A length with at most one decimal: a tenth of a unit is finer than a screen.

    >>> place(3.0), place(2.25), place(-0.04)
    ('3', '2.2', '0')
    """
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
