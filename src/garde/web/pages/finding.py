"""One finding: what was judged, on what it rests, who has it, and what may be decided.

Question: what is this, since when, so what, what next, and who said what of it?
Reference: reference of the pages §6 (anatomy of an object), §6.2 and 7.6. Each decision is a message with its reason; a
form that was filled in while somebody else decided is shown again with what they said, and nothing typed is lost.

Example: ``/findings/f-4k2…``
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Conflict, GardeError, Malformed, Missing, Refused
from garde.findings.life import allowed, speaks_as
from garde.findings.policy import Row
from garde.findings.rules import Rule, rule_of
from garde.gate import Guarded, status_of, visitor_of
from garde.model.decision import Decision, word
from garde.model.device import Device
from garde.model.finding import Finding
from garde.model.message import Message
from garde.model.person import Person
from garde.model.zones.action import Action
from garde.people.roles import holders
from garde.report.findings import as_record
from garde.web.pages.zones.actions import Line, line_of
from garde.web.site import Site, inside, json, language_of

#: Verbs that need the right to accept.
ACCEPTING: Final = ("accept", "approve")
_DAY: Final = 86_400 * 1_000_000_000
#: Longest that something may be accepted or silent, in days.
LONGEST: Final = 400


class Draft(msgspec.Struct, frozen=True):
    """What somebody typed in a form that could not be taken."""

    verb: str = ""
    reason: str = ""
    until: str = ""
    value: str = ""


class FindingPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of a finding shows.

    Attributes:
        finding, rule: what was judged.
        device: the device it is about, None when it is about Garde itself.
        reasons: code and value; the code is an attribute of the device where it has a Why.
        cause: the finding that this one follows from.
        symptoms: findings that follow from it.
        causes: messages that it rests on, as far as they are in the log.
        words: what people decided, latest first.
        row: what the site's policy says of it.
        given: role → login of those who agreed that it is accepted.
        people: who may be given it.
        may_handle, may_accept: what the reader may do.
        plan: actions that answer it, in the order of their playbook.
        draft, error: a form that could not be taken, and why.
    """

    finding: Finding
    rule: Rule
    device: Device | None
    reasons: tuple[tuple[str, str, bool], ...]
    cause: Finding | None
    symptoms: tuple[Finding, ...]
    causes: tuple[Message, ...]
    words: tuple[Decision, ...]
    row: Row
    given: dict[str, str]
    people: tuple[Person, ...]
    may_handle: bool
    may_accept: bool
    plan: tuple[Line, ...] = ()
    draft: Draft = Draft()
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "finding.html", page=finding_page(site, request, found(site, request)))

    def data(request: Request) -> Response:
        return json(as_record(found(site, request)))

    async def decide(request: Request) -> Response:
        finding = found(site, request)
        async with request.form(max_files=0, max_fields=16) as form:
            try:
                before = str(form.get("decided", finding.decided[1]))
                if before != finding.decided[1]:
                    raise Conflict(
                        "finding.changed", "Somebody decided meanwhile", hint="Read what they said, then decide again"
                    )
                said = words_about(site, request, finding, form)
            except (Conflict, Refused, Malformed) as error:
                draft = Draft(*(str(form.get(name, ""))[:500] for name in ("verb", "reason", "until", "value")))
                shown = finding_page(site, request, finding, draft=draft, error=error)
                return site.page(request, "finding.html", int(status_of(error)), page=shown)
            back = str(form.get("back", "")) or f"/findings/{finding.id}"
        site.say(*said)
        return RedirectResponse(inside(back), 303)

    return [
        Guarded("/findings/{finding}.json", data, "findings.read"),
        Guarded("/findings/{finding}", page, "findings.read"),
        Guarded("/findings/{finding}/decisions", decide, "findings.read", methods=("POST",)),
    ]


def seen_by(site: Site, request: Request, right: str = "findings.read") -> Callable[[str], bool]:
    """Whether this person may see what is about a device; what is about none needs the whole hospital."""
    return site.fleet.seen(visitor_of(request).scope(right).terms)


def found(site: Site, request: Request, name: str = "") -> Finding:
    """The finding of an address.

    Raises:
        Missing: there is none, or none that this person may see.
    """
    name = name or request.path_params["finding"]
    finding = site.queue.get(name) or site.store.get(Finding, [name]).get(name)
    if finding is None or not seen_by(site, request)(finding.device):
        raise Missing("finding.unknown", f"There is no finding {name!r}", hint="It may be about a device elsewhere")
    return finding


