"""Life: how judgements and decisions become the one record of a finding.

Question: where does this finding stand after what was seen and what was said?
Reference: issue 3 part 2. Both folds give the same record whatever is delivered twice: a judgement or a decision that
is not later than the one folded last changes nothing. A person never closes what evidence can close.

Example:
    >>> from garde.model.finding import judgement
    >>> one = fold(None, judgement("identity.conflict", 5, severity="medium", device="d-1"), Row(rule="*"))
    >>> fold(one, judgement("identity.conflict", 9, severity="medium", device="d-1", over=True), Row(rule="*")).status
    'closed'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from garde.errors import Refused
from garde.findings.policy import Row
from garde.findings.rules import rule_of
from garde.model.decision import OF_FINDINGS, Decision
from garde.model.finding import Finding, Judgement

#: Messages named as causes, and decisions remembered, the latest ones: memory is bounded, the log holds all.
MOST_CAUSES: Final = 16
MOST_WORDS: Final = 64


def fold(finding: Finding | None, latest: Judgement, row: Row) -> Finding:
    """The finding after one more judgement of it."""
    mark = (latest.at, latest.id)
    severity = row.raise_ or latest.severity
    if finding is None:
        return Finding(
            id=latest.finding,
            rule=latest.rule,
            identifier=latest.identifier,
            kind=latest.kind,
            device=latest.device,
            severity=severity,
            status="closed" if latest.over else "open",
            reasons=latest.reasons,
            causes=(latest.id,),
            judged=mark,
            first_at=latest.at,
            last_at=latest.at,
            holder=f"role:{row.assign}" if row.assign else "",
            symptom_of=latest.symptom_of,
            closed_at=latest.at if latest.over else 0,
            closed_by="evidence" if latest.over else "",
        )
    if mark <= finding.judged:
        first = min(finding.first_at, latest.at)
        return finding if first == finding.first_at else msgspec.structs.replace(finding, first_at=first)
    known = msgspec.structs.replace(
        finding,
        causes=(*finding.causes, latest.id)[-MOST_CAUSES:],
        judged=mark,
        last_at=latest.at,
        symptom_of=latest.symptom_of or finding.symptom_of,
    )
    if latest.over:
        if finding.status == "closed":
            return known
        return msgspec.structs.replace(
            known, status="closed", closed_at=latest.at, closed_by="evidence", silent=False, until=0, pending=""
        )
    known = msgspec.structs.replace(known, severity=severity, reasons=latest.reasons or finding.reasons)
    if finding.status == "closed":
        return msgspec.structs.replace(
            known, status="open", count=finding.count + 1, closed_at=0, closed_by="", holder=_first_holder(row)
        )
    return known


def decide(finding: Finding, word: Decision, row: Row) -> Finding:
    """The finding after a person's or a policy's word; an earlier word than the last one changes nothing."""
    if word.verb not in OF_FINDINGS or word.id in finding.words or word.at < finding.decided[0]:
        return finding
    known = msgspec.structs.replace(
        finding,
        decided=(word.at, word.id),
        note=word.reason or finding.note,
        words=(*finding.words, word.id)[-MOST_WORDS:],
    )
    change = msgspec.structs.replace
    match word.verb:
        case "take":
            return change(known, status="taken", holder=word.person, silent=False, until=0)
        case "assign":
            return change(known, status="taken", holder=word.value, silent=False, until=0)
        case "release":
            return change(known, status="open", holder=_first_holder(row))
        case "wait":
            return change(known, status="waiting", holder=known.holder or word.person, until=word.until)
        case "silence":
            return change(known, silent=True, until=word.until)
        case "accept" | "approve":
            return _accept(known, word, row)
        case "expect":
            return change(known, status="accepted", until=word.until, silent=False, pending="", holder=word.person)
        case "close":
            return change(known, status="closed", closed_at=word.at, closed_by=word.person, silent=False, until=0)
        case "reopen":
            return change(
                known, status="open", closed_at=0, closed_by="", silent=False, until=0, pending="", approvals=()
            )
    return known


def _accept(finding: Finding, word: Decision, row: Row) -> Finding:
    """Accepted once every role that the policy names has agreed, each by another person."""
    if word.verb == "accept":
        finding = msgspec.structs.replace(finding, pending=word.id, pending_until=word.until, approvals=())
    if not finding.pending:
        return finding
    given = dict(one.split(":", 1) for one in finding.approvals)
    if word.value in row.approve and word.person not in given.values():
        given[word.value] = word.person
    agreed = tuple(f"{role}:{person}" for role, person in sorted(given.items()))
    if set(row.approve) <= set(given):
        return msgspec.structs.replace(
            finding, status="accepted", until=finding.pending_until, pending="", approvals=agreed, silent=False
        )
    return msgspec.structs.replace(finding, approvals=agreed)


def expire(finding: Finding, now: int) -> Finding:
    """The finding once what was said of it has run out."""
    if not finding.until or finding.until > now:
        return finding
    if finding.silent:
        finding = msgspec.structs.replace(finding, silent=False)
    if finding.status in ("accepted", "waiting"):
        finding = msgspec.structs.replace(finding, status="open", approvals=())
    return msgspec.structs.replace(finding, until=0)


def allowed(finding: Finding, verb: str, until: int = 0, reason: str = "") -> None:
    """Whether this may be said of it at all, before who says it is asked.

    Raises:
        Refused: no such verb, no reason, no end where one is needed, or evidence closes it.
    """
    if verb not in OF_FINDINGS:
        raise Refused("finding.verb", f"{verb!r} is nothing one can decide of a finding")
    if verb in ("accept", "silence", "expect", "close", "reopen", "note", "wait") and not reason.strip():
        raise Refused("finding.reason", "This decision needs a reason", hint="Say in a few words why")
    if verb in ("accept", "silence") and not until:
        raise Refused("finding.until", "This decision needs an end", hint="Choose a date: nothing is accepted for ever")
    if verb == "close" and rule_of(finding.rule).evidence:
        raise Refused(
            "finding.evidence",
            "What Garde sees closes this finding, nobody's word does",
            hint="Accept it until a date, or mend it and let Garde see",
        )
    if verb == "approve" and not finding.pending:
        raise Refused("finding.approve", "Nobody asked that this finding be accepted")


def speaks_as(held: Iterable[str], wanted: Iterable[str], finding: Finding) -> str:
    """The role in which somebody agrees that a finding is accepted; empty when they hold none.

    Args:
        held: roles by which the person may accept this finding.
        wanted: roles that the policy asks for; one that has not agreed yet comes before one that has.
        finding: what is accepted.
    """
    roles = tuple(held)
    given = {one.partition(":")[0] for one in finding.approvals}
    asked = [role for role in wanted if role in roles]
    return next((role for role in asked if role not in given), (*asked, *roles, "")[0])


def _first_holder(row: Row) -> str:
    return f"role:{row.assign}" if row.assign else ""
