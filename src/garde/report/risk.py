"""Risk on paper: the matrix, what moved since it was last signed, and the roadmap, as tables of the board's page.

Question: where does the hospital stand, who agreed to that, what moved since, and what would the money buy?
Reference: reference of the pages 7.5 and 7.12; domain note 03 §6 and §7. The picture is taken elsewhere
(`garde.pipeline.risk.picture`); here it becomes words and tables. Left out: what a loss may cost, which has a page.

Example:
    >>> said(Words("en"), Picture(grid="G 1", cells=((4, 3, 2),), levels=4, risks=((4, "critical", 2, 0),)))
    'No risk matrix is signed: it drives no decision yet.'
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.report.facts import Column, Table
from garde.report.spec import Material
from garde.report.words import Words

#: Levels of vulnerability.
COLUMNS: Final = 4


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A package of the plan: its quarter, what it is, and how many devices, euros, hours and percent of the risk."""

    quarter: int
    work: str
    devices: int
    cost: int
    hours: int
    removed: int


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The risk at one moment.

    Attributes:
        grid: its name; ``levels`` how many levels of criticality it has.
        cells: criticality, vulnerability, devices.
        risks: level, what the grid calls it, devices now, and in the signed matrix; the highest first.
        signed_at: when the matrix that drives was frozen, nanoseconds since 1970; 0 for none.
        signers: who signed it.
        risen, fallen: devices since then.
        plan: the best plan in its order; ``budget`` and ``hours`` of each quarter are its limits.
        removed: percent of today's risk that the plan removes.
    """

    grid: str
    levels: int
    cells: tuple[tuple[int, int, int], ...]
    risks: tuple[tuple[int, str, int, int], ...]
    signed_at: int = 0
    signers: tuple[str, ...] = ()
    risen: int = 0
    fallen: int = 0
    plan: tuple[Planned, ...] = ()
    budget: int = 0
    hours: int = 0
    removed: int = 0


def said(words: Words, picture: Picture) -> str:
    """Whether the matrix is agreed, and what moved since."""
    if not picture.signed_at:
        return words("risk.unsigned")
    return words(
        "risk.signed",
        day=words.day(picture.signed_at),
        who=words.several(list(picture.signers)),
        risen=words("risk.risen", n=picture.risen),
        fallen=words("risk.fallen", n=picture.fallen),
    )


def tables(material: Material, picture: Picture) -> tuple[Table, ...]:
    """The matrix, the movement, and the roadmap where one was drawn."""
    found = (_matrix(material, picture), _movement(material, picture))
    return (*found, _roadmap(material, picture)) if picture.plan else found


def _matrix(material: Material, picture: Picture) -> Table:
    held = {(row, column): devices for row, column, devices in picture.cells}
    return Table(
        name="risk.matrix",
        title=material.words("risk.matrix"),
        columns=(
            material.column("criticality"),
            *(Column(f"v{level}", f"V{level}", "number") for level in range(1, COLUMNS + 1)),
        ),
        rows=tuple(
            (str(row), *(held.get((row, column), 0) for column in range(1, COLUMNS + 1)))
            for row in range(picture.levels, 0, -1)
        ),
        note=material.words("risk.matrix.note", grid=picture.grid),
    )


def _movement(material: Material, picture: Picture) -> Table:
    column, signed = material.column, bool(picture.signed_at)
    rows = tuple(
        (word, now, *((then, f"{now - then:+d}" if now != then else "0") if signed else ()))
        for _, word, now, then in picture.risks
    )  # fmt: skip
    more = (column("signed", "number"), column("change", "number")) if signed else ()
    heads = (column("risk"), column("now", "number"), *more)
    return Table(name="risk.movement", title=material.words("risk.movement"), columns=heads, rows=rows)


def _roadmap(material: Material, picture: Picture) -> Table:
    column = material.column
    return Table(
        name="risk.roadmap",
        title=material.words("risk.roadmap", share=material.words.percent(picture.removed)),
        columns=(
            column("quarter", "number"), column("work"), column("devices", "number"), column("cost", "number"),
            column("hours-of-work", "number"), column("removed", "number"),
        ),
        rows=tuple((one.quarter, one.work, one.devices, one.cost, one.hours, one.removed) for one in picture.plan),
        note=material.words("risk.roadmap.note", budget=picture.budget, hours=picture.hours),
    )  # fmt: skip
