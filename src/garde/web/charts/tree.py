"""Tree: what rests on what, a row each.

Question: from what does this follow, or what follows from it?
Reference: reference of the pages §3.3 (charts), 7.8 (chain of certificates), 7.10 (causes and symptoms) and 7.15 (the
cause tree). Left out: graphs in which a thing has two parents; the Why page, which is a list of links in HTML.

Example:
    >>> from garde.web.language import Language
    >>> root = Node("Switch 3B", "down", "critical", children=(Node("Central of Réa B", "symptom"),))
    >>> tree(Tree("One cause", (root,)), Language("en")).sentence
    'Entries: 2, levels: 2; gravest: Switch 3B (critical).'
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.web.charts.ink import SEVERITIES
from garde.web.charts.lettering import LETTER, STRONG, clip, letters
from garde.web.charts.marks import Mark, inside_site, keys, linked, path, severity, sign, text
from garde.web.charts.picture import Anchor, Chart, chart, crowded, empty, table
from garde.web.language import Language

ROW: Final = 24
INDENT: Final = 20
LABEL: Final = 40
NOTE: Final = 48
MOST_NODES: Final = 400
#: The deepest level that still has room for its label.
MOST_LEVELS: Final = 12


class Node(msgspec.Struct, frozen=True):
    """One thing of a tree.

    Attributes:
        label: what it is, from anywhere.
        note: what is said of it.
        severity: one of ``ink.SEVERITIES``; empty is normal and grey.
        link: where it leads, in this site.
        children: what follows from it.
    """

    label: str
    note: str = ""
    severity: str = ""
    link: str = ""
    children: tuple[Node, ...] = ()


class Tree(msgspec.Struct, frozen=True):
    """What ``tree`` draws: a title, the roots, the heads of label and note, and a conclusion (made when empty)."""

    title: str
    roots: tuple[Node, ...]
    head: tuple[str, str] = ("", "")
    sentence: str = ""


def tree(data: Tree, t: Language) -> Chart:
    """A row for each node, under the one it follows from.

    Raises:
        Malformed: an unknown severity.
        Refused: more than ``MOST_NODES`` nodes or ``MOST_LEVELS`` levels, a link that leaves the site.
    """
    if not data.roots:
        return empty(t, data.title)
    placed = _placed(data)
    marks: list[Mark] = []
    elbows = ""
    last = [0] * (MOST_LEVELS + 1)
    wide = 0.0
    for number, (deep, node) in enumerate(placed):
        x, y = deep * INDENT, number * ROW + ROW / 2
        if deep:
            elbows += f"M{x - INDENT + 6} {last[deep]}V{y:.0f}h{INDENT - 8}"
        last[deep] = last[deep + 1] = int(y) + 8
        last[deep] = int(y)
        at = x + 4 + (14 if node.severity else 0)
        words = clip(node.label, LABEL)
        right = at + letters(words) * (STRONG if node.severity else LETTER) + 12
        marks += linked(node.link, *_row(node, x, at, y, right))
        wide = max(wide, right + letters(clip(node.note, NOTE)) * LETTER + 8)
    if elbows:
        marks.insert(0, path(elbows, "line run"))
    under, below, high = keys(t, [node.severity for _, node in placed], len(placed) * ROW)
    head = (data.head[0] or t("What"), t("Level"), data.head[1] or t("Note"), t("Severity"))
    rows = [
        (Anchor(node.label, inside_site(node.link)), deep + 1, node.note, t(node.severity or "normal"))
        for deep, node in placed
    ]
    sentence = data.sentence or _sentence(placed, t)
    size = (max(wide, below), high)
    return chart(t, data.title, sentence, size, [*marks, *under], [table(t, data.title, head, rows)])


def _placed(data: Tree) -> list[tuple[int, Node]]:
    """Every node with its depth, in the order of reading; without recursion, so that no depth can break it."""
    placed: list[tuple[int, Node]] = []
    todo = [(0, node) for node in reversed(data.roots)]
    while todo:
        deep, node = todo.pop()
        crowded(deep + 1, MOST_LEVELS)
        crowded(len(placed) + 1, MOST_NODES)
        severity(node.severity)
        placed.append((deep, node))
        todo += [(deep + 1, child) for child in reversed(node.children)]
    return placed


def _row(node: Node, x: float, at: float, y: float, right: float) -> list[Mark]:
    """Shape, label and note of a node."""
    marks = [text(at, y + 4, node.label, "strong" if node.severity else "", most=LABEL)]
    if node.severity:
        marks.insert(0, sign(node.severity, x + 8, y))
    if node.note:
        marks.append(text(right, y + 4, node.note, "muted", most=NOTE))
    return marks


def _sentence(placed: list[tuple[int, Node]], t: Language) -> str:
    """How many there are, and the gravest, the first of them in the order of reading."""
    whole = {"n": len(placed), "levels": max(deep for deep, _ in placed) + 1}
    grave = [node for _, node in placed if node.severity in SEVERITIES[:4]]
    if not grave:
        return t("Entries: {n}, levels: {levels}.", **whole)
    worst = min(grave, key=lambda node: SEVERITIES.index(node.severity))
    label = clip(worst.label, 40)
    words = {"label": label, "severity": t(worst.severity)}
    return t("Entries: {n}, levels: {levels}; gravest: {label} ({severity}).", **words, **whole)
