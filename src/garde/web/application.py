"""The application: which address leads to which screen.

Question: where is the file behind an address, and what happens when something goes wrong?
Reference: reference of the pages §6. Left out: what a screen shows; each stands in `garde.web.pages`.

Example::

    application = build(Site(store, bus, fleet, queue))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from garde.errors import GardeError, Missing
from garde.gate import Gate, Guarded, problem, status_of, wants_page
from garde.web.pages import (
    about,
    access,
    alerts,
    audit,
    device,
    devices,
    evidence,
    finding,
    imports,
    kit,
    me,
    oncall,
    packet,
    people,
    provider,
    reports,
    search,
    sensors,
    situation,
    views,
    ward,
)
from garde.web.pages.risk import (
    advisories,
    committee,
    forms,
    matrix,
    models,
    money,
    names,
    roadmap,
    scoring,
    software,
    sources,
    standing,
    treatments,
    why,
)
from garde.web.pages.zones import action, actions, closing, flows, onboarding, policies, policy, simulation
from garde.web.pages.zones import matrix as zones
from garde.web.site import STATIC, Site, preferences

#: Every screen, in the order in which its addresses are tried.
SCREENS = (
    situation, alerts, finding, devices, device, packet, ward, kit, oncall, search,
    imports, reports, sensors, people, audit, evidence, me, views, access, provider, about,
    matrix, standing, treatments, committee, roadmap, why,
    scoring, models, software, advisories, forms, names, sources, money,
    zones, flows, closing, policies, simulation, policy, onboarding, actions, action,
)  # fmt: skip


def routes(site: Site, *more: BaseRoute) -> list[BaseRoute]:
    """Every address of the pages, and what is served beside them."""
    return [
        *more,
        Guarded("/preferences", preferences, "", methods=("POST",)),
        *(route for screen in SCREENS for route in screen.routes(site)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def build(site: Site, *more: BaseRoute) -> Starlette:
    """The application that serves a site; ``more`` is what stands beside the pages, behind the same gate."""

    async def failed(request: Request, error: Exception) -> Response:
        known = error if isinstance(error, GardeError) else Missing("page.missing", "There is no such page")
        status = int(error.status_code if isinstance(error, HTTPException) else status_of(known))
        if wants_page(request) or "text/html" in request.headers.get("accept", ""):
            return site.page(request, "error.html", status, error=known)
        return problem(known, status)

    handlers: Mapping[Any, Any] = {GardeError: failed, 404: failed, 405: failed}
    gate = Middleware(Gate, door=site.door, now=site.now, secure=site.secure)
    return Starlette(routes=routes(site, *more), exception_handlers=handlers, middleware=[gate])
