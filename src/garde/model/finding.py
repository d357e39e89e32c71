"""Judgement and Finding: what needs someone, from the first sight of it until evidence says that it is over.

Question: what was judged, on which messages does it rest, who has it in hand, and how did it end?
Reference: DESIGN §1 and §2 rule 3; reference of the pages 7.6. A `Judgement` is a message and never changes; the
`Finding` is the one record of its life, folded from judgements and from what people decided of it.

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