def row_of(site: Site, finding: Finding) -> Row:
    """What the site's policy says of it."""
    device = site.fleet.get(finding.device) if finding.device else None
    ward, kind = (device.value("ward"), device.kind) if device else ("", "")
    return site.policy.row(finding.rule, finding.severity, ward, kind)


def words_about(site: Site, request: Request, finding: Finding, form: FormData) -> tuple[Decision, ...]:
    """The person's word in a form.

    Raises:
        Refused: it may not be said, or not by them.
        Malformed: a date that is none, or nobody to give it to.
    """
    visitor = visitor_of(request)
    verb, reason = str(form.get("verb", "")), str(form.get("reason", "")).strip()[:500]
    right = "findings.accept" if verb in ACCEPTING else "findings.handle"
    if not visitor.may(right) or not seen_by(site, request, right)(finding.device):
        raise Refused(
            "access.right", f"This needs the right {right}", hint=f"Roles that have it: {', '.join(holders(right))}"
        )
    until = _until(str(form.get("until", "")), site.now())
    allowed(finding, verb, until, reason)
    value = str(form.get("value", "")).strip()[:80]
    if verb == "assign" and not value:
        raise Malformed("finding.nobody", "Say to whom it is given")
    if verb in ACCEPTING:
        device = site.fleet.get(finding.device) if finding.device else None
        held = visitor.scope(right).roles_over(device)
        value = speaks_as(held, row_of(site, finding).approve, finding)
    return (word(verb, visitor.login, site.now(), about=finding.id, value=value, reason=reason, until=until),)


def _until(text: str, now: int) -> int:
    """The end of a day, in nanoseconds since 1970; 0 for none."""
    if not text:
        return 0
    try:
        day = dt.date.fromisoformat(text[:10])
        end = int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()) * 1_000_000_000 + _DAY
    except (ValueError, OverflowError):
        raise Malformed("finding.date", f"{text[:20]!r} is no date", hint="YYYY-MM-DD") from None
    if not now < end <= now + LONGEST * _DAY:
        raise Malformed("finding.date", "This date has passed, or is too far away", hint=f"At most {LONGEST} days")
    return end


def finding_page(
    site: Site, request: Request, finding: Finding, *, draft: Draft | None = None, error: GardeError | None = None
) -> FindingPage:
    """The record of the page."""
    visitor = visitor_of(request)
    seen = seen_by(site, request)
    device = site.fleet.get(finding.device) if finding.device else None
    known = {*device.claims, *device.many} if device else set()
    pairs = [one.partition(": ") for one in finding.reasons]
    log = site.store.messages([*finding.causes, *finding.words])
    cause = site.queue.get(finding.symptom_of) if finding.symptom_of else None
    said = [one for name in finding.words if isinstance(one := log.get(name), Decision)]
    return FindingPage(
        finding=finding,
        rule=rule_of(finding.rule),
        device=device,
        reasons=tuple((code, value, code in known) for code, _, value in pairs),
        cause=cause if cause and seen(cause.device) else None,
        symptoms=tuple(one for one in site.queue.all(seen) if one.symptom_of == finding.id),
        causes=tuple(log[name] for name in finding.causes if name in log),
        words=tuple(reversed(said)),
        row=row_of(site, finding),
        given=dict(one.split(":", 1) for one in finding.approvals),
        people=tuple(one for one in site.register.people() if one.active),
        may_handle=visitor.may("findings.handle") and seen_by(site, request, "findings.handle")(finding.device),
        may_accept=visitor.may("findings.accept") and seen_by(site, request, "findings.accept")(finding.device),
        plan=_plan(site, request, finding),
        draft=draft or Draft(),
        error=error,
    )


def _plan(site: Site, request: Request, finding: Finding) -> tuple[Line, ...]:
    """The actions that answer a finding, for who may see them."""
    if not visitor_of(request).may("actions.read") or not seen_by(site, request, "actions.read")(finding.device):
        return ()
    held = site.store.linked(Action, [finding.id]).get(finding.id, [])
    code = language_of(request).code
    return tuple(line_of(site, one, code) for one in sorted(held, key=lambda one: (one.step, one.level, one.id)))
