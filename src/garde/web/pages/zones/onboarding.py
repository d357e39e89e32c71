"""Onboarding: which stations wait for somebody, why each was put where it is, and whether it is really there.

Question: who is at the door, what was decided of it by which rule, and what must hold before it goes further?
Reference: domain note 04 §1 and §2; issue 4 part 4. The reasons are those of the decision itself
(`garde.zones.place.sentences`), read from the log. What a device is told is one thing, where the switch put it another:
both stand here, and a mismatch stands out. Left out: the rules, which are the site's own file.

Example: ``/onboarding?state=STAGING``
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError
from garde.gate import Guarded, status_of, visitor_of
from garde.model.device import Device
from garde.model.risk.matrix import Approval
from garde.model.zones.place import STATES, Onboarding, Placement, Seat
from garde.pipeline.zones.admitting import admitted, offered, validating
from garde.web.pages.device import found
from garde.web.pages.zones.signing import login_of
from garde.web.pages.zones.view import zone_name
from garde.web.site import Site, json, language_of
from garde.zones.place import sentences

#: States that wait for somebody, and the shelf of stations of which nobody knows a device.
WAITING: Final = ("QUARANTINE", "STAGING", "PROFILED", "SEEN", "DRIFT")
STRANGERS: Final = "unknown"
#: Most records that are read of one state, and rows that are shown.
HELD: Final = 2_000
ROWS: Final = 50


class Chair(msgspec.Struct, frozen=True, kw_only=True):
    """One address of a station.

    Attributes:
        seat: where it was put and found. zone: what people call its zone.
        why: sentences of the decision, the last of which names the rule. message: id of the decision, where it is kept.
    """

    seat: Seat
    zone: str
    why: tuple[str, ...]
    message: str


class Guard(msgspec.Struct, frozen=True):
    """A step that a person may let it take: to which state, and what the guard says must hold before."""

    to: str
    says: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One station.

    Attributes:
        device: None where nobody knows one.
        record: how far it came; None where it is no device.
        chairs: its addresses.
        guards: the steps that somebody may let it take.
        words: who validated the next step already.
    """

    device: Device | None
    record: Onboarding | None
    chairs: tuple[Chair, ...]
    guards: tuple[Guard, ...]
    words: tuple[Approval, ...] = ()


class OnboardingPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        state: which is shown. counts: state → how many, at most `HELD` are counted. most: that bound.
        rows: longest waiting first. left: how many are not shown.
        mismatches: stations that are not where they were put.
        decided: anything was ever decided here.
        may_place: the reader may let a station go further.
        typed: words of a form that could not be taken; error, why.
    """

    state: str
    counts: dict[str, int]
    rows: tuple[Row, ...]
    left: int
    mismatches: int
    decided: bool
    may_place: bool
    typed: dict[str, str]
    error: GardeError | None = None
    most: int = HELD


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "onboarding.html", page=onboarding_page(site, request))

    def data(request: Request) -> Response:
        shown = onboarding_page(site, request)
        return json({"state": shown.state, "counts": shown.counts, "rows": [as_record(row) for row in shown.rows]})

    async def further(request: Request) -> Response:
        device = found(site, request, right="zones.place")
        async with request.form(max_files=0, max_fields=8) as form:
            typed = {name: str(form.get(name, "")).strip()[:500] for name in ("to", "seen", "reason", "person")}
        who = login_of(request, typed["person"])
        roles = visitor_of(request).scope("zones.place").roles_over(device)
        try:
            record = admitted(
                site.store, device.id, typed["to"], who, typed["reason"], site.now(), roles=roles, seen=typed["seen"]
            )
        except GardeError as error:
            shown = onboarding_page(site, request, typed=typed | {"device": device.id}, error=error)
            return site.page(request, "onboarding.html", int(status_of(error)), page=shown)
        return RedirectResponse(f"/onboarding?state={record.state}", 303)

    return [
        Guarded("/onboarding", page, "zones.read"),
        Guarded("/onboarding.json", data, "zones.read"),
        Guarded("/onboarding/{device}/steps", further, "zones.place", methods=("POST",)),
    ]


def onboarding_page(
    site: Site, request: Request, *, typed: dict[str, str] | None = None, error: GardeError | None = None
) -> OnboardingPage:
    """The record of the page."""
    visitor, code = visitor_of(request), language_of(request).code
    scope = visitor.scope("zones.read")
    seen = site.fleet.seen(scope.terms)
    links = {f"onboarding:{state}": state for state in STATES}
    read = site.store.linked(Onboarding, links, HELD)
    held = {links[link]: [one for one in many if seen(one.id)] for link, many in read.items()}
    loose = site.store.linked(Seat, [""], HELD).get("", []) if scope.everything else []
    counts = {state: len(held.get(state, ())) for state in STATES} | {STRANGERS: len(loose)}
    state = request.query_params.get("state", "")
    if state not in counts:
        state = next((name for name in (*WAITING, STRANGERS) if counts[name]), WAITING[1])
    if state == STRANGERS:
        shown = sorted(loose, key=lambda one: (-one.at, one.id))[:ROWS]
        rows = [_row(None, None, [one], code) for one in shown]
    else:
        records = sorted(held.get(state, ()), key=lambda one: (one.at, one.id))[:ROWS]
        seats = site.store.linked(Seat, [one.id for one in records], ROWS)
        rows = [_row(site.fleet.get(one.id), one, seats.get(one.id, []), code) for one in records]
    return OnboardingPage(
        state=state,
        counts=counts,
        rows=tuple(_explained(site, rows, code)),
        left=max(counts[state] - len(rows), 0),
        mismatches=sum(
            finding.rule == "nac.mismatch" for finding in site.queue.all(seen) if finding.status != "closed"
        ),
        decided=any(counts.values()),
        may_place=visitor.may("zones.place"),
        typed=typed or {},
        error=error,
    )


def as_record(row: Row) -> dict[str, object]:
    """A row for programs."""
    return {
        "device": row.record.id if row.record else None, "state": row.record.state if row.record else None,
        "since": row.record.at if row.record else None, "unmanaged": bool(row.record and row.record.unmanaged),
        "seats": [
            {"mac": one.seat.id, "zone": one.seat.zone, "vlan": one.seat.vlan, "seen_vlan": one.seat.seen_vlan,
             "nas": one.seat.nas, "port": one.seat.port, "mismatch": one.seat.mismatch, "why": one.why}
            for one in row.chairs
        ],
        "steps": [one.to for one in row.guards],
    }  # fmt: skip


def _row(device: Device | None, record: Onboarding | None, seats: list[Seat], code: str) -> Row:
    steps = offered(record.state) if record else ()
    return Row(
        device=device,
        record=record,
        chairs=tuple(Chair(seat=one, zone="", why=(), message="") for one in sorted(seats, key=lambda one: one.id)),
        guards=tuple(Guard(one.to, one.fr if code == "fr" else one.en) for one in steps),
    )


def _explained(site: Site, rows: list[Row], code: str) -> list[Row]:
    """The rows with what the log has of their decisions: one question for all of them."""
    abouts = [validating(row.record) for row in rows if row.record]
    words = site.store.linked(Approval, abouts)
    log = site.store.messages({one.seat.placement for row in rows for one in row.chairs if one.seat.placement})

    def chair(one: Chair) -> Chair:
        said = log.get(one.seat.placement)
        return msgspec.structs.replace(
            one,
            zone=zone_name(site.drafting.plan, one.seat.zone, code) if one.seat.zone else "",
            why=tuple(sentences(said, code)) if isinstance(said, Placement) else (),
            message=one.seat.placement if said else "",
        )

    return [
        msgspec.structs.replace(
            row,
            chairs=tuple(chair(one) for one in row.chairs),
            words=tuple(words.get(validating(row.record), ())) if row.record else (),
        )
        for row in rows
    ]
