"""Treatments: what was decided of risks, what of it is in force, and which acceptances wait for signatures.

Question: which risks are being treated, which are lived with until when, and what falls due?
Reference: domain note 03 §6 (an acceptance is signed, has a reason and ends within twelve months; it falls due when it
ends or when the risk rises). Left out: deciding, which is done on the list of devices.

Example: ``/risk/treatments?stage=accepted``
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Malformed, Missing
from garde.gate import Guarded, visitor_of
from garde.model.risk.matrix import Placed
from garde.model.risk.treatment import Treatment
from garde.report.table import csv_of
from garde.risk.matrix import Standing
from garde.risk.treatment import STAGES, State
from garde.web.pages.risk.committee import approval, roles_of
from garde.web.pages.risk.standing import Line, driving_of, line_of
from garde.web.pages.risk.view import ROWS, number
from garde.web.site import Site, json

#: Acceptances that may be signed together.
MOST: Final = 500
SOON: Final = 30 * 86_400 * 1_000_000_000
COLUMNS: Final = ("device", "stage", "option", "until", "person", "reason", "because", "missing")


class Decided(msgspec.Struct, frozen=True):
    """A risk on its way: its line, where it is, what was decided last, and what was said of that."""

    line: Line
    state: State
    treatment: Treatment | None
    standing: Standing | None


class TreatmentsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        signed: a matrix drives; else nothing can be decided, and ``missing`` says who has not signed.
        stages: stage and how many devices are there, those that have any; ``stage`` is the one chosen.
        rows: of this page; ``total`` is how many there are.
        waiting: acceptances that wait for signatures.
        soon: acceptances that end within thirty days.
        roles: in which the reader may sign.
        before, after: addresses of the pages around; empty at the ends.
    """

    signed: bool
    missing: tuple[str, ...]
    stages: tuple[tuple[str, int], ...]
    stage: str
    rows: tuple[Decided, ...]
    total: int
    waiting: tuple[Decided, ...]
    soon: int
    roles: tuple[str, ...]
    before: str
    after: str


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "treatments.html", page=treatments_page(site, request))

    def data(request: Request) -> Response:
        return json([_record(*one) for one in decided(site, request)[0]])

    def table(request: Request) -> Response:
        rows = ({name: str(value) for name, value in _record(*one).items()} for one in decided(site, request)[0])
        headers = {"content-disposition": 'attachment; filename="treatments.csv"'}
        return Response(csv_of(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)

    async def sign(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=MOST + 8) as form:
            wanted = [str(name) for name in form.getlist("treatment")[:MOST]]
            words = {name: str(form.get(name, "")).strip()[:500] for name in ("role", "agrees", "reason", "person")}
        if not wanted:
            raise Malformed("treatment.none", "No acceptance is ticked", hint="Tick the acceptances that you mean")
        held = site.store.get(Treatment, wanted)
        scope = visitor_of(request).scope("risk.approve")
        seen = site.fleet.seen(scope.terms)
        if len(held) < len(set(wanted)) or not all(seen(one.device) for one in held.values()):
            raise Missing("treatment.unknown", "There is no such decision")
        site.risk.say(*(approval(site, request, name, **words) for name in sorted(held)))
        return RedirectResponse("/risk/treatments", 303)

    return [
        Guarded("/risk/treatments", page, "risk.read"),
        Guarded("/risk/treatments.json", data, "risk.read"),
        Guarded("/risk/treatments.csv", table, "risk.read"),
        Guarded("/risk/approvals", sign, "risk.approve", methods=("POST",)),
    ]


def decided(site: Site, request: Request) -> tuple[list[tuple[State, Treatment | None]], dict[str, Placed]]:
    """Where each risk of the signed matrix is, for the devices that the reader may see, and their cells in it."""
    driving, _ = driving_of(site)
    if driving is None:
        return [], {}
    seen = site.fleet.seen(visitor_of(request).scope("risk.read").terms)
    treatments = {one.id: one for one in site.risk.treatments()}
    last = {one.device: one for one in treatments.values()}
    states = [one for one in site.risk.states(driving, site.now()) if seen(one.device)]
    rows = {row.device: row for row in driving.rows}
    return [(one, treatments.get(one.treatment) or last.get(one.device)) for one in states], rows


def treatments_page(site: Site, request: Request) -> TreatmentsPage:
    """The record of the page."""
    driving, missing = driving_of(site)
    found, rows = decided(site, request)
    chosen = request.query_params.get("stage", "")
    counts = Counter(state.stage for state, _ in found)
    some = [pair for pair in found if (pair[0].stage == chosen if chosen in STAGES else pair[1] is not None)]
    first = (number(request.query_params.get("page", ""), 1, 100_000, 1) - 1) * ROWS
    first = min(first, max(len(some) - 1, 0) // ROWS * ROWS)
    path = f"/risk/treatments?stage={chosen}&page=" if chosen in STAGES else "/risk/treatments?page="
    waiting = [pair for pair in found if pair[1] is not None and pair[0].missing][:MOST]
    now = site.now()

    def shown(pair: tuple[State, Treatment | None]) -> Decided:
        state, last = pair
        standing = site.risk.standing(last.id) if last is not None and last.option == "accept" else None
        return Decided(line_of(site, rows[state.device]), state, last, standing)

    return TreatmentsPage(
        signed=driving is not None,
        missing=missing,
        stages=tuple((stage, counts[stage]) for stage in STAGES if counts[stage]),
        stage=chosen if chosen in STAGES else "",
        rows=tuple(shown(pair) for pair in some[first : first + ROWS]),
        total=len(some),
        waiting=tuple(shown(pair) for pair in waiting),
        soon=sum(state.stage == "accepted" and 0 < state.until - now <= SOON for state, _ in found),
        roles=roles_of(site, request),
        before=f"{path}{first // ROWS}" if first else "",
        after=f"{path}{first // ROWS + 2}" if first + ROWS < len(some) else "",
    )


def _record(state: State, last: Treatment | None) -> dict[str, object]:
    return {
        "device": state.device, "stage": state.stage, "option": last.option if last else "", "until": state.until,
        "person": last.person if last else "", "reason": last.reason if last else "", "because": state.because,
        "missing": " ".join(state.missing),
    }  # fmt: skip
