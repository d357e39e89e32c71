"""Closing: what would break if one conduit were closed, before anybody drafts anything.

Question: if nothing from here to there passed any more, what would stop, in which ward, and whom do we call?
Reference: reference of the pages 7.4 (the box "simulate"); domain note 04 §7 (clinical meaning, rule of three). It
tries what was observed through this one conduit. Left out: what must pass and was not seen, which the simulation of a
whole policy tries (`garde.zones.simulate`).

Example: ``/zones/close?from=Z11&to=Z2&days=7``
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import Missing
from garde.gate import Guarded
from garde.web.pages.zones.flows import Talk, talks_of
from garde.web.pages.zones.view import days_of, whole, zone_name
from garde.web.site import Site, language_of
from garde.zones.must import meaning
from garde.zones.simulate import MONTHLY


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would stop.

    Attributes:
        talk: who with whom, by what, and how often. per_day: conversations a day.
        meaning: what it is for. periodic: typical of a task that comes once a month.
        ward: of the device that asks. call: whom to call.
    """

    talk: Talk
    per_day: float
    meaning: str
    periodic: bool
    ward: str
    call: tuple[str, ...]


class ClosingPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        source, target: names of zones; source_name and target_name, what people call them.
        days: how many are looked at. short: too few for what comes once a month.
        rows: what would stop, most often first. more: not everything is listed.
        wards: of the devices that ask.
    """

    source: str
    target: str
    source_name: str
    target_name: str
    days: int
    short: bool
    rows: tuple[Lost, ...]
    more: bool
    wards: tuple[str, ...]


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "closing.html", page=closing_page(site, request))

    return [Guarded("/zones/close", page, "zones.read")]


def closing_page(site: Site, request: Request) -> ClosingPage:
    """The record of the page.

    Raises:
        Missing: there is no such zone.
    """
    whole(request)
    plan, t = site.drafting.plan, language_of(request)
    zones = request.query_params.get("from", ""), request.query_params.get("to", "")
    if not set(zones) <= plan.areas.keys():
        raise Missing("zones.unknown", "There is no such zone", hint="Open the matrix of zones")
    days = days_of(request)
    found = site.drafting.crossings(days)
    held = [one for one in found.held if (one.source, one.target) == zones]
    talks, more = talks_of(site, held, zones, "", (found.since, found.until))
    rows = sorted((_lost(site, talk, days, t.code) for talk in talks), key=lambda one: -one.per_day)
    return ClosingPage(
        source=zones[0],
        target=zones[1],
        source_name=zone_name(plan, zones[0], t.code),
        target_name=zone_name(plan, zones[1], t.code),
        days=days,
        short=days < MONTHLY,
        rows=tuple(rows),
        more=more,
        wards=tuple(sorted({one.ward for one in rows if one.ward})),
    )


def _lost(site: Site, talk: Talk, days: int, code: str) -> Lost:
    device = talk.source.device
    what = meaning(talk.protocol, talk.port, talk.service, device.kind if device else "")
    return Lost(
        talk=talk,
        per_day=round(talk.times / days, 1),
        meaning=what.fr if code == "fr" else what.en,
        periodic=what.periodic,
        ward=talk.source.ward,
        call=site.drafting.whom(site.drafting.party(device)) if device else (),
    )
