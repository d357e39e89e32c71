"""Journal: what FreeRADIUS answered, refused and was told, line by line, as messages.

Question: what happened while nobody looked, and which requests could not be trusted?
Reference: rlm_linelog and the log of FreeRADIUS 3.2 as `garde.onboarding.server` sets them; RFC 2866. Every answer is
written there before it is sent, with the decision in it, so that the audit is whole whenever Garde was down. A line
becomes the same messages however often it is read. What comes from a switch is hostile text.

Example:
    >>> line = b'{"what":"accounting","at":5,"mac":"00:09:fb:01:02:03","status":"Start","vlan":"120","random":"r"}'
    >>> messages(line)[0].vlan
    120
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.model.finding import judgement
from garde.model.message import Message, digest
from garde.model.zones.place import (
    EAP_TLS,
    MAB,
    AccessRequest,
    Certificate,
    Landing,
    Placement,
    placed,
    placement_id,
)
from garde.onboarding.endpoint import mac_of, medium_of, printable, unpacked

SECOND: Final = 1_000_000_000
#: Acct-Status-Type → status; the others tell of the switch, not of a station.
_STATUS: Final = {"Start": "start", "Interim-Update": "alive", "Alive": "alive", "Stop": "stop"}
#: Lines of the server's own log that tell of requests which nothing proves.
_DROPPED: Final = re.compile(
    rb"error: Received packet from ([0-9a-fA-F.:]{2,45}) with invalid (Message-Authenticator|signature)"
)
_STRANGER: Final = re.compile(rb"Ignoring request to .{1,80} from unknown client ([0-9a-fA-F.:]{2,45}) port")


class _Line(msgspec.Struct, kw_only=True):
    """A line as linelog writes it; what it does not know is empty."""

    what: str
    at: int
    mac: str = ""
    by: str = ""
    content: str = ""
    nas: str = ""
    port: str = ""
    medium: str = ""
    called: str = ""
    subject: str = ""
    client: str = ""
    why: str = ""
    detail: str = ""
    status: str = ""
    session: str = ""
    vlan: str = ""
    random: str = ""
    klass: str = msgspec.field(default="", name="class")


_decoder = msgspec.json.Decoder(_Line)


def messages(line: bytes) -> list[Message]:
    """The messages of one line of the journal; none for one that tells nothing.

    Raises:
        Malformed: the line is none.
    """
    try:
        found = _decoder.decode(line)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Malformed("radius.journal", f"This is no line of the journal: {error}") from None
    at = found.at * SECOND
    if not 0 <= at < (1 << 63) - SECOND:
        raise Malformed("radius.journal", f"{found.at} is no time")
    mac = mac_of(found.mac)
    if found.what == "accounting":
        return _landing(found, at, mac) if mac else []
    made = _placement(found, at, mac)
    if found.what == "answer":
        return [made] if made else []
    if found.what != "refusal":
        raise Malformed("radius.journal", f"{found.what[:20]!r} is no kind of line")
    if made is not None and not made.accepted:
        return [made]
    # Elsewhere the server's last remark is about something else.
    detail = _text(found.detail) if found.why == "certificate" else ""
    return [forged(at, origin=found.client, why=found.why, nas=_text(found.nas), detail=detail)]


def _placement(found: _Line, at: int, mac: str) -> Placement | None:
    if not found.content:
        return None
    held = unpacked(found.content)
    if found.by == "garde":
        if placement_id(held) != held.id:
            raise Malformed("radius.content", "The decision in this line is not the one that its id names")
        return held
    subject = _text(found.subject)
    request = AccessRequest(
        # The server writes seconds; the rest keeps two answers of one second apart.
        at=at + int.from_bytes(digest("line", found.random).encode(), "big") % SECOND,
        mac=mac,
        kind=EAP_TLS if subject else MAB,
        nas=_text(found.nas),
        port=_text(found.port),
        medium=medium_of(found.medium),
        called=_text(found.called),
        certificate=Certificate(subject=subject) if subject else None,
    )
    known = held.rank != "unknown"
    return placed(
        request, device=held.device, accepted=held.accepted, zone=held.zone, vlan=held.vlan, acl=held.acl,
        role=held.role, cisco=held.cisco, dscp=held.dscp, seconds=held.seconds, rule=held.rule, rank=held.rank,
        reasons=(f"cache.{'kept' if known else 'unknown'}: {mac}", *held.reasons), by="cache",
    )  # fmt: skip


def _landing(found: _Line, at: int, mac: str) -> list[Message]:
    status = _STATUS.get(found.status)
    if status is None:
        return []
    vlan = _text(found.vlan)
    echoed = bytes.fromhex(found.klass[2:]) if re.fullmatch(r"0x(?:[0-9a-fA-F]{2}){1,253}", found.klass) else b""
    known = re.fullmatch(rb"pl-[a-z2-7]{24}", echoed)
    nas, port, session = _text(found.nas), _text(found.port), _text(found.session)
    return [
        Landing(
            id=f"la-{digest('landing', found.at, mac, nas, port, status, session, found.random)}",
            # The server writes whole seconds, and a session begins behind its answer, which has its nanosecond.
            at=at + SECOND - 1,
            mac=mac,
            nas=nas,
            port=port,
            status=status,
            vlan=int(vlan) if re.fullmatch(r"[1-9][0-9]{0,3}", vlan) and int(vlan) <= 4094 else 0,
            placement=known[0].decode("ascii") if known else "",
            session=session,
        )
    ]


def logged(line: bytes, at: int) -> list[Message]:
    """The messages of one line of the server's own log: requests whose Message-Authenticator is wrong, and strangers.

    Args:
        line: as it stands there.
        at: when it was read; the log's own time is of no zone.
    """
    if found := _DROPPED.search(line):
        return [forged(at, origin=found[1].decode("ascii"), why="secret")]
    if found := _STRANGER.search(line):
        return [forged(at, origin=found[1].decode("ascii"), why="stranger")]
    return []


def forged(at: int, *, origin: str, why: str, nas: str = "", detail: str = "") -> Message:
    """The judgement of a request that was refused because nothing proves where it comes from.

    Args:
        origin: network address that sent it.
        why: ``message-authenticator`` (it has none), ``secret`` (it is wrong), ``stranger`` (nobody knows the sender),
            ``station``, ``password``, ``not-mab`` or ``certificate``.
    """
    reasons = (f"origin: {origin}", f"why: {why}", *([f"nas: {nas}"] if nas else []))
    return judgement(
        "nac.forged", at, severity="high" if why in ("message-authenticator", "secret", "stranger") else "medium",
        kind="threat", identifier=f"{origin} {why}", reasons=(*reasons, *([f"detail: {detail}"] if detail else [])),
    )  # fmt: skip


def once(found: Sequence[Message]) -> list[Message]:
    """Without further judgements of the same finding: a flood of forged requests is one, however many lines it has."""
    out: dict[str, Message] = {}
    for message in found:
        name = getattr(message, "finding", "") or message.id
        out.setdefault(name, message)
    return list(out.values())


def _text(value: str) -> str:
    """What jsonquote wrote octet by octet, read as UTF-8 again where it is that."""
    with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
        value = value.encode("latin-1").decode("utf-8")
    return printable(value)
