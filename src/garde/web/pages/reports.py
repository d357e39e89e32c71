"""Reports: what is handed to whom, on paper.

Question: what do I hand to this person on this date?
Reference: reference of the pages 7.12. A report holds what its reader may see, and leaves a trace in the log with its
digests. Left out: sending and scheduling, which notifications do; sentences that a person edits, because the figures
write them.

Example: ``/reports``
"""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Missing
from garde.gate import Guarded, status_of, visitor_of
from garde.model.device import Device
from garde.model.finding import Finding
from garde.model.issued import Issued
from garde.pipeline.reports import Document, Wanted, check, issue
from garde.report.facts import canonical
from garde.report.fleet import Query
from garde.report.reports import REPORTS
from garde.report.spec import Report
from garde.report.words import LANGUAGES
from garde.web.pages.finding import seen_by
from garde.web.presses import Job, Presses
from garde.web.site import Site, json, language_of

RIGHT: Final = "reports.make"
#: Devices of one report, and lines of what was written before.
MOST: Final = 100_000
LINES: Final = 30


class ReportsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the gallery shows.

    Attributes:
        reports: in the order in which they are offered.
        languages: in which they can be written.
        wards: of the devices that this person may see.
        before: what was written before, latest first; for those who see the whole hospital.
        chosen: what was asked for, to be asked again after an error.
        error: why it was not written.
    """

    reports: tuple[Report, ...] = tuple(REPORTS)
    languages: tuple[str, ...] = LANGUAGES
    wards: tuple[str, ...] = ()
    before: tuple[Issued, ...] = ()
    chosen: Wanted = Wanted("", "")
    error: GardeError | None = None


class MadePage(msgspec.Struct, frozen=True, kw_only=True):
    """One report: its address, what it is, and once it is written what it says.

    Attributes:
        sentences: those of the paper.
        document, facts: SHA-256, as they stand in the log; empty until it is written.
        trace: id of the message that holds them.
        size: octets.
    """

    id: str
    title: str
    wanted: Wanted
    done: bool
    sentences: tuple[str, ...] = ()
    document: str = ""
    facts: str = ""
    trace: str = ""
    size: int = 0


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""
    presses = Presses()

    def page(request: Request) -> Response:
        return site.page(request, "reports.html", page=reports_page(site, request))

    async def make(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            words = {name: str(form.get(name, "")).strip()[:120] for name in ("report", "language", "ward", "month")}
        return await run_in_threadpool(_make, site, presses, request, Wanted(**words))

    def made(request: Request) -> Response:
        job = _job(presses, request)
        if job.error is not None:
            shown = reports_page(site, request, job.wanted, job.error)
            return site.page(request, "reports.html", int(status_of(job.error)), page=shown)
        return site.page(request, "report.html", page=made_page(job))

    def paper(request: Request) -> Response:
        document = _written(_job(presses, request))
        headers = {"content-disposition": f'attachment; filename="{document.name}"'}
        return Response(document.pdf, media_type="application/pdf", headers=headers)

    def facts(request: Request) -> Response:
        document = _written(_job(presses, request))
        return Response(canonical(document.facts), media_type="application/json")

    def before(request: Request) -> Response:
        return json({"reports": _before(site, request)})

    return [
        Guarded("/reports", page, RIGHT),
        Guarded("/reports.json", before, RIGHT),
        Guarded("/reports", make, RIGHT, methods=("POST",)),
        Guarded("/reports/{job}.pdf", paper, RIGHT),
        Guarded("/reports/{job}.json", facts, RIGHT),
        Guarded("/reports/{job}", made, RIGHT),
    ]


def reports_page(
    site: Site, request: Request, chosen: Wanted | None = None, error: GardeError | None = None
) -> ReportsPage:
    """The record of the gallery."""
    return ReportsPage(
        wards=_wards(site, request),
        before=_before(site, request),
        chosen=chosen or Wanted("", language_of(request).code),
        error=error,
    )


def made_page(job: Job) -> MadePage:
    """The record of one report."""
    title = REPORTS[job.wanted.report].title(job.wanted.language)
    document = job.document
    if document is None:
        return MadePage(id=job.id, title=title, wanted=job.wanted, done=False)
    return MadePage(
        id=job.id,
        title=title,
        wanted=job.wanted,
        done=True,
        sentences=document.facts.sentences,
        document=document.issued.document,
        facts=document.issued.facts,
        trace=document.issued.id,
        size=len(document.pdf),
    )


def _make(site: Site, presses: Presses, request: Request, wanted: Wanted) -> Response:
    """Ask for a report, with what this person may see at this moment."""
    devices, findings = _devices(site, request), _findings(site, request)
    login, now = visitor_of(request).login, site.now()
    name = site.name if site.name != "Garde" else ""
    write = partial(
        issue, site.bus, wanted, devices, findings, now=now, by=login, site=name, directory=site.directory,
        risk=site.risk if visitor_of(request).may("risk.read") else None,
    )  # fmt: skip
    try:
        check(wanted, devices, now)
        job = presses.ask(wanted, by=login, rows=len(devices), write=write)
    except GardeError as error:
        shown = reports_page(site, request, wanted, error)
        return site.page(request, "reports.html", int(status_of(error)), page=shown)
    return RedirectResponse(f"/reports/{job.id}", 303)


def _job(presses: Presses, request: Request) -> Job:
    return presses.job(request.path_params["job"], visitor_of(request).login)


def _written(job: Job) -> Document:
    """The document of a job.

    Raises:
        GardeError: it could not be written.
        Missing: it is not written yet.
    """
    if job.error is not None:
        raise job.error
    if job.document is None:
        raise Missing("paper.unready", "This report is still being written", hint="Look again in a moment")
    return job.document


def _devices(site: Site, request: Request) -> tuple[Device, ...]:
    scope = visitor_of(request).scope(RIGHT)
    return site.fleet.find(Query(most=MOST, within=scope.terms)).devices


def _wards(site: Site, request: Request) -> tuple[str, ...]:
    """Wards of the devices that this person may see."""
    query = Query(most=1, wide="ward", within=visitor_of(request).scope(RIGHT).terms)
    return tuple(sorted(ward for ward, _ in site.fleet.find(query).facets["ward"] if ward))


def _findings(site: Site, request: Request) -> tuple[Finding, ...]:
    return site.queue.all(seen_by(site, request, RIGHT))


def _before(site: Site, request: Request) -> tuple[Issued, ...]:
    """The latest traces; those who see a part of the hospital see their own."""
    visitor = visitor_of(request)
    found: list[Issued] = []
    after = 0
    while rows := site.store.log(after, (Issued,), 1000):
        found += [message for _, message in rows if isinstance(message, Issued)]
        found = [one for one in found if visitor.scope(RIGHT).everything or one.by == visitor.login][-LINES:]
        after = rows[-1][0]
    return tuple(reversed(found))
