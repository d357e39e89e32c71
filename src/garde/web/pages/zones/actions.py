"""Actions: what is proposed, waits, runs or is over against threats, and the switch that suspends all of it.

Question: what is to be done against this threat, what would it touch, and does it wait for me?
Reference: reference of the pages 7.6; domain note 09 §6. What would be lost stands on the list already, before anybody
opens it. A person whose right reaches a ward sees the actions there. Left out: the rules by which an action runs, which
`garde.respond` has.

Example: ``/actions?shelf=waiting``
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Refused
from garde.gate import Guarded, status_of, visitor_of
from garde.model.device import Device
from garde.model.person import Person
from garde.model.zones.action import ALL, Action, Freeze, Step
from garde.people.door import Visitor
from garde.people.roles import roles
from garde.pipeline.actions.agreeing import SWITCH, switching
from garde.report.fleet import name_of
from garde.respond.life import override_at
from garde.respond.verbs import named, verbs
from garde.web.site import Site, json, kind_label, language_of

#: Shelf → statuses on it.
SHELVES: Final = {
    "waiting": ("waiting", "frozen"),
    "running": ("approved", "running", "done"),
    "proposed": ("proposed",),
    "over": ("undone", "refused", "expired"),
}
OVER: Final = "over"
#: The finding that stands open while nobody has looked at a broken glass.
OVERRIDE: Final = "action.override"
#: Most actions that are read, and that are listed.
OPEN: Final = 5_000
MOST: Final = 200


class Thing(msgspec.Struct, frozen=True):
    """What is touched: its name as people call it, and its device when it is one."""

    name: str
    device: Device | None = None


class Loss(msgspec.Struct, frozen=True):
    """One line of what would be lost: its code, its value, and the things that it names."""

    code: str
    value: str
    things: tuple[Thing, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One action for a list.

    Attributes:
        action: the record. does: what it does, in the reader's words.
        device: that its finding is about; None for none, or one that is gone.
        losses: what would be lost.
        review: somebody broke the glass and nobody else has looked at it since.
    """

    action: Action
    does: str
    device: Device | None
    losses: tuple[Loss, ...]
    review: bool


class ActionsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        shelf: the chosen one. counts: shelf → how many; what is over is read only where it is looked at.
        rows: those on it, most urgent first. left: how many are not listed.
        switch: the one that suspends all; may_freeze, the reader may turn it.
        reviews: actions for which somebody broke the glass, and that nobody has looked at.
        error: a word that could not be taken.
    """

    shelf: str
    counts: dict[str, int]
    rows: tuple[Line, ...]
    left: int
    switch: Freeze
    may_freeze: bool
    reviews: tuple[Line, ...]
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "actions.html", page=actions_page(site, request))

    def data(request: Request) -> Response:
        shown = actions_page(site, request)
        rows = [{"frozen": shown.switch.on, "shelf": shown.shelf, "actions": [as_record(one) for one in shown.rows]}]
        return json(rows[0])

    async def turn(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            words = {name: str(form.get(name, "")).strip()[:500] for name in ("reason", "person", "verb", "sure")}
        try:
            verb = "thaw" if words["verb"] == "thaw" else "freeze"
            if words["sure"] != "yes":
                raise Refused("action.sure", "Say that you know what this means")
            said = switching(speaker(request, words["person"]), verb, site.now(), words["reason"])
        except GardeError as error:
            shown = actions_page(site, request, error)
            return site.page(request, "actions.html", int(status_of(error)), page=shown)
        site.say(said)
        return RedirectResponse("/actions", 303)

    return [
        Guarded("/actions", page, "actions.read"),
        Guarded("/actions.json", data, "actions.read"),
        Guarded("/actions/switch", turn, SWITCH, methods=("POST",)),
    ]


def actions_page(site: Site, request: Request, error: GardeError | None = None) -> ActionsPage:
    """The record of the page."""
    visitor = visitor_of(request)
    code = language_of(request).code
    seen = site.fleet.seen(visitor.scope("actions.read").terms)
    held = [one for one in site.store.linked(Action, ["open"], OPEN).get("open", []) if seen(one.device)]
    shelf = request.query_params.get("shelf", "waiting")
    shelf = shelf if shelf in SHELVES else "waiting"
    counts = Counter({name: sum(one.status in SHELVES[name] for one in held) for name in SHELVES if name != OVER})
    rows = [one for one in held if one.status in SHELVES[shelf]]
    if shelf == OVER:
        rows = [one for one in site.store.all(Action) if not one.open and seen(one.device)]
    rows.sort(key=lambda one: (-one.ended_at, -one.level, one.at, one.id))
    asked = [one.identifier for one in site.queue.all(seen) if one.rule == OVERRIDE and one.status != "closed"]
    broken = [one for one in site.store.get(Action, asked).values() if unseen(one)]
    return ActionsPage(
        shelf=shelf,
        counts=dict(counts),
        rows=tuple(line_of(site, one, code) for one in rows[:MOST]),
        left=max(len(rows) - MOST, 0),
        switch=switch_of(site),
        may_freeze=visitor.scope(SWITCH).everything,
        reviews=tuple(line_of(site, one, code) for one in broken[:MOST]),
        error=error,
    )


def line_of(site: Site, action: Action, code: str) -> Line:
    """An action for a list."""
    return Line(
        action=action,
        does=does(site, action, code),
        device=site.fleet.get(action.device) if action.device else None,
        losses=tuple(_loss(site, text, code) for text in action.impact),
        review=unseen(action),
    )


def does(site: Site, action: Action, code: str) -> str:
    """What an action does, in words; a device by its name."""
    target = action.reach[0] if action.reach else (action.plan[0].target if action.plan else "")
    other = action.plan[0].other if action.plan else ""
    return verbs()[action.verb].said(code, _called(site, target, code), _called(site, other, code) if other else "")


def order(site: Site, action: Action, step: Step, code: str, *, back: bool = False) -> str:
    """What a person does for a step, or to take it back; a device by its name beside its addresses."""
    text = verbs()[action.verb].order(code, step, back=back)
    for word in (step.target, step.other):
        device = thing(site, word).device
        if device is not None:
            text = text.replace(device.id, name_of(device))
    return text


def thing(site: Site, word: str) -> Thing:
    """An object of an action as people call it."""
    kind, _, name = word.partition(":")
    device = site.fleet.get(name) if kind == "device" else None
    return Thing(name_of(device) if device else named(word) or word, device)


def unseen(action: Action) -> bool:
    """Whether somebody broke the glass for it and nobody else has looked at that since."""
    broken, seen = override_at(action)
    return bool(broken) and not seen


def switch_of(site: Site) -> Freeze:
    """The switch that suspends all actions."""
    return site.store.get(Freeze, [ALL]).get(ALL) or Freeze()


def speaker(request: Request, typed: str) -> Visitor:
    """Who speaks; in the demonstration people say their name, so that two of them are two."""
    visitor = visitor_of(request)
    if visitor.demonstration and typed.strip():
        name = typed.strip()[:80]
        return msgspec.structs.replace(visitor, person=Person(id="", login=name, name=name))
    return visitor


def as_record(line: Line) -> dict[str, object]:
    """A line for programs."""
    one = line.action
    return {
        "id": one.id, "status": one.status, "verb": one.verb, "level": one.level, "does": line.does,
        "device": one.device, "ward": one.ward, "finding": one.why, "impact": one.impact, "needs": one.needs,
        "confirms": one.confirms, "approvals": one.approvals, "by_hand": one.by_hand, "until": one.until,
        "shown": one.shown,
    }  # fmt: skip


def _loss(site: Site, text: str, code: str) -> Loss:
    name, _, value = text.partition(": ")
    if name == "kind":
        return Loss(name, kind_label(value, code))
    if name in ("path", "loses", "withheld"):
        words = [word.rstrip(":") for word in value.split(" ")]
        things = tuple(thing(site, word) for word in words if ":" in word)
        rest = " ".join(word for word in words if ":" not in word)
        return Loss(name, rest, things)
    return Loss(name, value)


def _called(site: Site, word: str, code: str) -> str:
    name = word.removeprefix("role:")
    return roles()[name].label(code) if name != word and name in roles() else thing(site, word).name
