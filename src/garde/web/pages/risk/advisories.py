"""Weaknesses: those that weigh on this fleet, and all that is published about one of them.

Question: whom does this weakness concern, in which versions, what is advised, and by when must it be done?
Reference: issue 6 part 7; domain note 03 §5 (EPSS, KEV, SSVC, BOD 26-04). On a clinical device the deadline is that of
the compensating measure, not of the patch. Left out: prose, which the document itself has.

Example: ``/risk/advisories/CVE-2021-27489``
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import Missing
from garde.gate import Guarded
from garde.inventory.kinds import kinds
from garde.model.risk.vulnerability import Vulnerability
from garde.report.table import csv_of
from garde.risk.library import About
from garde.risk.urgency import OUTCOMES, Urgency, urgency
from garde.risk.vulnerability.match import Verdict
from garde.risk.vulnerability.score import Weakness, risk_of
from garde.risk.vulnerability.severity import base, best
from garde.risk.vulnerability.weigh import COUNTED, Known
from garde.web.pages.risk.standing import Line, line_of
from garde.web.pages.risk.view import ROWS, number, seen_by
from garde.web.pages.risk.view import library_of as library
from garde.web.site import Site, json

DAY: Final = 86_400 * 1_000_000_000
#: Devices of one weakness that the page lists; the files have all.
MOST: Final = 300
COLUMNS: Final = ("device", "state", "how", "confidence", "accepted", "outcome", "exposure", "impact", "due")


class Weighing(msgspec.Struct, frozen=True):
    """A weakness that weighs on devices: as it counts on the worst of them, and how many there are."""

    weakness: Weakness
    title: str
    devices: int
    unsure: int


class AdvisoriesPage(msgspec.Struct, frozen=True, kw_only=True):
    """The weaknesses that weigh on devices, those known to be exploited first.

    Attributes:
        rows: of this page; ``total`` is how many there are.
        exploited: how many are known to be exploited; ``only`` shows those alone.
        text: words searched among ids.
        documents: how many documents were imported.
        before, after: addresses of the pages around; empty at the ends.
    """

    rows: tuple[Weighing, ...]
    total: int
    exploited: int
    only: bool
    text: str
    documents: int
    before: str
    after: str


class Concerned(msgspec.Struct, frozen=True):
    """A device and one weakness: what is published of it, what that asks for, by when (nanoseconds, 0 for no date).

    Attributes:
        clinical: it is a medical device, so that the date is that of the compensating measure.
    """

    line: Line
    verdict: Verdict
    urgency: Urgency | None
    due: int
    clinical: bool


class AdvisoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that is published about one weakness, and whom it concerns.

    Attributes:
        id, title: of the weakness; ``withdrawn`` when its publisher took it back.
        about: what the documents say.
        vectors: CVSS vectors and their base scores.
        exploitation: the worst word of the documents.
        outcomes: outcome of SSVC → how many devices, the most urgent first.
        concerned: devices on which it counts, the most urgent first; ``total`` is how many.
        cleared: devices of which it is said that they are not affected, or fixed.
    """

    id: str
    title: str
    withdrawn: bool
    about: About
    vectors: tuple[tuple[str, float], ...]
    exploitation: str
    outcomes: tuple[tuple[str, int], ...]
    concerned: tuple[Concerned, ...]
    total: int
    cleared: tuple[Concerned, ...]


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def every(request: Request) -> Response:
        return site.page(request, "advisories.html", page=advisories_page(site, request))

    def page(request: Request) -> Response:
        return site.page(request, "advisory.html", page=advisory_page(site, request))

    def data(request: Request) -> Response:
        shown = advisory_page(site, request, whole=True)
        return json({"id": shown.id, "devices": [_record(one) for one in (*shown.concerned, *shown.cleared)]})

    def table(request: Request) -> Response:
        shown = advisory_page(site, request, whole=True)
        rows = (
            {name: str(value) for name, value in _record(one).items()} for one in (*shown.concerned, *shown.cleared)
        )
        headers = {"content-disposition": 'attachment; filename="advisory.csv"'}
        return Response(csv_of(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)

    return [
        Guarded("/risk/advisories", every, "risk.read"),
        Guarded("/risk/advisories/{vulnerability}.json", data, "risk.read"),
        Guarded("/risk/advisories/{vulnerability}.csv", table, "risk.read"),
        Guarded("/risk/advisories/{vulnerability}", page, "risk.read"),
    ]


def advisories_page(site: Site, request: Request) -> AdvisoriesPage:
    """The record of the list."""
    values, shelf = request.query_params, library(site)
    found = weighing(site, request)
    only, text = values.get("exploited", "") == "1", values.get("q", "").strip()[:80]
    chosen = [
        one
        for one in found
        if (one[0].exploited or not only) and text.casefold() in one[0].id.casefold()
    ]  # fmt: skip
    first = (number(values.get("page", ""), 1, 100_000, 1) - 1) * ROWS
    first = min(first, max(len(chosen) - 1, 0) // ROWS * ROWS)
    path = f"/risk/advisories?{'exploited=1&' if only else ''}page="
    return AdvisoriesPage(
        rows=tuple(
            Weighing(weakness, _title(shelf.about(weakness.id)), many, unsure)
            for weakness, many, unsure in chosen[first : first + ROWS]
        ),
        total=len(chosen),
        exploited=sum(weakness.exploited for weakness, _, _ in found),
        only=only,
        text=text,
        documents=len(shelf.sources),
        before=f"{path}{first // ROWS}" if first else "",
        after=f"{path}{first // ROWS + 2}" if first + ROWS < len(chosen) else "",
    )


def weighing(site: Site, request: Request) -> list[tuple[Weakness, int, int]]:
    """Each weakness as it counts on the worst of the devices that the person may see, on how many, and unsurely so."""
    seen, fleet = seen_by(site, request), site.risk.fleet
    # Devices that stand alike share one tuple of weaknesses.
    shared: dict[int, tuple[tuple[Weakness, ...], int]] = {}
    for name in fleet.judged:
        if seen(name) and (weak := fleet.facts(name).weaknesses):
            shared[id(weak)] = (weak, shared.get(id(weak), (weak, 0))[1] + 1)
    worst: dict[str, Weakness] = {}
    many: dict[str, int] = defaultdict(int)
    unsure: dict[str, int] = defaultdict(int)
    for weak, devices in shared.values():
        for one in weak:
            many[one.id] += devices
            unsure[one.id] += devices if one.confidence < 0.5 else 0
            if one.id not in worst or risk_of(one) > risk_of(worst[one.id]):
                worst[one.id] = one
    ordered = sorted(worst.values(), key=lambda one: (not one.exploited, -risk_of(one), -many[one.id], one.id))
    return [(one, many[one.id], unsure[one.id]) for one in ordered]


def advisory_page(site: Site, request: Request, *, whole: bool = False) -> AdvisoryPage:
    """The record of one weakness.

    Raises:
        Missing: no document speaks of it.
    """
    name = request.path_params["vulnerability"]
    about = library(site).about(name)
    if about.empty:
        raise Missing("advisory.unknown", "No document that was imported speaks of this", hint="Import its advisory")
    known = Known(
        about.vulnerabilities,
        (about.likelihood,) if about.likelihood else (),
        (about.exploited,) if about.exploited else (),
    )
    seen = seen_by(site, request)
    concerned, cleared = [], []
    for asset, verdicts in site.risk.fleet.advisory(name, every=True):
        if seen(asset):
            verdict = verdicts[0]
            if verdict.state in COUNTED:
                concerned.append(_concerned(site, asset, verdict, about, known.exploitation(name)))
            else:
                cleared.append(Concerned(line_of(site, site.risk.judged()[asset].placed), verdict, None, 0, False))
    concerned.sort(key=_urgent)
    counts = [one.urgency.outcome for one in concerned if one.urgency]
    vectors = dict.fromkeys(vector for one in about.vulnerabilities for vector in one.vectors)
    first = best(vectors)
    return AdvisoryPage(
        id=name,
        title=_title(about),
        withdrawn=known.withdrawn(name),
        about=about,
        vectors=tuple((vector, base(vector)) for vector in sorted(vectors, key=lambda one: (one != first, one))),
        exploitation=known.exploitation(name),
        outcomes=tuple((outcome, counts.count(outcome)) for outcome in OUTCOMES if outcome in counts),
        concerned=tuple(concerned if whole else concerned[:MOST]),
        total=len(concerned),
        cleared=tuple(cleared if whole else cleared[:MOST]),
    )


def _concerned(site: Site, name: str, verdict: Verdict, about: About, exploitation: str) -> Concerned:
    one, told = site.risk.judged()[name], about.vulnerabilities
    found = urgency(
        {term.term: term.value for term in one.criticality.terms},
        one.criticality.level,
        site.risk.facts(name),
        exploitation=exploitation,
        automatable=_said(told, "automatable", "yes"),
        total=_said(told, "impact", "total"),
    )
    since = about.exploited.added if about.exploited else max((row.at for row in told), default=0)
    days = found.deadline.days
    kind = kinds().get(one.placed.kind)
    return Concerned(
        line=line_of(site, one.placed),
        verdict=verdict,
        urgency=found,
        due=since + days * DAY if days is not None and since else 0,
        clinical=kind is not None and kind.group == "medical",
    )


def _said(told: tuple[Vulnerability, ...], field: str, worse: str) -> str:
    """The worse of the words that documents say, or empty."""
    words = {getattr(one, field) for one in told} - {""}
    return worse if worse in words else next(iter(sorted(words)), "")


def _urgent(one: Concerned) -> tuple[int, float, str]:
    place = OUTCOMES.index(one.urgency.outcome) if one.urgency else len(OUTCOMES)
    return place, -one.line.priority, one.line.row.device


def _title(about: About) -> str:
    name = about.exploited.product if about.exploited else ""
    return next((one.title for one in about.vulnerabilities if one.title), name)


def _record(one: Concerned) -> dict[str, object]:
    found = one.urgency
    return {
        "device": one.line.row.device, "state": one.verdict.state, "how": one.verdict.how,
        "confidence": round(one.verdict.confidence, 2), "accepted": one.verdict.accepted,
        "outcome": found.outcome if found else "", "exposure": found.exposure if found else "",
        "impact": found.impact if found else "", "due": one.due,
    }  # fmt: skip
