"""Alerts: the queue of findings that need someone.

Question: what must a person do next, in which order, and what is already handled?
Reference: reference of the pages 7.6. Causes stand in the queue, symptoms are folded under them; nothing reorders under
the pointer, what is new is counted and shown on a click.

Example: ``/alerts?shelf=mine&severity=high``
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Malformed
from garde.gate import Guarded, visitor_of
from garde.model.device import Device
from garde.model.finding import SEVERITIES, Finding
from garde.report.findings import as_csv, as_record
from garde.report.queue import SHELVES, Shelf, Stack
from garde.web.pages.finding import found, seen_by, words_about
from garde.web.site import Site, inside, json

ROWS: Final = 50
#: Findings that may be decided together.
MOST: Final = 200
#: What may be said of several at once.
TOGETHER: Final = ("take", "release", "silence", "wait", "accept", "expect")


class AlertsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the queue shows.

    Attributes:
        shelf: what is asked; ``stack`` is the answer.
        devices: the devices of the findings shown, by id.
        tabs: shelf → where it is.
        severities: severity, how many, chosen, and where a click leads.
        rules: rule, how many, chosen, and where a click leads.
        before, after: addresses of the pages around; empty at the ends.
        news: where a browser asks now and then whether the queue has changed.
        csv, json: the same list for programs.
        together: what may be said of several at once.
    """

    shelf: Shelf
    stack: Stack
    devices: dict[str, Device]
    tabs: dict[str, str]
    severities: tuple[tuple[str, int, bool, str], ...]
    rules: tuple[tuple[str, int, bool, str], ...]
    before: str
    after: str
    news: str
    csv: str
    json: str
    together: tuple[str, ...] = TOGETHER


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "alerts.html", page=alerts_page(site, request))

    def data(request: Request) -> Response:
        return json([as_record(one) for one in _listed(site, request)])

    def table(request: Request) -> Response:
        headers = {"content-disposition": 'attachment; filename="findings.csv"'}
        return Response(as_csv(_listed(site, request)), media_type="text/csv; charset=utf-8", headers=headers)

    def news(request: Request) -> Response:
        shelf = shelf_of(request)
        before = request.query_params.get("seen", "")
        total = site.queue.find(shelf, seen_by(site, request)).total
        more = total - int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0
        return site.page(request, "news.html", more=more, href=address(shelf))

    async def decide(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=MOST + 16) as form:
            chosen = [found(site, request, str(name)) for name in form.getlist("finding")[:MOST]]
            if not chosen:
                raise Malformed("finding.none", "No finding is ticked", hint="Tick the findings that you mean")
            if form.get("verb") not in TOGETHER:
                raise Malformed("finding.verb", "This cannot be said of several findings at once")
            said = [one for finding in chosen for one in words_about(site, request, finding, form)]
            back = str(form.get("back", "/alerts"))
        site.say(*said)
        return RedirectResponse(inside(back), 303)

    return [
        Guarded("/alerts", page, "findings.read"),
        Guarded("/alerts.json", data, "findings.read"),
        Guarded("/alerts.csv", table, "findings.read"),
        Guarded("/alerts/news", news, "findings.read"),
        Guarded("/alerts/decisions", decide, "findings.handle", methods=("POST",)),
    ]


def shelf_of(request: Request) -> Shelf:
    """The question in an address; what makes no sense is passed over."""
    values = request.query_params
    visitor = visitor_of(request)
    name, severity, number = values.get("shelf", "open"), values.get("severity", ""), values.get("page", "1")
    page = min(max(int(number), 1), 10_000) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    return Shelf(
        name=name if name in SHELVES else "open",
        me=visitor.login,
        roles=visitor.roles,
        severity=severity if severity in SEVERITIES else "",
        rule=values.get("rule", "")[:80],
        text=values.get("q", "").strip()[:200],
        first=(page - 1) * ROWS,
        most=ROWS,
    )


def address(shelf: Shelf, path: str = "/alerts", **change: object) -> str:
    """The address of a question."""
    shelf = msgspec.structs.replace(shelf, **{"first": 0} | change)
    pairs = [("shelf", shelf.name)] if shelf.name != "open" else []
    pairs += [
        (name, value)
        for name, value in (("severity", shelf.severity), ("rule", shelf.rule), ("q", shelf.text))
        if value
    ]
    if shelf.first:
        pairs.append(("page", str(shelf.first // ROWS + 1)))
    return f"{path}?{urlencode(pairs)}" if pairs else path


def alerts_page(site: Site, request: Request) -> AlertsPage:
    """The record of the queue."""
    shelf = shelf_of(request)
    stack = site.queue.find(shelf, seen_by(site, request))
    shown = [one.device for cause in stack.causes for one in (cause.finding, *cause.symptoms)]
    last = shelf.first + ROWS
    news = address(shelf, "/alerts/news")
    return AlertsPage(
        shelf=shelf,
        stack=stack,
        devices={name: device for name in shown if name and (device := site.fleet.get(name))},
        tabs={name: address(Shelf(name=name)) for name in SHELVES},
        severities=tuple(
            (name, stack.severities.get(name, 0), shelf.severity == name,
             address(shelf, severity="" if shelf.severity == name else name))
            for name in reversed(SEVERITIES)
        ),
        rules=tuple(
            (name, many, shelf.rule == name, address(shelf, rule="" if shelf.rule == name else name))
            for name, many in stack.rules.items()
        ),
        before=address(shelf, first=max(shelf.first - ROWS, 0)) if shelf.first else "",
        after=address(shelf, first=last) if last < stack.groups else "",
        news=f"{news}{'&' if '?' in news else '?'}seen={stack.total}",
        csv=address(shelf, "/alerts.csv"),
        json=address(shelf, "/alerts.json"),
    )  # fmt: skip


def _listed(site: Site, request: Request) -> list[Finding]:
    shelf = msgspec.structs.replace(shelf_of(request), first=0, most=100_000)
    causes = site.queue.find(shelf, seen_by(site, request)).causes
    return [one for cause in causes for one in (cause.finding, *cause.symptoms)]
