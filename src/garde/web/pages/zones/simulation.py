"""Simulation: what a policy would break, in which ward and at which hours, and whom to call; accepted one by one.

Question: had this policy been in force these days, what would have stopped, and who answers for each of it?
Reference: reference of the pages 7.4 (say what will break); domain note 04 §7. A break is accepted by its id, which is
made of policy, who, with whom and what: in another policy it is another break. Left out: the replay
(`garde.zones.simulate`), which runs in a thread of its own and is kept.

Example: ``/zones/policy/p-…/simulation``
"""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Missing
from garde.gate import Guarded, status_of, visitor_of
from garde.model.device import Device
from garde.model.risk.matrix import Approval
from garde.web.pages.risk.view import number
from garde.web.pages.zones.signing import approval, roles_of
from garde.web.pages.zones.view import days_said, whole, zone_name
from garde.web.site import Site, inside, json, language_of
from garde.zones.draft import Draft
from garde.zones.roll import label
from garde.zones.simulate import TWO_PERSONS, Break, Simulation
from garde.zones.simulate import Missing as Short

#: Breaks on one page: each has a form of its own.
ROWS: Final = 40


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """One break for a reader.

    Attributes:
        break_: the record. device, target: its ends, where they are devices.
        service: by what. meaning: what it is for.
        words: who accepted it or did not, newest word of each. two: it needs two people in two roles.
        accepted: it is.
    """

    break_: Break
    device: Device | None
    target: Device | None
    service: str
    meaning: str
    words: tuple[Approval, ...]
    two: bool
    accepted: bool


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """One path that must pass and would not.

    Attributes:
        short: the record. meaning: what it is for. zone: what people call its zone.
        words, two, accepted: as in `Broken`.
    """

    short: Short
    meaning: str
    zone: str
    words: tuple[Approval, ...]
    two: bool
    accepted: bool


class SimulationPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        draft, found: the policy's figures, and the simulation.
        breaks, missing: what would stop, worst first. first: place of the first break that is shown.
        total: of how many.
        before, after: addresses of the breaks before and behind these, empty for none.
        wards: ward → how many breaks, most first. ward: the one that is shown, empty for all.
        locks: why it may not stop anything, how many reasons.
        warnings: what the simulation cannot say.
        roles: in which the reader may accept. may_draft: the reader may have it tried anew. busy: it is being tried.
        error: a word that could not be taken.
    """

    draft: Draft
    found: Simulation
    breaks: tuple[Broken, ...]
    missing: tuple[Unmet, ...]
    first: int
    total: int
    before: str
    after: str
    wards: tuple[tuple[str, int], ...]
    ward: str | None
    locks: int
    warnings: tuple[str, ...]
    roles: tuple[str, ...]
    may_draft: bool
    busy: bool
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "simulation.html", page=simulation_page(site, request))

    def data(request: Request) -> Response:
        whole(request)
        name = request.path_params["policy"]
        return json({"simulation": site.drafting.simulation(name), "locked": site.drafting.held(name)})

    async def again(request: Request) -> Response:
        whole(request, "zones.draft")
        name = request.path_params["policy"]
        async with request.form(max_files=0, max_fields=4) as form:
            days = days_said(str(form.get("days", "")))
        try:
            await asyncio.to_thread(site.drafting.simulate, name, days)
        except GardeError as error:
            return _again(site, request, error)
        return RedirectResponse(f"/zones/policy/{name}/simulation", 303)

    async def accept(request: Request) -> Response:
        whole(request, "zones.sign")
        found = site.drafting.simulation(request.path_params["policy"])
        async with request.form(max_files=0, max_fields=8) as form:
            about, back = str(form.get("about", ""))[:80], inside(str(form.get("back", ""))[:400])
            words = {name: str(form.get(name, "")).strip()[:500] for name in ("role", "agrees", "reason", "person")}
        try:
            known = {one.id for one in found.breaks} | {one.id for one in found.missing}
            if about not in known:
                raise Missing("policy.break", "This policy has no such break", hint="It was tried anew meanwhile")
            site.risk.say(approval(site, request, about, **words))
        except GardeError as error:
            return _again(site, request, error)
        where = f"/zones/policy/{found.policy}/simulation"
        return RedirectResponse(f"{back if back.startswith(where) else where}#{about}", 303)

    return [
        Guarded("/zones/policy/{policy}/simulation", page, "zones.read"),
        Guarded("/zones/policy/{policy}/simulation.json", data, "zones.read"),
        Guarded("/zones/policy/{policy}/simulation", again, "zones.draft", methods=("POST",)),
        Guarded("/zones/policy/{policy}/breaks", accept, "zones.sign", methods=("POST",)),
    ]


def _again(site: Site, request: Request, error: GardeError) -> Response:
    shown = simulation_page(site, request, error)
    return site.page(request, "simulation.html", int(status_of(error)), page=shown)


def simulation_page(site: Site, request: Request, error: GardeError | None = None) -> SimulationPage:
    """The record of the page.

    Raises:
        Missing: there is no such policy.
    """
    whole(request)
    code = language_of(request).code
    name = request.path_params["policy"]
    found, draft = site.drafting.simulation(name), site.drafting.draft(name)
    ward = request.query_params.get("ward")
    wards: dict[str, int] = {}
    for one in found.breaks:
        wards[one.ward] = wards.get(one.ward, 0) + 1
    some = [one for one in found.breaks if ward is None or one.ward == ward]
    first = (number(request.query_params.get("page", ""), 1, 100_000, 1) - 1) * ROWS
    first = min(first, max(len(some) - 1, 0) // ROWS * ROWS)
    shown = some[first : first + ROWS]
    path = f"/zones/policy/{name}/simulation?{urlencode([('ward', ward)] if ward is not None else [])}&page="
    said: dict[str, list[Approval]] = {}
    for word in site.drafting.words([*(one.id for one in shown), *(one.id for one in found.missing)]):
        said.setdefault(word.about, []).append(word)
    return SimulationPage(
        draft=draft,
        found=found,
        breaks=tuple(_broken(site, one, said.get(one.id, []), code) for one in shown),
        missing=tuple(_unmet(site, one, said.get(one.id, []), code) for one in found.missing),
        first=first,
        total=len(some),
        before=f"{path}{first // ROWS}" if first else "",
        after=f"{path}{first // ROWS + 2}" if first + ROWS < len(some) else "",
        wards=tuple(sorted(wards.items(), key=lambda pair: (-pair[1], pair[0]))),
        ward=ward,
        locks=len(site.drafting.held(name)),
        warnings=tuple(one.fr if code == "fr" else one.en for one in found.warnings),
        roles=roles_of(request),
        may_draft=visitor_of(request).scope("zones.draft").everything,
        busy=site.drafting.busy,
        error=error,
    )


def _broken(site: Site, one: Break, words: list[Approval], code: str) -> Broken:
    latest, two = _latest(words), one.response == TWO_PERSONS
    return Broken(
        break_=one,
        device=site.fleet.get(one.source),
        target=site.fleet.get(one.target),
        service=label(one.protocol, one.port, one.service),
        meaning=one.fr if code == "fr" else one.en,
        words=latest,
        two=two,
        accepted=_accepted(latest, two),
    )


def _unmet(site: Site, one: Short, words: list[Approval], code: str) -> Unmet:
    latest, two = _latest(words), one.response == TWO_PERSONS
    return Unmet(
        short=one,
        meaning=one.fr if code == "fr" else one.en,
        zone=zone_name(site.drafting.plan, one.zone, code),
        words=latest,
        two=two,
        accepted=_accepted(latest, two),
    )


def _latest(words: list[Approval]) -> tuple[Approval, ...]:
    """The last word of each person, newest first."""
    by_person = {one.person: one for one in words}
    return tuple(sorted(by_person.values(), key=lambda one: (-one.at, one.id)))


def _accepted(words: tuple[Approval, ...], two: bool) -> bool:
    agreed = [one for one in words if one.agrees]
    return len(agreed) >= 2 and len({one.role for one in agreed}) >= 2 if two else bool(agreed)
