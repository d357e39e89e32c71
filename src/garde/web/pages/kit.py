"""Kit: the sheet that a ward prints for the day on which the network is gone.

Question: whom do we call, and how do we work without each of our devices?
Reference: reference of the pages 7.13; the facts are those of the report (`garde.report.kit`). The page is for whoever
may see the ward, also at a shared machine; the sealed PDF of the whole site is among the reports. Left out: patients,
always.

Example: ``/ward/Réa A/kit``
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import Missing
from garde.gate import Guarded, visitor_of
from garde.pipeline.reports import Wanted, facts_of
from garde.report.facts import Facts, Table
from garde.report.fleet import Query
from garde.web.pages.ward import reaches
from garde.web.site import Site, language_of

#: Devices of one ward.
MOST = 2_000


class KitPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the sheet shows: the facts, and its tables by what they hold."""

    ward: str
    facts: Facts
    contacts: Table
    sheets: tuple[Table, ...]
    written: bool
    may_make: bool


def routes(site: Site) -> list[BaseRoute]:
    """The address of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "kit.html", page=kit_page(site, request))

    return [Guarded("/ward/{ward}/kit", page, "wards.read")]


def kit_page(site: Site, request: Request) -> KitPage:
    """The record of the page.

    Raises:
        Missing: the ward is not theirs, or no device is known to be in it.
    """
    ward = request.path_params["ward"]
    visitor = visitor_of(request)
    if not reaches(visitor, ward):
        raise Missing("ward.unknown", f"There is no ward {ward!r} for you")
    devices = site.fleet.find(Query(filters=(("ward", ward, True),), most=MOST)).devices
    facts = facts_of(
        Wanted("kit", language_of(request).code, ward=ward),
        devices,
        (),
        now=site.now(),
        site=site.name if site.name != "Garde" else "",
        directory=site.directory,
    )
    contacts = next(table for table in facts.tables if table.name == "contacts")
    return KitPage(
        ward=ward,
        facts=facts,
        contacts=contacts,
        sheets=tuple(table for table in facts.tables if table.name == "sheet"),
        written=any(row[0] for row in contacts.rows),
        may_make=visitor.may("reports.make"),
    )
