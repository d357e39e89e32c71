"""Policies: drafts of who may talk to whom, made from what was observed, and how far each has come.

Question: which policies do we have, which one holds, and what keeps the others from holding?
Reference: reference of the pages 7.4 (propose, simulate, send for approval); domain note 04 §6 and §7. A proposal walks
the conversations of at most sixty days in a thread of its own; whoever asked may leave the page. Left out: how it is
worked out (`garde.zones.propose`).

Example: ``/zones/policy``
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError
from garde.gate import Guarded, status_of, visitor_of
from garde.web.pages.zones.signing import login_of
from garde.web.pages.zones.view import days_said, whole
from garde.web.site import Site, json
from garde.zones.draft import Draft, stops

#: Most drafts that are listed.
MOST: Final = 50
#: Days that a proposal rests on when nothing else is said (domain note 04 §6: fourteen at least).
DAYS: Final = 14


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One draft for a list.

    Attributes:
        draft: the record. locks: how many reasons keep it from stopping anything. stops: it does already.
        breaks, missing: how much it would break, and how much that must pass would not.
    """

    draft: Draft
    locks: int
    stops: bool
    breaks: int
    missing: int


class PoliciesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        rows: drafts, newest first.
        busy: something is being worked out. trouble: why the last one came to nothing.
        may_draft: the reader may ask for one.
        days: that are offered in the form.
        error: a word that could not be taken.
    """

    rows: tuple[Row, ...]
    busy: bool
    trouble: GardeError | None
    may_draft: bool
    days: int = DAYS
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "policies.html", page=policies_page(site, request))

    def data(request: Request) -> Response:
        return json([one.draft for one in policies_page(site, request).rows])

    async def propose(request: Request) -> Response:
        whole(request, "zones.draft")
        async with request.form(max_files=0, max_fields=8) as form:
            words = {name: str(form.get(name, "")).strip()[:80] for name in ("name", "days", "person")}
        who = login_of(request, words["person"])
        try:
            made = await asyncio.to_thread(
                site.drafting.propose, who, words["name"], days_said(words["days"], DAYS)
            )  # fmt: skip
        except GardeError as error:
            shown = policies_page(site, request, error)
            return site.page(request, "policies.html", int(status_of(error)), page=shown)
        return RedirectResponse(f"/zones/policy/{made}" if made else "/zones/policy", 303)

    return [
        Guarded("/zones/policy", page, "zones.read"),
        Guarded("/zones/policy.json", data, "zones.read"),
        Guarded("/zones/policy", propose, "zones.draft", methods=("POST",)),
    ]


def policies_page(site: Site, request: Request, error: GardeError | None = None) -> PoliciesPage:
    """The record of the page."""
    whole(request)
    return PoliciesPage(
        rows=tuple(_row(site, one) for one in site.drafting.drafts()[:MOST]),
        busy=site.drafting.busy,
        trouble=site.drafting.trouble if error is None else None,
        may_draft=visitor_of(request).scope("zones.draft").everything,
        error=error,
    )


def _row(site: Site, draft: Draft) -> Row:
    found = site.drafting.simulation(draft.id)
    return Row(
        draft=draft,
        locks=len(site.drafting.held(draft.id)),
        stops=stops(draft.mode),
        breaks=len(found.breaks),
        missing=len(found.missing),
    )
