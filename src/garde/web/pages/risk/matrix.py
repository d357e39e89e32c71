"""The matrix: where every device stands between what care needs and what is weak.

Question: where do we act first, is that agreed, and what moved since the committee last signed?
Reference: reference of the pages 7.5; domain note 03 §1.1 and §6. Cells lead to their devices. The matrix of the page
is that of now; what people sign is a frozen one, and an unsigned one drives nothing, which the page says.

Example: ``/risk?by=ward``
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.gate import Guarded, visitor_of
from garde.model.risk.matrix import Matrix, Placed
from garde.risk.grid import VULNERABILITY_LEVELS, Grid
from garde.risk.matrix import BY, Comparison, Standing, cells, compare, heat
from garde.web.charts import matrix as drawn
from garde.web.language import Language
from garde.web.pages.risk.view import Filter, cut, now_of, person_of, placed, severity_of, whole
from garde.web.site import Site, json, kind_label, language_of

LIST: Final = "/risk/devices"
#: Sites, wards, kinds or models of the heat: above it nobody reads on.
MOST: Final = 30
#: Kinds with which to begin scoring.
STARTS: Final = 12


class Level(msgspec.Struct, frozen=True):
    """A level of risk: its number and word, how it is drawn, how many devices have it, where they are listed."""

    level: int
    word: str
    severity: str
    count: int
    href: str


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen matrix, what was said of it, and whether it is that of the grid in force."""

    matrix: Matrix
    standing: Standing
    current: bool


class MatrixPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        grid: its name.
        total: devices that the reader may see.
        chart: criticality × vulnerability.
        levels: the levels of risk, highest first.
        unknown: devices whose vulnerability is unknown.
        defaults: devices whose criticality nobody scored; ``share`` percent of all.
        disputed: devices about which roles differ.
        starts: kinds that nobody scored, most devices first: code, how many, where they are scored.
        by: of ``BY``, or empty; ``heat`` the chart of it, and ``left`` groups that are not drawn.
        latest: the newest frozen matrix; ``signed`` the newest that everybody signed.
        moved: what lies between the signed one, else the newest, and now.
        may_freeze: the reader may freeze.
        whole: the reader sees the whole hospital, and so its roadmap.
        ways: the words that a heat may be drawn by.
    """

    grid: str
    total: int
    chart: drawn.Matrix
    levels: tuple[Level, ...]
    unknown: int
    defaults: int
    share: int
    disputed: int
    starts: tuple[tuple[str, int, str], ...]
    by: str
    heat: drawn.Matrix | None
    left: int
    latest: Frozen | None
    signed: Frozen | None
    moved: Comparison | None
    may_freeze: bool
    whole: bool
    ways: tuple[str, ...] = BY


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "matrix.html", page=matrix_page(site, request))

    def data(request: Request) -> Response:
        return json(as_record(site, placed(site, request)))

    async def freeze(request: Request) -> Response:
        whole(request, "risk.freeze")
        async with request.form(max_files=0, max_fields=4) as form:
            login, _ = person_of(request, str(form.get("person", "")))
        made = site.risk.freeze(login, site.now())
        return RedirectResponse(f"/risk/matrices/{made.id}", 303)

    return [
        Guarded("/risk", page, "risk.read"),
        Guarded("/risk.json", data, "risk.read"),
        Guarded("/risk/freeze", freeze, "risk.freeze", methods=("POST",)),
    ]


def matrix_page(site: Site, request: Request) -> MatrixPage:
    """The record of the page."""
    t, grid = language_of(request), site.risk.grid
    now = now_of(site, placed(site, request))
    by = request.query_params.get("by", "")
    by = by if by in BY else ""
    shown, left = _heat(now, by, grid, t) if by else (None, 0)
    latest, signed = standing_of(site)
    reference = signed or latest
    unscored = [row for row in now.rows if row.status == "default"]
    kinds = Counter(row.kind for row in unscored)
    return MatrixPage(
        grid=grid.name,
        total=len(now.rows),
        chart=chart_of(now, grid, t),
        levels=levels_of(now.rows, grid, t),
        unknown=sum(not row.known for row in now.rows),
        defaults=len(unscored),
        share=len(unscored) * 100 // len(now.rows) if now.rows else 0,
        disputed=sum(row.status == "disputed" for row in now.rows),
        starts=tuple(
            (kind, many, Filter(words=(("kind", kind),)).address("/risk/scoring"))
            for kind, many in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))[:STARTS]
            if kind not in ("", "unknown")
        ),
        by=by,
        heat=shown,
        left=left,
        latest=latest,
        signed=signed,
        moved=compare(cut(site, request, reference.matrix), now) if reference else None,
        may_freeze=visitor_of(request).scope("risk.freeze").everything,
        whole=visitor_of(request).scope("risk.read").everything,
    )


def standing_of(site: Site) -> tuple[Frozen | None, Frozen | None]:
    """The newest frozen matrix, and the newest that everybody signed."""
    latest = None
    for one in site.risk.matrices():
        frozen = Frozen(
            matrix=one, standing=site.risk.standing(one.id), current=one.grid == site.risk.grid.digest
        )  # fmt: skip
        latest = latest or frozen
        if frozen.standing.signed:
            return latest, frozen
    return latest, None


def chart_of(matrix: Matrix, grid: Grid, t: Language, path: str = LIST) -> drawn.Matrix:
    """Criticality × vulnerability, the most critical row above; each cell leads to its devices."""
    levels = range(grid.levels, 0, -1)
    columns = range(1, VULNERABILITY_LEVELS + 1)
    held = cells(matrix)
    return drawn.Matrix(
        title=t("Criticality × vulnerability"),
        rows=tuple(t("criticality {n}", n=row) for row in levels),
        columns=tuple(t("V{n}", n=column) for column in columns),
        cells=tuple(
            drawn.Cell(
                grid.levels - row, column - 1, held[row, column], severity_of(grid, grid.risk(row, column)),
                Filter((("criticality", row), ("vulnerability", column))).address(path),
            )
            for row in levels
            for column in columns
            if (row, column) in held
        ),
        corner=t("care, weakness"),
    )  # fmt: skip


def levels_of(rows: tuple[Placed, ...], grid: Grid, t: Language) -> tuple[Level, ...]:
    """Every level of risk of the grid, highest first."""
    counts = Counter(row.risk for row in rows)
    every = sorted({risk for line in grid.rows for risk in line.risk}, reverse=True)
    return tuple(
        Level(one, grid.word(one, t.code), severity_of(grid, one), counts[one], Filter((("risk", one),)).address(LIST))
        for one in every
    )


def as_record(site: Site, rows: list[Placed]) -> dict[str, object]:
    """The matrix of now for programs: how many devices each cell and level has, and each site, ward, kind and model."""
    matrix, grid = now_of(site, rows), site.risk.grid
    return {
        "grid": grid.name,
        "digest": grid.digest,
        "devices": len(rows),
        "cells": [
            {"criticality": row, "vulnerability": column, "risk": grid.risk(row, column), "devices": many}
            for (row, column), many in cells(matrix).items()
        ],
        "risks": dict(sorted(Counter(row.risk for row in rows).items())),
        "unknown": sum(not row.known for row in rows),
        "status": dict(sorted(Counter(row.status for row in rows).items())),
        "heat": {
            by: {word: {"devices": one.counts, "unknown": one.unknown} for word, one in heat(matrix, by).items()}
            for by in BY
        },
    }


def _heat(matrix: Matrix, by: str, grid: Grid, t: Language) -> tuple[drawn.Matrix, int]:
    """Groups × levels of risk, the hottest above, and how many groups are left out."""
    groups = heat(matrix, by)
    every = sorted({risk for line in grid.rows for risk in line.risk}, reverse=True)
    shown = list(groups)[:MOST]

    def label(word: str) -> str:
        return kind_label(word, t.code) if by == "kind" else word or t("unknown")

    chart = drawn.Matrix(
        title=t("Devices by level of risk"),
        rows=tuple(label(word) for word in shown),
        columns=tuple(grid.word(risk, t.code) for risk in every),
        cells=tuple(
            drawn.Cell(
                row, column, groups[word].counts[risk], severity_of(grid, risk),
                Filter((("risk", risk),), ((by, word),)).address(LIST),
            )
            for row, word in enumerate(shown)
            for column, risk in enumerate(every)
            if risk in groups[word].counts
        ),
    )  # fmt: skip
    return chart, len(groups) - len(shown)
