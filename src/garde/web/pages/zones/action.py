"""One action: what it touches and would cost, who must still agree, and the way back.

Question: shall this be done, by whom is it agreed, is it in force, and how is it undone?
Reference: reference of the pages §6 (a preview of the effect, a reason, undo shown after); domain note 09 §6 (c) to
(f). What is agreed to is what was shown: its digest stands in the form. Left out: whether it may be said at all, which
`garde.pipeline.actions.agreeing` and `garde.respond.life` decide.

Example: ``/actions/a-4k2…``
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Missing
from garde.gate import Guarded, status_of, visitor_of
from garde.model.finding import Finding
from garde.model.zones.action import MINUTE, Action, Event, Freeze
from garde.pipeline.actions.agreeing import RIGHTS, decided
from garde.respond.plan import Playbook, playbooks
from garde.web.pages.zones.actions import Line, as_record, line_of, order, speaker, switch_of
from garde.web.site import Site, inside, json, language_of

#: Longest that one word puts the end off, in minutes.
LONGEST: Final = 24 * 60
FIELDS: Final = ("verb", "shown", "what", "value", "minutes", "reason", "person", "back")


class Move(msgspec.Struct, frozen=True):
    """One step: there, as a person would do it, and the way back."""

    there: str
    back: str


class ActionPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        line: the action, what it does, and what would be lost.
        moves: its steps.
        order: what somebody is asked to do by hand; empty when it is not theirs.
        finding: that it answers; None when it is gone.
        playbook: that it is a step of; None when the site took it away. because: why that step stands in it.
        switch: the one that suspends all.
        events: what was said and done, latest first.
        may_agree, may_undo: what the reader may do where its device is.
        overridden: somebody broke the glass. by: who did.
        typed: the words of a form that could not be taken, and error, why.
    """

    line: Line
    moves: tuple[Move, ...]
    order: str
    finding: Finding | None
    playbook: Playbook | None
    because: str
    switch: Freeze
    events: tuple[Event, ...]
    may_agree: bool
    may_undo: bool
    overridden: bool
    by: str
    typed: dict[str, str]
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "action.html", page=action_page(site, request, found(site, request)))

    def data(request: Request) -> Response:
        return json(as_record(line_of(site, found(site, request), language_of(request).code)))

    async def decide(request: Request) -> Response:
        action = found(site, request)
        async with request.form(max_files=0, max_fields=12) as form:
            typed = {name: str(form.get(name, "")).strip()[:500] for name in FIELDS}
        minutes = typed["minutes"]
        late = min(int(minutes), LONGEST) if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else 0
        now = site.now()
        try:
            said = decided(
                site.store, speaker(request, typed["person"]), action.id, typed["verb"], now, shown=typed["shown"],
                what=typed["what"], value=typed["value"], until=now + late * MINUTE if late else 0,
                reason=typed["reason"],
            )  # fmt: skip
        except GardeError as error:
            shown = action_page(site, request, action, typed=typed, error=error)
            return site.page(request, "action.html", int(status_of(error)), page=shown)
        site.say(said)
        return RedirectResponse(inside(typed["back"] or f"/actions/{action.id}"), 303)

    return [
        Guarded("/actions/{action}.json", data, "actions.read"),
        Guarded("/actions/{action}", page, "actions.read"),
        Guarded("/actions/{action}/decisions", decide, "actions.read", methods=("POST",)),
    ]


def found(site: Site, request: Request) -> Action:
    """The action of an address.

    Raises:
        Missing: there is none, or none that this person may see.
    """
    name = request.path_params["action"]
    action = site.store.get(Action, [name]).get(name)
    if action is None or not site.fleet.seen(visitor_of(request).scope("actions.read").terms)(action.device):
        raise Missing("action.unknown", "There is no such action", hint="It may be about a device elsewhere")
    return action


def action_page(
    site: Site,
    request: Request,
    action: Action,
    *,
    typed: dict[str, str] | None = None,
    error: GardeError | None = None,
) -> ActionPage:
    """The record of the page."""
    code = language_of(request).code
    orders = [one.reason for one in action.events if one.verb.startswith("order.")]
    book = next((book for book in playbooks() if book.name == action.playbook), None)
    step = book.steps[action.step - 1] if book and action.step <= len(book.steps) else None
    broken = [one.person for one in action.events if one.verb == "override"]
    return ActionPage(
        line=line_of(site, action, code),
        moves=tuple(
            Move(order(site, action, step, code), order(site, action, step, code, back=True)) for step in action.plan
        ),
        order=orders[-1] if action.by_hand and action.open and orders else "",
        finding=site.queue.get(action.why) or site.store.get(Finding, [action.why]).get(action.why),
        playbook=book,
        because=(step.fr if code == "fr" else step.en) if step else "",
        switch=switch_of(site),
        events=tuple(reversed(action.events)),
        may_agree=_over(site, request, RIGHTS["approve"], action),
        may_undo=_over(site, request, RIGHTS["undo"], action),
        overridden=bool(broken),
        by=broken[0] if broken else "",
        typed=typed or dict.fromkeys(FIELDS, ""),
        error=error,
    )


def _over(site: Site, request: Request, right: str, action: Action) -> bool:
    device = site.fleet.get(action.device) if action.device else None
    return bool(visitor_of(request).scope(right).roles_over(device))
