"""Picture: the risk of a part of the hospital at one moment, as a report takes it.

Question: what of the risk goes on the board's page, for the devices that its reader may see?
Reference: reference of the pages 7.12; capabilities meet here (DESIGN §3): `garde.risk` counts, `garde.report` prints.
The roadmap is drawn for the whole hospital alone, under limits that the paper names. Left out: the paper.

Example::

    picture(assessment, {"d-1"}, "fr", now=now).signed_at
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from typing import Final

from garde.errors import GardeError
from garde.model.risk.matrix import Matrix
from garde.pipeline.risk.assessing import Assessment
from garde.report.risk import Picture, Planned
from garde.risk.matrix import cells, compare
from garde.risk.measures import measures
from garde.risk.package import Limits
from garde.risk.works import Work

#: What a plan may cost when nobody said: whole euros, and hours of each of four quarters. The paper prints both.
LIMITS: Final = Limits(budget=50_000, hours=(200, 200, 200, 200))
#: Packages that a page has room for.
MOST: Final = 8


def picture(
    assessment: Assessment, ids: Set[str], language: str, *, now: int, limits: Limits = LIMITS
) -> Picture | None:
    """The picture of these devices; None when none of them is judged.

    Args:
        ids: the devices that the reader may see.
        language: ``fr`` or ``en``.
    """
    judged, grid = assessment.judged(), assessment.grid
    rows = tuple(judged[name].placed for name in sorted(judged) if name in ids)
    if not rows:
        return None
    here = Matrix(id="", grid=grid.digest, at=now, rows=rows)
    signed = _signed(assessment, ids, whole=judged.keys() <= ids)
    moved = compare(signed, here) if signed else None
    then = Counter(row.risk for row in signed.rows) if signed else Counter[int]()
    counts = Counter(row.risk for row in rows)
    plan, removed = _plan(assessment, limits, language) if judged.keys() <= ids else ((), 0)
    return Picture(
        grid=grid.name,
        levels=grid.levels,
        cells=tuple((row, column, many) for (row, column), many in cells(here).items()),
        risks=tuple(
            (level, grid.word(level, language), counts[level], then[level])
            for level in sorted({risk for line in grid.rows for risk in line.risk}, reverse=True)
        ),
        signed_at=signed.at if signed else 0,
        signers=tuple(sorted({one.name for one in assessment.standing(signed.id).approvals})) if signed else (),
        risen=len(moved.risen) if moved else 0,
        fallen=len(moved.fallen) if moved else 0,
        plan=plan,
        budget=limits.budget,
        hours=limits.hours[0],
        removed=removed,
    )


def _signed(assessment: Assessment, ids: Set[str], *, whole: bool) -> Matrix | None:
    """The matrix that drives, with the rows of these devices; those that are gone count where all is seen."""
    try:
        driving = assessment.driving()
    except GardeError:
        return None
    if whole:
        return driving
    return Matrix(
        id=driving.id, grid=driving.grid, at=driving.at, rows=tuple(row for row in driving.rows if row.device in ids)
    )


def _plan(assessment: Assessment, limits: Limits, language: str) -> tuple[tuple[Planned, ...], int]:
    """The first packages of the best plan, and percent of the risk that all of it removes."""
    works = assessment.works()
    try:
        best = works.plan(limits).best
    except GardeError:
        return (), 0
    if not best.today:
        return (), 0
    steps = tuple(
        Planned(
            quarter=step.quarter,
            work=_title(works.work(step.package), language),
            devices=len(works.reach(step.package)),
            cost=step.cost,
            hours=step.hours,
            removed=round((step.before - step.after) * 100 / best.today),
        )
        for step in best.steps[:MOST]
    )
    return steps, round(best.removed * 100 / best.today)


def _title(work: Work, language: str) -> str:
    """A proposed package by its measure and whom it is for; a site's own by its name."""
    name, measure = work.package.name, work.package.measure
    if not work.proposed or measure not in measures():
        return name
    row = measures()[measure]
    return f"{row.fr if language == 'fr' else row.en} – {name.removeprefix(f'{measure}: ')}"
