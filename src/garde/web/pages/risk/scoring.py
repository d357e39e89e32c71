"""The scoring sheet: what people say a device, a model, a kind or a ward matters, criterion by criterion.

Question: how much does care depend on these devices, who has said so, and what would change if I said this?
Reference: domain note 03 §1.1 (grid, quorum of biomedical, clinical and RSSI, disputes); issue 6 part 1. What a batch
changes is shown before it is said. Left out: how a score is made (`garde.risk.criticality`).

Example: ``/risk/scoring?kind=INF_SYR&ward=R%C3%A9a+A``
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed, Refused
from garde.gate import Guarded, status_of, visitor_of
from garde.model.device import Device
from garde.model.risk.scoring import Reach, Scoring
from garde.people.scope import Scope
from garde.risk.criticality import BASES, Criticality
from garde.risk.grid import Criterion
from garde.web.pages.risk.view import mark, meant, person_of, seen_by
from garde.web.site import Site

#: Devices of a preview that are listed, and words of a list to choose from.
MOST: Final = 100
CHOICES: Final = 500
#: Words of a reach beside a device.
WORDS: Final = ("kind", "ward", "model")
CONTEST: Final = "contest"


class Asked(msgspec.Struct, frozen=True):
    """A criterion and what stands now.

    Attributes:
        row: the question; ``values`` those that may be given, with their words.
        counts: value and how many of the devices have it, least first.
        bases: where it comes from, and how many.
        disputed: devices about which roles differ.
    """

    row: Criterion
    values: tuple[int, ...]
    counts: tuple[tuple[int, int], ...]
    bases: tuple[tuple[str, int], ...]
    disputed: int


class Changed(msgspec.Struct, frozen=True):
    """A device whose criticality would be another one."""

    device: Device | None
    before: Criticality
    after: Criticality


class ScoringPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the sheet shows.

    Attributes:
        grid: its name.
        reach: the devices meant; ``device`` the one meant, if one is.
        total: how many they are; ``levels`` level and how many, most critical first.
        asked: the criteria.
        choices: word of a reach → values to choose from, as a form sends them, and as they are.
        said: what people said of just this reach, latest first.
        missing: roles of the quorum that have not scored every criterion, and for how many devices.
        roles: in which the reader may say something of it.
        act: where it is sent.
        typed: what somebody typed: criterion, role, reason or person → word.
        changes: what it would change, those of another level first; None before a look.
        moved: how many would have another level; ``touched`` how many another line.
        error: why it cannot be said.
    """

    grid: str
    reach: Reach
    device: Device | None
    total: int
    levels: tuple[tuple[int, int], ...]
    asked: tuple[Asked, ...]
    choices: dict[str, tuple[tuple[str, str], ...]]
    said: tuple[Scoring, ...]
    missing: tuple[tuple[str, int], ...]
    roles: tuple[str, ...]
    act: str
    typed: dict[str, str]
    changes: tuple[Changed, ...] | None = None
    moved: int = 0
    touched: int = 0
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "scoring.html", page=scoring_page(site, request))

    async def say(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=64) as form:
            return await run_in_threadpool(_say, site, request, form)

    return [
        Guarded("/risk/scoring", page, "risk.read"),
        Guarded("/risk/scoring", say, "risk.score", methods=("POST",)),
    ]


def reach_of(site: Site, request: Request) -> Reach:
    """The devices of an address; a mark stands for the word that it is the mark of."""
    values = request.query_params
    device = values.get("device", "")[:80]
    if device:
        return Reach(device=device)
    facets = {"kind": "kind", "ward": "ward", "model": "model"}
    return Reach(
        **{name: meant(site.fleet.values(facet), values.get(name, "")[:256]) for name, facet in facets.items()}
    )


def within(scope: Scope, reach: Reach, device: Device | None) -> bool:
    """Whether a scope holds all that a reach means, today and tomorrow."""
    if reach.device:
        return device is not None and scope.covers(device)
    return scope.everything or any(
        not grant.site and grant.ward in ("", reach.ward) and grant.kind in ("", reach.kind) for grant in scope.grants
    )


def roles_of(site: Site, request: Request, reach: Reach, device: Device | None) -> tuple[str, ...]:
    """The roles in which the reader may score this reach, those of the quorum first."""
    scope = visitor_of(request).scope("risk.score")
    held = [grant.role for grant in scope.grants if within(Scope((grant,)), reach, device)]
    quorum = site.risk.grid.head.quorum
    return tuple(dict.fromkeys(sorted(held, key=lambda role: quorum.index(role) if role in quorum else len(quorum))))


