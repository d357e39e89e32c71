"""Judgement and Finding: what needs someone, from the first sight of it until evidence says that it is over.

Question: what was judged, on which messages does it rest, who has it in hand, and how did it end?
Reference: DESIGN §1 and §2 rule 3; reference of the pages 7.6. A `Judgement` is a message and never changes; the
`Finding` is the one record of its life, folded from judgements and from what people decided of it; `Changed` says each
turn of it to those who must be told.

Example:
    >>> one = Judgement(id="j", at=5, rule="identity.conflict", identifier="model", device="d-1", severity="medium")
    >>> one.finding == finding_id("identity.conflict", "d-1", "model")
    True
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.message import Message, digest

#: What a finding may be about, DESIGN §1.
KINDS: Final = ("vulnerability", "exposure", "threat", "outage", "gap")
#: Least first; their order is how lists are sorted.
SEVERITIES: Final = ("low", "medium", "high", "critical")
#: A finding's life: nobody has it; someone has; a third party is awaited; a person lives with it; over.
STATUSES: Final = ("open", "taken", "waiting", "accepted", "closed")
#: Turns that a finding's life takes: it begins, comes back, is given to someone, becomes worse or less bad, is over, or
#: its status changes in another way.
CHANGES: Final = ("opened", "reopened", "assigned", "raised", "lowered", "closed", "status")


class Judgement(Message, frozen=True, kw_only=True):
    """A judgement that may need someone; ``cause`` names the messages it rests on.

    Attributes:
        rule: name of what judged, for example ``identity.conflict``; a row of the catalogue of rules.
        identifier: what about the device is meant, so that the same thing judged again is the same finding.
        kind: one of ``KINDS``.
        device: id of the device, or empty when it is about Garde itself.
        severity: one of ``SEVERITIES``.
        reasons: ``code: value``, what was seen.
        over: the evidence says that it has ended.
        symptom_of: id of the finding that causes this one, or empty.
    """

    rule: str
    identifier: str = ""
    kind: str = "gap"
    device: str = ""
    severity: str
    reasons: tuple[str, ...] = ()
    over: bool = False
    symptom_of: str = ""

    @property
    def finding(self) -> str:
        """The id of the finding that this judgement belongs to."""
        return finding_id(self.rule, self.device, self.identifier)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The life of one thing that needs someone.

    Attributes:
        id: ``f-`` and the digest of rule, device and identifier.
        rule, identifier, kind, device, reasons, symptom_of: as last judged.
        severity: as last judged, or as the site's policy has it.
        status: one of ``STATUSES``.
        causes: messages that it rests on, latest last, at most ``MOST_CAUSES``.
        judged: the judgement folded last, as its time and id.
        first_at, last_at: when it was first and last judged, in nanoseconds since 1970.
        count: how often it began: once, and once more for each time it came back after it was closed.
        holder: login of the person who has it, or empty.
        until: accepted or silent until then, 0 for without end or neither.
        silent: it is kept out of the queue until ``until``.
        note: the last person's reason.
        decided: the decision folded last, as its time and id.
        closed_at: when it was closed, 0 while it is not.
        closed_by: ``evidence``, or the login of the person who closed it.
        words: ids of what people decided of it, latest last.
        pending: id of the decision to accept it that still needs roles to agree; ``pending_until`` is its end.
        approvals: ``role:login`` of those who agreed.
    """

    id: str
    rule: str
    identifier: str = ""
    kind: str = "gap"
    device: str = ""
    severity: str = "low"
    status: str = "open"
    reasons: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    judged: tuple[int, str] = (0, "")
    first_at: int = 0
    last_at: int = 0
    count: int = 1
    holder: str = ""
    until: int = 0
    silent: bool = False
    note: str = ""
    decided: tuple[int, str] = (0, "")
    symptom_of: str = ""
    closed_at: int = 0
    closed_by: str = ""
    words: tuple[str, ...] = ()
    pending: str = ""
    pending_until: int = 0
    approvals: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it stands in the queue: somebody must do something, and nobody said to wait."""
        return self.status in ("open", "taken", "waiting") and not self.silent


class Changed(Message, frozen=True, kw_only=True):
    """A finding's life took a turn; ``cause`` is the judgement, the decision or the wake-up that brought it.

    It carries what a reader needs to speak of the turn, because the finding itself goes on changing.

    Attributes:
        finding: id of the finding.
        what: one of ``CHANGES``.
        before, after: status before and after; ``before`` is empty when it was opened.
        rule, identifier, kind, device, severity, reasons, holder, symptom_of, count: as the finding has them then.
        since: when it was first judged, in nanoseconds since 1970.
        asks: it stands in the queue afterwards.
        roles: whom the site's policy has told of it.
        by: login of the person who did it, or empty.
    """

    finding: str
    what: str
    before: str
    after: str
    rule: str
    identifier: str = ""
    kind: str = "gap"
    device: str = ""
    severity: str = "low"
    reasons: tuple[str, ...] = ()
    holder: str = ""
    symptom_of: str = ""
    count: int = 1
    since: int = 0
    asks: bool = True
    roles: tuple[str, ...] = ()
    by: str = ""


def finding_id(rule: str, device: str, identifier: str) -> str:
    """The id under which every judgement of the same thing meets."""
    return f"f-{digest('finding', rule, device, identifier)}"


def judgement(
    rule: str,
    at: int,
    *,
    severity: str,
    device: str = "",
    identifier: str = "",
    kind: str = "gap",
    reasons: tuple[str, ...] = (),
    cause: tuple[str, ...] = (),
    over: bool = False,
    symptom_of: str = "",
) -> Judgement:
    """A judgement whose id is the digest of what it says: judged again from the same facts, it is one message."""
    name = digest(
        "judgement", rule, at, device, identifier, severity, over, symptom_of, *sorted(reasons), "because", *cause
    )
    return Judgement(
        id=f"j-{name}",
        at=at,
        cause=cause,
        rule=rule,
        identifier=identifier,
        kind=kind,
        device=device,
        severity=severity,
        reasons=reasons,
        over=over,
        symptom_of=symptom_of,
    )


def changed(before: Finding | None, after: Finding, because: Message, roles: tuple[str, ...] = ()) -> Changed | None:
    """What turn the life took with one more message, or None when nobody would see a difference.

    The id is the digest of the finding, the message and the turn, so the same turn is said once.
    """
    what = _turn(before, after, because)
    if not what:
        return None
    return Changed(
        id=f"c-{digest('changed', after.id, because.id, what)}",
        at=because.at,
        cause=(because.id,),
        finding=after.id,
        what=what,
        before=before.status if before else "",
        after=after.status,
        rule=after.rule,
        identifier=after.identifier,
        kind=after.kind,
        device=after.device,
        severity=after.severity,
        reasons=after.reasons,
        holder=after.holder,
        symptom_of=after.symptom_of,
        count=after.count,
        since=after.first_at,
        asks=after.asks,
        roles=roles,
        by=getattr(because, "person", ""),
    )


def _turn(before: Finding | None, after: Finding, because: Message) -> str:
    """The one word of ``CHANGES`` for it; where several fit, the first of these."""
    if before is None:
        return "opened"
    if before.status != after.status and "closed" in (before.status, after.status):
        return "closed" if after.status == "closed" else "reopened"
    if after.asks and not before.asks:
        return "reopened"
    if after.severity != before.severity:
        return "raised" if SEVERITIES.index(after.severity) > SEVERITIES.index(before.severity) else "lowered"
    if after.holder and after.holder != before.holder and getattr(because, "person", "") != after.holder:
        return "assigned"
    if (before.status, before.silent, before.holder) != (after.status, after.silent, after.holder):
        return "status"
    return ""
