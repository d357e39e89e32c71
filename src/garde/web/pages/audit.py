"""Audit: who did what, who came to the door, and one message with all that follows from it.

Question: who can do what, who did what, and on what does it rest?
Reference: reference of the pages 7.14 and 7.15 (the cause chain). The list is the message log itself; nothing is
written for it. A message about packets names no person; what a person did is shown to auditors.

Example: ``/audit?person=k.morel&verb=accept``
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import Missing
from garde.gate import Guarded, visitor_of
from garde.model.codec import decode
from garde.model.decision import Access, Decision
from garde.model.finding import Judgement
from garde.model.issued import Issued
from garde.model.message import Message, moment
from garde.report.table import csv_of
from garde.web.site import Site

ROWS: Final = 50
#: Messages looked at for one page of a filtered list, and for a file.
LOOKED: Final = 20_000
FILE: Final = 50_000
_END: Final = 1 << 62
COLUMNS: Final = ("at", "who", "did", "about", "value", "reason", "until", "id")
#: Generations of causes that are shown.
DEEP: Final = 6


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One line: who did what, about what, why."""

    seq: int
    id: str
    at: int
    who: str
    did: str
    about: str = ""
    attribute: str = ""
    value: str = ""
    reason: str = ""
    until: int = 0


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the list shows.

    Attributes:
        deeds: latest first.
        person, verb, text: filters in force.
        verbs: what may be chosen.
        older: address of what lies behind, or empty.
        csv: the same list for a spreadsheet.
    """

    deeds: tuple[Deed, ...]
    person: str
    verb: str
    text: str
    verbs: tuple[str, ...]
    older: str
    csv: str


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """One message: its kind, its fields in words, and what it follows from, generation by generation."""

    message: Message
    kind: str
    fields: tuple[tuple[str, str], ...]
    causes: tuple[tuple[Message, ...], ...]


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of these screens."""

    def page(request: Request) -> Response:
        return site.page(request, "audit.html", page=audit_page(site, request))

    def table(request: Request) -> Response:
        found, _ = deeds(site, request, FILE, FILE)
        rows = (
            {
                "at": moment(one.at), "who": one.who, "did": one.did, "about": one.about,
                "value": f"{one.attribute}={one.value}" if one.attribute else one.value, "reason": one.reason,
                "until": moment(one.until) if one.until else "", "id": one.id,
            }
            for one in found
        )  # fmt: skip
        headers = {"content-disposition": 'attachment; filename="audit.csv"'}
        return Response(csv_of(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)

    def message(request: Request) -> Response:
        return site.page(request, "message.html", page=message_page(site, request))

    return [
        Guarded("/audit", page, "audit.read"),
        Guarded("/audit.csv", table, "audit.read"),
        Guarded("/messages/{message}", message, "messages.read"),
    ]


def audit_page(site: Site, request: Request) -> AuditPage:
    """The record of the list."""
    values = request.query_params
    found, last = deeds(site, request, ROWS, LOOKED)
    kept = {name: values.get(name, "")[:80] for name in ("person", "verb", "q")}
    chosen = {name: value for name, value in kept.items() if value}
    return AuditPage(
        deeds=tuple(found),
        person=kept["person"],
        verb=kept["verb"],
        text=kept["q"],
        verbs=tuple(sorted({one.did for one in found} | ({kept["verb"]} - {""}))),
        older=f"/audit?{urlencode({**chosen, 'before': last})}" if last else "",
        csv=f"/audit.csv?{urlencode(chosen)}",
    )


def deeds(site: Site, request: Request, most: int, looked: int) -> tuple[list[Deed], int]:
    """Deeds that match, latest first, and the number behind which the next are; 0 at the beginning of the log."""
    values = request.query_params
    person, verb, words = values.get("person", ""), values.get("verb", ""), values.get("q", "").lower().split()[:8]
    start = values.get("before", "")
    before = int(start) if start.isascii() and start.isdigit() and len(start) < 19 else _END
    found: list[Deed] = []
    while looked > 0:
        rows = site.store.ask("deeds", before=before, most=min(1_000, looked))
        for row in rows:
            body = row["body"]
            one = deed(int(str(row["seq"])), decode(bytes(body)))  # type: ignore[call-overload]
            known = "\n".join((one.who, one.did, one.about, one.attribute, one.value, one.reason)).lower()
            if (not person or one.who == person) and (not verb or one.did == verb) and all(w in known for w in words):
                found.append(one)
                if len(found) == most:
                    return found, one.seq
        looked -= len(rows)
        if len(rows) < 1_000:
            return found, 0
        before = int(str(rows[-1]["seq"]))
    return found, before


def deed(seq: int, message: Message) -> Deed:
    """What a message says somebody did."""
    if isinstance(message, Decision):
        about = message.about or (str(message.keys[0]) if message.keys else "")
        return Deed(
            seq=seq, id=message.id, at=message.at, who=message.person, did=message.verb, about=about,
            attribute=message.attribute, value=message.value, reason=message.reason, until=message.until,
        )  # fmt: skip
    if isinstance(message, Access):
        return Deed(
            seq=seq, id=message.id, at=message.at, who=message.person, did=message.outcome, value=message.way,
            about=message.origin,
        )  # fmt: skip
    if isinstance(message, Judgement):
        did = "judged.over" if message.over else "judged"
        return Deed(
            seq=seq, id=message.id, at=message.at, who="garde", did=did, about=message.finding, value=message.rule,
            reason="; ".join(message.reasons),
        )  # fmt: skip
    if isinstance(message, Issued):
        return Deed(
            seq=seq, id=message.id, at=message.at, who=message.by, did="issued", about=message.ward,
            value=f"{message.report} {message.language}",
        )  # fmt: skip
    return Deed(seq=seq, id=message.id, at=message.at, who="", did=type(message).__name__)


def message_page(site: Site, request: Request) -> MessagePage:
    """The record of one message.

    Raises:
        Missing: it is not in the log, or was pruned, or the reader does not see the whole hospital.
    """
    name = request.path_params["message"]
    found = site.store.messages([name]).get(name)
    if found is None or not visitor_of(request).scope("messages.read").everything:
        raise Missing("message.unknown", "There is no such message", hint="It may lie behind the time that is kept")
    causes: list[tuple[Message, ...]] = []
    wanted = found.cause[:50]
    while wanted and len(causes) < DEEP:
        there = site.store.messages(wanted)
        if not there:
            break
        causes.append(tuple(there[one] for one in wanted if one in there))
        wanted = tuple(dict.fromkeys(one for message in causes[-1] for one in message.cause))[:50]
    return MessagePage(message=found, kind=type(found).__name__, fields=fields_of(found), causes=tuple(causes))


def fields_of(message: Message) -> tuple[tuple[str, str], ...]:
    """Name and value of each field that says something, but id, time and cause."""
    shown = []
    for field in msgspec.structs.fields(message):
        value: Any = getattr(message, field.name)
        if field.name in ("id", "at", "cause") or value in ("", (), 0, None, False):
            continue
        text = "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        shown.append((field.name, moment(value) if field.name in ("until", "last_at") else text))
    return tuple(shown)