def scoring_page(site: Site, request: Request, typed: dict[str, str] | None = None) -> ScoringPage:
    """The record of the sheet."""
    reach, grid, seen = reach_of(site, request), site.risk.grid, seen_by(site, request)
    judged = site.risk.judged()
    device = site.fleet.get(reach.device) if reach.device and seen(reach.device) else None
    some = [
        one.criticality
        for name, one in judged.items()
        if seen(name) and (name == reach.device if reach.device else _covers(reach, one.placed))
    ]
    head = grid.head
    words = {name: sorted({getattr(one.placed, name) for key, one in judged.items() if seen(key)}) for name in WORDS}
    said = [one for one in site.store.all(Scoring) if one.reach == reach and one.grid == grid.name]
    return ScoringPage(
        grid=grid.name,
        reach=reach,
        device=device,
        total=len(some),
        levels=tuple(sorted(Counter(one.level for one in some).items(), reverse=True)),
        asked=tuple(
            _asked(row, [one.terms[at] for one in some], tuple(range(head.least, head.most + 1)))
            for at, row in enumerate(grid.criteria)
        ),
        choices={
            name: tuple((mark(word), word) for word in found if word and word != "unknown")[:CHOICES]
            for name, found in words.items()
        },
        said=tuple(sorted(said, key=lambda one: (-one.at, one.id))[:MOST]),
        missing=tuple((role, many) for role in head.quorum if (many := sum(role in one.missing for one in some))),
        roles=roles_of(site, request, reach, device),
        act=address(reach),
        typed=typed or {},
    )


def address(reach: Reach) -> str:
    """The sheet of a reach."""
    pairs = [(name, mark(word)) for name in ("device", *WORDS) if (word := getattr(reach, name))]
    return f"/risk/scoring?{urlencode(pairs)}" if pairs else "/risk/scoring"


def _covers(reach: Reach, placed: object) -> bool:
    return all(not (word := getattr(reach, name)) or getattr(placed, name) == word for name in WORDS)


def _asked(row: Criterion, terms: list[object], values: tuple[int, ...]) -> Asked:
    counts = Counter(term.value for term in terms)  # type: ignore[attr-defined]
    bases = Counter(term.basis for term in terms)  # type: ignore[attr-defined]
    return Asked(
        row=row,
        values=values,
        counts=tuple(sorted(counts.items())),
        bases=tuple((name, bases[name]) for name in BASES if bases[name]),
        disputed=sum(term.disputed for term in terms),  # type: ignore[attr-defined]
    )


def scorings(site: Site, request: Request, typed: dict[str, str]) -> list[Scoring]:
    """The person's words in a form.

    Raises:
        Refused: the role is not theirs for this reach, or nothing is said of a reason where one is needed.
        Malformed: nothing is said, or a value is none.
    """
    reach, grid = reach_of(site, request), site.risk.grid
    device = site.fleet.get(reach.device) if reach.device else None
    if reach.device and (device is None or not seen_by(site, request, "risk.score")(reach.device)):
        raise Malformed("scoring.device", "There is no such device", hint="Open its page and score it from there")
    if not reach.narrowness:
        raise Malformed("scoring.reach", "Nobody is meant", hint="Choose a kind, a ward, a model or a device")
    if typed.get("role", "") not in roles_of(site, request, reach, device):
        raise Refused("scoring.role", "You do not hold this role for these devices", where=typed.get("role", ""))
    login, _ = person_of(request, typed.get("person", ""))
    found = []
    for row in grid.criteria:
        word = typed.get(row.name, "")
        if not word:
            continue
        if word != CONTEST and not (word.isascii() and word.isdigit() and len(word) < 4):
            raise Malformed("criticality.value", f"{word[:20]!r} is no value", where=row.name)
        if word == CONTEST and not typed.get("reason", ""):
            raise Refused("scoring.reason", "Who contests a value says why", hint="Say why")
        found.append(
            Scoring(
                id=f"s-{secrets.token_hex(12)}", at=site.now(), grid=grid.name, criterion=row.name,
                value=None if word == CONTEST else int(word), person=login, role=typed["role"], reach=reach,
                reason=typed.get("reason", ""),
            )
        )  # fmt: skip
    if not found:
        raise Malformed("scoring.nothing", "Nothing was scored", hint="Choose a value for a criterion")
    return found


def _say(site: Site, request: Request, form: FormData) -> Response:
    names = [row.name for row in site.risk.grid.criteria] + ["role", "reason", "person"]
    typed = {name: str(form.get(name, "")).strip()[:500] for name in names}
    try:
        said = scorings(site, request, typed)
        if form.get("step") == "say":
            site.risk.say(*said)
            return RedirectResponse(address(reach_of(site, request)), 303)
        changes = site.risk.preview(said)
    except GardeError as error:
        shown = msgspec.structs.replace(scoring_page(site, request, typed), error=error)
        return site.page(request, "scoring.html", int(status_of(error)), page=shown)
    seen = seen_by(site, request)
    mine = [Changed(site.fleet.get(one.device), one.before, one.after) for one in changes if seen(one.device)]
    mine.sort(key=lambda one: (one.before.level == one.after.level, -one.after.level, one.after.device))
    shown = msgspec.structs.replace(
        scoring_page(site, request, typed),
        changes=tuple(mine[:MOST]),
        moved=sum(one.before.level != one.after.level for one in mine),
        touched=len(mine),
    )
    return site.page(request, "scoring.html", page=shown)
