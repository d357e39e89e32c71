"""Findings: the list, one, its history, and what people decide of it.

Question: what needs someone, who has it, and how does a program say what was decided?
Reference: issue 3 parts 2 and 5; `garde.findings.life` says what may be decided. A decision may name the version that
it is about (``If-Match``): when somebody decided meanwhile it is refused and nothing is lost.

Example: ``GET /api/v1/findings?status=open&severity=critical``
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from garde.api.ask import Ask, Reply, until
from garde.api.messages import DecisionRecord, decision_record
from garde.api.records import Moment, Page, Paging, Reason, Until
from garde.errors import Malformed, Missing, Refused
from garde.findings.life import allowed, speaks_as
from garde.findings.policy import Row
from garde.model.decision import Decision, word
from garde.model.device import Device
from garde.model.finding import SEVERITIES, Finding
from garde.people.roles import holders, roles
from garde.report.findings import as_record

Severity: TypeAlias = Literal["low", "medium", "high", "critical"]
Status: TypeAlias = Literal["open", "taken", "waiting", "accepted", "closed"]
Kind: TypeAlias = Literal["vulnerability", "exposure", "threat", "outage", "gap"]
#: Verbs that need the right to accept besides the right to handle.
ACCEPTING: Final = ("accept", "approve")


class FindingRecord(Struct, frozen=True, kw_only=True):
    """The life of one thing that needs someone.

    Attributes:
        rule, identifier: what judged, and what about the device is meant.
        device: id, or empty when it is about Garde itself.
        reasons: ``code: value``, what was seen.
        causes: messages that it rests on.
        count: how often it began.
        holder: login, or ``role:`` and the name of one.
        silent: kept out of the queue until ``until``.
        symptom_of: the finding that this one follows from.
        note: the last person's reason.
        decisions: messages in which people decided of it, latest last.
        approvals: ``role:login`` of those who agreed that it is accepted.
    """

    id: str
    rule: str
    identifier: str
    kind: Kind
    severity: Severity
    device: str
    status: Status
    reasons: tuple[str, ...]
    causes: tuple[str, ...]
    first_at: Moment
    last_at: Moment
    count: int
    holder: str
    silent: bool
    until: Moment | None = None
    symptom_of: str | None = None
    closed_at: Moment | None = None
    closed_by: str = ""
    note: str = ""
    decisions: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()


class FindingQuery(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which findings; several values of one word are alternatives. Closed ones: the latest five thousand."""

    shelf: Literal["", "open", "mine", "taken", "waiting", "silent", "accepted", "closed"] = ""
    status: Annotated[tuple[Status, ...], Meta(max_length=8)] = ()
    severity: Annotated[tuple[Severity, ...], Meta(max_length=8)] = ()
    kind: Annotated[tuple[Kind, ...], Meta(max_length=8)] = ()
    rule: Annotated[tuple[Annotated[str, Meta(max_length=80)], ...], Meta(max_length=32)] = ()
    device: Annotated[str, Meta(max_length=80)] = ""
    q: Annotated[str, Meta(max_length=200)] = ""


