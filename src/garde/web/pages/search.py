"""Search: one box for everything.

Question: where is what I know by this name, number or address?
Reference: reference of the pages §6 (one search box everywhere: name, MAC, IP, serial, inventory number, bed, person).
What answers alone to an exact id is opened at once.

Example: ``/search?q=00:09:fb:0b:ad:02``
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.gate import Guarded, visitor_of
from garde.model.device import Device
from garde.model.finding import Finding
from garde.model.person import Person
from garde.report.fleet import Query
from garde.web.pages.finding import seen_by
from garde.web.pages.people import wards_of
from garde.web.pages.ward import reaches
from garde.web.site import Site

#: Lines of each group.
MOST: Final = 10


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the answer shows: what was asked, and what of each noun answers to it."""

    text: str
    devices: tuple[Device, ...] = ()
    total: int = 0
    findings: tuple[Finding, ...] = ()
    people: tuple[Person, ...] = ()
    wards: tuple[str, ...] = ()


def routes(site: Site) -> list[BaseRoute]:
    """The address of this screen."""

    def page(request: Request) -> Response:
        if not visitor_of(request).known:
            return RedirectResponse("/sign-in", 303)
        found = search_page(site, request)
        exact = _exact(found)
        return RedirectResponse(exact, 303) if exact else site.page(request, "search.html", page=found)

    return [Guarded("/search", page, "")]


def search_page(site: Site, request: Request) -> SearchPage:
    """The record of the page; each noun is searched only for who may see it."""
    text = request.query_params.get("q", "").strip()[:200]
    visitor = visitor_of(request)
    if not text:
        return SearchPage(text="")
    plain = text.casefold()
    devices: tuple[Device, ...] = ()
    total = 0
    if visitor.may("devices.read"):
        answer = site.fleet.find(Query(text=text, most=MOST, within=visitor.scope("devices.read").terms, counted=False))
        devices, total = answer.devices, answer.total
    findings = site.queue.search(text, seen_by(site, request), MOST) if visitor.may("findings.read") else ()
    people = site.register.people() if visitor.may("people.read") else []
    return SearchPage(
        text=text,
        devices=devices,
        total=total,
        findings=findings,
        people=tuple(one for one in people if plain in f"{one.login} {one.name}".casefold())[:MOST],
        wards=tuple(name for name in wards_of(site) if plain in name.casefold() and reaches(visitor, name))[:MOST],
    )


def _exact(page: SearchPage) -> str:
    """Where a text leads that is the whole id of one thing, or the whole of one of its keys."""
    plain = page.text.casefold()
    for device in page.devices:
        if page.total == 1 and plain in (device.id, *(key.value.casefold() for key in device.keys)):
            return f"/devices/{device.id}"
    for finding in page.findings:
        if plain == finding.id:
            return f"/findings/{finding.id}"
    if len(page.wards) == 1 and not page.total and page.wards[0].casefold() == plain:
        return f"/ward/{quote(page.wards[0], safe='')}"
    return ""
