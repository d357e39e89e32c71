"""The devices of a cell, and what is decided of their risk together.

Question: which devices stand here, the most pressing first, and what do we do about them?
Reference: reference of the pages 7.5 (treat, transfer, accept until, avoid); domain note 03 §6 (priority, and what an
acceptance must say). A decision is made in the signed matrix; it is shown before it is said. Left out: scores, which
stand on the page of each device.

Example: ``/risk/devices?criticality=4&vulnerability=4``
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed, Missing
from garde.gate import Guarded, status_of, visitor_of
from garde.model.device import Device
from garde.model.risk.matrix import Matrix, Placed
from garde.model.risk.treatment import OPTIONS, Treatment
from garde.report.fleet import name_of
from garde.report.table import csv_of
from garde.risk.matrix import priority
from garde.risk.treatment import State, checked
from garde.web.pages.risk.view import ROWS, Filter, filter_of, number, person_of, placed, severity_of
from garde.web.site import Site, inside, json, language_of

DAY: Final = 86_400 * 1_000_000_000
#: Devices that may be decided together.
MOST: Final = 500
COLUMNS: Final = (
    "device", "name", "site", "ward", "kind", "model", "criticality", "vulnerability", "points", "known", "risk",
    "status", "priority",
)  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """A device of the list: its cell and record, the severity of its risk, its priority, and where its risk is."""

    row: Placed
    device: Device | None
    severity: str
    priority: float
    state: State | None = None


class StandingPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the list shows.

    Attributes:
        chosen: the filter; ``chips`` its conditions: name, value, and where its removal leads.
        package: work whose devices are meant, or empty.
        lines: of this page; ``total`` is how many match.
        word: level of risk → what the grid calls it.
        before, after: addresses of the pages around; empty at the ends.
        csv, json: the same list for programs.
        act: where a decision about several is sent.
        driving: the signed matrix that decisions are made in; None when none is, and then ``missing`` says who.
        missing: roles that have not signed the newest one.
        options: what may be decided.
        may_treat: the reader may decide of some of them.
        latest: the last day on which an acceptance may end.
        most: how many may be decided together.
    """

    chosen: Filter
    chips: tuple[tuple[str, str, str], ...]
    package: str
    lines: tuple[Line, ...]
    total: int
    word: dict[int, str]
    before: str
    after: str
    csv: str
    json: str
    act: str
    driving: Matrix | None
    missing: tuple[str, ...]
    may_treat: bool
    latest: str
    options: tuple[str, ...] = OPTIONS
    most: int = MOST