class FindingWord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody decides of a finding.

    Attributes:
        verb: what is decided; ``accept`` and ``approve`` also need the right ``findings.accept``.
        reason: needed for all but ``take``, ``assign``, ``release`` and ``approve``.
        until: needed to accept and to silence.
        to: for ``assign``, a login, or ``role:`` and the name of one.
    """

    verb: Literal[
        "take", "assign", "release", "wait", "accept", "silence", "expect", "close", "reopen", "note", "approve"
    ]
    reason: Reason = ""
    until: Until = ""
    to: Annotated[str, Meta(max_length=80)] = ""


def listed(ask: Ask) -> Reply:
    """Findings that match: what asks for someone first, then the worst, then the oldest."""
    query: FindingQuery = ask.query
    found = sorted(
        (one for one in ask.site.queue.all(ask.sees("findings.read")) if _matches(ask, query, one)), key=place_of
    )
    behind = ask.after(tuple[bool, int, int, str])
    rest = [one for one in found if behind is None or place_of(one) > behind]
    shown = rest[: query.limit]
    cursor = ask.cursor(place_of(shown[-1])) if len(rest) > query.limit else ""
    page = Page(items=tuple(map(finding_record, shown)), next=cursor or None, total=len(found))
    return Reply(record=page, next=cursor)


def one(ask: Ask) -> FindingRecord:
    """A finding."""
    return finding_record(_found(ask))


def decisions(ask: Ask) -> Page[DecisionRecord]:
    """What was decided of a finding, latest first, at most the last sixty-four."""
    found = _found(ask)
    log = ask.site.store.messages(found.words)
    said = [log[name] for name in reversed(found.words) if isinstance(log.get(name), Decision)]
    return Page(items=tuple(map(decision_record, said)), total=len(said))


def decide(ask: Ask) -> Reply:
    """Decide of a finding; the answer is the finding as it stands then."""
    said: FindingWord = ask.body
    found = _found(ask, "findings.handle")
    right = "findings.accept" if said.verb in ACCEPTING else "findings.handle"
    if not ask.sees(right)(found.device):
        raise Refused(
            "access.right", f"This needs the right {right}", hint=f"Roles that have it: {', '.join(holders(right))}"
        )
    ask.meant(finding_record(found))
    now = ask.site.now()
    end = until(said.until, now)
    allowed(found, said.verb, end, said.reason)
    value = ""
    if said.verb == "assign":
        value = _somebody(ask, said.to.strip())
    elif said.verb in ACCEPTING:
        device = ask.site.fleet.get(found.device) if found.device else None
        value = speaks_as(ask.visitor.scope(right).roles_over(device), _row(ask, found, device).approve, found)
    reason = said.reason.strip()
    ask.site.say(word(said.verb, ask.visitor.login, now, about=found.id, value=value, reason=reason, until=end))
    after = ask.site.store.get(Finding, [found.id]).get(found.id, found)
    return Reply(
        record=finding_record(after),
        status=200 if ask.site.settle is not None else 202,
        headers={"content-location": f"{ask.base}/findings/{found.id}"},
    )


def place_of(finding: Finding) -> tuple[bool, int, int, str]:
    """Where a finding stands in the list."""
    return (not finding.asks, -SEVERITIES.index(finding.severity), finding.first_at, finding.id)


def finding_record(finding: Finding) -> FindingRecord:
    """A finding as it is given out."""
    more = {"note": finding.note, "decisions": finding.words, "approvals": finding.approvals}
    return msgspec.convert(as_record(finding) | more, FindingRecord)


def _found(ask: Ask, right: str = "findings.read") -> Finding:
    """The finding of the path.

    Raises:
        Missing: there is none, or none that may be seen with that right.
    """
    name = ask.path["finding"]
    found = ask.site.queue.get(name) or ask.site.store.get(Finding, [name]).get(name)
    if found is None or not ask.sees(right)(found.device):
        raise Missing("finding.unknown", f"There is no finding {name[:80]!r}", hint="GET /findings lists them")
    return found


def _matches(ask: Ask, query: FindingQuery, one: Finding) -> bool:
    for wanted, value in (
        (query.status, one.status),
        (query.severity, one.severity),
        (query.kind, one.kind),
        (query.rule, one.rule),
    ):
        if wanted and value not in wanted:
            return False
    if query.device and query.device != one.device:
        return False
    if query.shelf and not _lies(ask, query.shelf, one):
        return False
    known = "\n".join((one.id, one.rule, one.device, one.identifier, *one.reasons)).lower()
    return all(part in known for part in query.q.lower().split()[:8])


def _lies(ask: Ask, shelf: str, one: Finding) -> bool:
    """Whether a finding lies on a shelf of the page; the caller's own holds what they or their roles have in hand."""
    if shelf == "mine":
        return one.asks and one.holder in {ask.visitor.login, *(f"role:{role}" for role in ask.visitor.roles)} - {""}
    return shelf == ("silent" if one.silent and one.status not in ("closed", "accepted") else one.status)


def _row(ask: Ask, finding: Finding, device: Device | None) -> Row:
    ward, kind = (device.value("ward"), device.kind) if device else ("", "")
    return ask.site.policy.row(finding.rule, finding.severity, ward, kind)


def _somebody(ask: Ask, to: str) -> str:
    """To whom a finding is given.

    Raises:
        Malformed: to nobody whom Garde knows.
    """
    if to.startswith("role:") and to.removeprefix("role:") in roles():
        return to
    person = ask.site.register.by_login(to) if to else None
    if person is None or not person.active:
        raise Malformed("finding.nobody", "Say to whom it is given", hint="A login, or role: and the name of one")
    return person.login
