"""The committee: frozen matrices, who signed each, who is missing, and what lies between two of them.

Question: what exactly was signed, by whom, and what has moved since?
Reference: domain note 03 §6; `garde.risk.matrix` (an id is the digest of grid and rows; each role needs a person of its
own). Who signs sees the whole hospital. Left out: the acceptances of single risks, which are signed in
`garde.web.pages.risk.treatments`.

Example: ``/risk/matrices/m-…?with=now``
"""

from __future__ import annotations

import secrets
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed, Missing, Refused
from garde.gate import Guarded, status_of, visitor_of
from garde.model.message import moment
from garde.model.risk.matrix import Approval, Matrix, intact
from garde.report.table import csv_of
from garde.risk.matrix import Comparison, Standing, compare
from garde.web.charts import matrix as drawn
from garde.web.pages.risk.matrix import Frozen, chart_of
from garde.web.pages.risk.standing import COLUMNS, Line, as_record, line_of
from garde.web.pages.risk.view import cut, now_of, person_of, placed, whole
from garde.web.site import Site, json, language_of

#: Devices of a comparison that are listed, of each sort.
MOST: Final = 100
NOW: Final = "now"


class MatricesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All frozen matrices, newest first; ``driving`` is the id of the one that treatments rest on, or empty.

    Attributes:
        rows: each with what was said of it.
        may_freeze: the reader may freeze another.
    """

    rows: tuple[Frozen, ...]
    driving: str
    may_freeze: bool


class Moved(msgspec.Struct, frozen=True):
    """A device that stands elsewhere: its line now, and its levels of risk before and after as the grid calls them."""

    line: Line
    before: str
    after: str


class FrozenPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of one frozen matrix shows.

    Attributes:
        matrix: its rows, those that the reader may see; ``whole`` how many it has.
        standing: who signed, who refused, who is missing.
        intact: the rows are those that the id was made of.
        current: it was made by the grid in force.
        driving: treatments rest on it.
        chart: criticality × vulnerability, as it was frozen.
        roles: in which the reader may sign.
        other: with what it is compared: id, or ``now``; empty for nothing.
        others: what it may be compared with: id and moment.
        comparison: what lies between; ``risen`` and ``fallen`` its devices, those that are listed.
        error: a word that could not be taken.
    """

    matrix: Matrix
    whole: int
    standing: Standing
    intact: bool
    current: bool
    driving: bool
    chart: drawn.Matrix | None
    roles: tuple[str, ...]
    other: str
    others: tuple[tuple[str, int], ...]
    comparison: Comparison | None
    risen: tuple[Moved, ...]
    fallen: tuple[Moved, ...]
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def every(request: Request) -> Response:
        return site.page(request, "matrices.html", page=matrices_page(site, request))

    def page(request: Request) -> Response:
        return site.page(request, "frozen.html", page=frozen_page(site, request))

    def data(request: Request) -> Response:
        one = cut(site, request, found(site, request.path_params["matrix"]))
        said = site.risk.standing(one.id)
        return json(
            {"id": one.id, "grid": one.grid, "at": moment(one.at), "rows": one.rows, "approvals": said.approvals,
             "refusals": said.refusals, "missing": said.missing, "signed": said.signed}
        )  # fmt: skip

    def table(request: Request) -> Response:
        one = cut(site, request, found(site, request.path_params["matrix"]))
        rows = ({name: str(value) for name, value in as_record(site, row).items()} for row in one.rows)
        headers = {"content-disposition": 'attachment; filename="matrix.csv"'}
        return Response(csv_of(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)

    async def sign(request: Request) -> Response:
        one = found(site, request.path_params["matrix"])
        whole(request, "risk.approve")
        async with request.form(max_files=0, max_fields=8) as form:
            words = {name: str(form.get(name, "")).strip()[:500] for name in ("role", "agrees", "reason", "person")}
        try:
            site.risk.say(approval(site, request, one.id, **words))
        except GardeError as error:
            return site.page(
                request, "frozen.html", int(status_of(error)), page=frozen_page(site, request, error)
            )  # fmt: skip
        return RedirectResponse(f"/risk/matrices/{one.id}", 303)

    return [
        Guarded("/risk/matrices", every, "risk.read"),
        Guarded("/risk/matrices/{matrix}.json", data, "risk.read"),
        Guarded("/risk/matrices/{matrix}.csv", table, "risk.read"),
        Guarded("/risk/matrices/{matrix}", page, "risk.read"),
        Guarded("/risk/matrices/{matrix}/approvals", sign, "risk.approve", methods=("POST",)),
    ]


def found(site: Site, name: str) -> Matrix:
    """A frozen matrix.

    Raises:
        Missing: there is none of that id.
    """
    one = site.store.get(Matrix, [name]).get(name)
    if one is None:
        raise Missing("matrix.unknown", "There is no such matrix", hint="It may have been frozen elsewhere")
    return one


def approval(site: Site, request: Request, about: str, *, role: str, agrees: str, reason: str, person: str) -> Approval:
    """A person's word about a matrix or a treatment.

    Raises:
        Refused: the person does not hold the role, or gives no reason for a refusal.
        Malformed: neither yes nor no.
    """
    if role not in roles_of(site, request):
        raise Refused("approval.role", "You do not hold this role for the whole hospital", where=role)
    if agrees not in ("yes", "no"):
        raise Malformed("approval.word", "Say whether you agree")
    if agrees == "no" and not reason:
        raise Refused("approval.reason", "A refusal has a reason", hint="Say why")
    login, name = person_of(request, person)
    return Approval(
        id=f"a-{secrets.token_hex(12)}", at=site.now(), about=about, person=login, name=name, role=role,
        agrees=agrees == "yes", reason=reason,
    )  # fmt: skip


def roles_of(site: Site, request: Request) -> tuple[str, ...]:
    """The roles of the quorum in which the reader may sign for the whole hospital."""
    scope = visitor_of(request).scope("risk.approve")
    held = scope.roles_over(None)
    return tuple(role for role in site.risk.grid.head.quorum if role in held)


def matrices_page(site: Site, request: Request) -> MatricesPage:
    """The record of the list."""
    rows = tuple(
        Frozen(matrix=one, standing=site.risk.standing(one.id), current=one.grid == site.risk.grid.digest)
        for one in site.risk.matrices()
    )
    return MatricesPage(
        rows=rows,
        driving=next((one.matrix.id for one in rows if one.standing.signed), ""),
        may_freeze=visitor_of(request).scope("risk.freeze").everything,
    )


def frozen_page(site: Site, request: Request, error: GardeError | None = None) -> FrozenPage:
    """The record of one frozen matrix."""
    one = found(site, request.path_params["matrix"])
    shown, t, grid = cut(site, request, one), language_of(request), site.risk.grid
    every = site.risk.matrices()
    standing = site.risk.standing(one.id)
    other = request.query_params.get("with", "")[:80]
    comparison = None
    risen: tuple[Moved, ...] = ()
    fallen: tuple[Moved, ...] = ()
    if other:
        against = now_of(site, placed(site, request)) if other == NOW else cut(site, request, found(site, other))
        early, late = sorted((shown, against), key=lambda matrix: matrix.at)
        comparison = compare(early, late)
        rows = {row.device: row for row in (*early.rows, *late.rows)}
        risen, fallen = (
            tuple(
                Moved(line_of(site, rows[device]), grid.word(before, t.code), grid.word(after, t.code))
                for device, before, after in moves[:MOST]
            )
            for moves in (comparison.risen, comparison.fallen)
        )
    driving = next((matrix.id for matrix in every if site.risk.standing(matrix.id).signed), "")
    return FrozenPage(
        matrix=shown,
        whole=len(one.rows),
        standing=standing,
        intact=intact(one),
        current=one.grid == grid.digest,
        driving=driving == one.id,
        # Another grid may have other levels, so that its cells are not to be drawn by this one.
        chart=chart_of(shown, grid, t) if one.grid == grid.digest else None,
        roles=roles_of(site, request),
        other=other,
        others=((NOW, site.now()), *((matrix.id, matrix.at) for matrix in every if matrix.id != one.id)),
        comparison=comparison,
        risen=risen,
        fallen=fallen,
        error=error,
    )