class DecisionPage(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about several risks before it is said.

    Attributes:
        option, reason, until, person: as typed; ``ends`` the end in nanoseconds since 1970.
        lines: the devices of whose risk it may be said.
        refused: device and why it may not.
        back: where one came from; ``act`` where it is sent.
        error: why none of it may be said.
    """

    option: str
    reason: str
    until: str
    ends: int
    person: str
    lines: tuple[Line, ...]
    refused: tuple[tuple[Line, GardeError], ...]
    back: str
    act: str
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "standing.html", page=standing_page(site, request))

    def data(request: Request) -> Response:
        return json([as_record(site, one) for one in found(site, request)])

    def table(request: Request) -> Response:
        rows = ({name: str(value) for name, value in as_record(site, one).items()} for one in found(site, request))
        headers = {"content-disposition": 'attachment; filename="risk.csv"'}
        return Response(csv_of(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)

    async def decide(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=MOST + 16) as form:
            return await run_in_threadpool(_decide, site, request, form)

    return [
        Guarded("/risk/devices", page, "risk.read"),
        Guarded("/risk/devices.json", data, "risk.read"),
        Guarded("/risk/devices.csv", table, "risk.read"),
        Guarded("/risk/treatments", decide, "risk.treat", methods=("POST",)),
    ]


def found(site: Site, request: Request, right: str = "risk.read") -> list[Placed]:
    """The devices of the address that the person may see, the most pressing first; ties by criticality, then id."""
    chosen = filter_of(request.query_params)
    rows = [row for row in placed(site, request, right) if chosen.keeps(row)]
    package = request.query_params.get("package", "")
    if package:
        reach = reach_of(site, package)
        rows = [row for row in rows if row.device in reach]
    return sorted(rows, key=lambda row: (-pressing(row), -row.criticality, row.device))


def reach_of(site: Site, package: str) -> frozenset[str]:
    """The devices that a package of work touches.

    Raises:
        Missing: there is no such package.
    """
    try:
        return site.risk.works().reach(package)
    except KeyError:
        raise Missing(
            "roadmap.gone", "There is no such work any more", hint="Draw the roadmap again"
        ) from None  # fmt: skip


def pressing(row: Placed) -> float:
    """The priority of one device."""
    return priority(row.risk, row.points or 0.0)


def standing_page(site: Site, request: Request) -> StandingPage:
    """The record of the list."""
    rows, grid = found(site, request), site.risk.grid
    chosen, package = filter_of(request.query_params), request.query_params.get("package", "")[:200]
    more = {"package": package} if package else {}
    first = (number(request.query_params.get("page", ""), 1, 100_000, 1) - 1) * ROWS
    first = min(first, max(len(rows) - 1, 0) // ROWS * ROWS)
    driving, missing = driving_of(site)
    shown = rows[first : first + ROWS]
    states = states_of(site, driving, shown)
    chips = [
        (name, value, chosen.without(name).address("/risk/devices", **more)) for name, value in chosen.pairs()
    ]  # fmt: skip
    if package:
        chips.append(("package", package, chosen.address("/risk/devices")))
    t = language_of(request)
    last = dt.datetime.fromtimestamp(site.now() / 1e9, dt.UTC) + dt.timedelta(days=365)
    return StandingPage(
        chosen=chosen,
        chips=tuple(chips),
        package=package,
        lines=tuple(line_of(site, row, states.get(row.device)) for row in shown),
        total=len(rows),
        word={line: grid.word(line, t.code) for line in {row.risk for row in shown}},
        before=chosen.address("/risk/devices", **more, page=str(first // ROWS)) if first else "",
        after=chosen.address("/risk/devices", **more, page=str(first // ROWS + 2)) if first + ROWS < len(rows) else "",
        csv=chosen.address("/risk/devices.csv", **more),
        json=chosen.address("/risk/devices.json", **more),
        act=chosen.address("/risk/treatments", **more),
        driving=driving,
        missing=missing,
        may_treat=visitor_of(request).may("risk.treat"),
        latest=f"{last:%Y-%m-%d}",
    )


def driving_of(site: Site) -> tuple[Matrix | None, tuple[str, ...]]:
    """The signed matrix that drives; without one, the roles that have not signed the newest."""
    try:
        return site.risk.driving(), ()
    except GardeError:
        frozen = site.risk.matrices()
        return None, site.risk.standing(frozen[0].id).missing if frozen else site.risk.grid.head.quorum


def states_of(site: Site, driving: Matrix | None, rows: Iterable[Placed]) -> dict[str, State]:
    """Where the risk of these devices is on its way; nothing before a matrix is signed."""
    if driving is None:
        return {}
    wanted = {row.device for row in rows}
    return {one.device: one for one in site.risk.states(driving, site.now()) if one.device in wanted}


def line_of(site: Site, row: Placed, state: State | None = None) -> Line:
    """A device as the list shows it."""
    device = site.fleet.get(row.device)
    return Line(row, device, severity_of(site.risk.grid, row.risk), pressing(row), state)


def as_record(site: Site, row: Placed) -> dict[str, object]:
    """A device as JSON and CSV have it."""
    device = site.fleet.get(row.device)
    return {
        "device": row.device, "name": name_of(device) if device else row.device, "site": row.site, "ward": row.ward,
        "kind": row.kind, "model": row.model, "criticality": row.criticality, "vulnerability": row.vulnerability,
        "points": None if row.points is None else round(row.points, 1), "known": row.known, "risk": row.risk,
        "status": row.status, "priority": pressing(row),
    }  # fmt: skip


def until_of(text: str) -> int:
    """The end of a day in nanoseconds since 1970; 0 for none.

    Raises:
        Malformed: it is no date.
    """
    if not text:
        return 0
    try:
        day = dt.date.fromisoformat(text[:10])
        return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()) * 1_000_000_000 + DAY
    except (ValueError, OverflowError):
        raise Malformed("treatment.date", f"{text[:20]!r} is no date", hint="YYYY-MM-DD") from None


def _decide(site: Site, request: Request, form: FormData) -> Response:
    words = {name: str(form.get(name, "")).strip()[:500] for name in ("option", "reason", "until", "person")}
    back = inside(str(form.get("back", "/risk/devices")))
    package = request.query_params.get("package", "") if words["option"] == "treat" else ""
    if form.get("every") == "1":
        rows = found(site, request, "risk.treat")
    else:
        ticked = set(map(str, form.getlist("device")))
        rows = [row for row in placed(site, request, "risk.treat") if row.device in ticked]
    said: list[Treatment] = []
    lines: list[Line] = []
    refused: list[tuple[Line, GardeError]] = []
    error, ends = None, 0
    try:
        if not 0 < len(rows) <= MOST:
            raise Malformed(
                "treatment.many", f"{len(rows)} devices are meant", hint=f"Tick between 1 and {MOST} devices"
            )
        ends, driving = until_of(words["until"]), site.risk.driving()
        login, _ = person_of(request, words["person"])
        there = {row.device for row in driving.rows}
        for row in rows:
            line = line_of(site, row)
            if row.device not in there:
                refused.append((line, Missing("matrix.device", "The device does not stand in the signed matrix")))
                continue
            said.append(
                checked(
                    Treatment(
                        id=f"t-{secrets.token_hex(12)}", at=site.now(), device=row.device, matrix=driving.id,
                        option=words["option"], person=login, reason=words["reason"], until=ends,
                        packages=(package,) if package else (),
                    )
                )
            )  # fmt: skip
            lines.append(line)
    except GardeError as caught:
        error = caught
    if error is None and form.get("step") == "say" and said:
        site.risk.say(*said)
        return RedirectResponse("/risk/treatments" if words["option"] == "accept" else back, 303)
    act = f"/risk/treatments{'?' if request.url.query else ''}{request.url.query}"
    shown = DecisionPage(
        **words, ends=ends, lines=tuple(lines), refused=tuple(refused), back=back, act=act, error=error
    )
    return site.page(request, "decision.html", int(status_of(error)) if error else 200, page=shown)
