"""Allow: whether a probe may reach a device. Everything that is not allowed is forbidden.

Question: may this probe be sent to this device now, and if not, why not?
Reference: domain note 01 §11 (passive by default, approval per type, kill switch); 09 §6; DESIGN §2 rule 7. Asked where
the socket is opened (`garde.probing.line`), so nobody can go round it. Left out: what a device is and whether it is in
use (`garde.inventory`, `garde.respond.use`); both come as words.

* The switch that suspends all, and a device that somebody excepted, come first.
* RP0 is never probed, whatever anybody approved; nor is RP1, except an information system, a switch or a power supply
  whose kind the site approved by its name. A whole group cannot be approved into that.
* A medical device that may be in use on a patient is not probed: unknown may be in use.
* What is left needs an approval of its kind for this very probe.

Example:
    >>> site = Policy(approvals=(Approval(kinds=("PACS",), probes=("dicom-echo",), by="DSI"),))
    >>> forbidden(Subject(kind="PACS", group="information", response="RP1"), "dicom-echo", site)
    ''
    >>> forbidden(Subject(kind="VENT_ICU", group="medical", response="RP0", use="idle"), "icmp", site)
    'RP0'
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.model.rows import read

#: What each reason means, for a person.
REASONS: Final = {
    "frozen": "all actions are suspended",
    "no-active": "somebody excepted it from probes",
    "RP0": "devices of response class RP0 are never probed",
    "RP1": "devices of response class RP1 are not probed unless the site approved the kind by its name",
    "in-use": "it is in use on a patient",
    "use-unknown": "it may be in use on a patient: nobody at the bedside said that it is not",
    "unknown": "nobody knows what is at this address of the site",
    "unapproved": "nobody approved this probe for its kind",
    "opt-in": "this probe writes on the target, and must be approved for its kind by name",
}


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of whom a probe would reach.

    Attributes:
        object: ``device:ID`` or ``ip:ADDRESS``.
        address: literal.
        kind, group: of the kinds catalogue; ``unknown`` and empty where nobody knows.
        response: RP0 to RP3, ``unknown``, or ``outside`` for addresses that are not the site's.
        use: ``in-use``, ``idle`` or ``unknown``.
        no_active: somebody said that nothing may be sent to it.
    """

    object: str = ""
    address: str = ""
    kind: str = "unknown"
    group: str = ""
    response: str = "unknown"
    use: str = "unknown"
    no_active: bool = False


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of the site's approvals: these probes may be sent to these kinds.

    Attributes:
        kinds: of the catalogue; ``unknown`` and ``outside`` are kinds here.
        groups: of the catalogue.
        probes: names of `garde.probing.table.PROBES`.
        by: who approved it.
        reason: in their words.
    """

    kinds: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    probes: tuple[str, ...]
    by: str
    reason: str = ""


class Never(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of the site's approvals: nothing may be sent there.

    Attributes:
        object: ``device:ID``, ``ip:CIDR`` or ``kind:KIND``.
        by, reason: who said so, and why.
    """

    object: str
    by: str
    reason: str = ""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the site allows: nothing where it said nothing. ``frozen`` is the switch that suspends all actions."""

    approvals: tuple[Approval, ...] = ()
    never: tuple[Never, ...] = ()
    frozen: bool = False


def parse(text: str, file: str) -> Policy:
    """The policy of a text.

    Raises:
        Malformed: with file and line.
    """
    rows = read(text, file, {"approval": Approval, "never": Never}, "approval")
    for row in rows["never"]:
        kind, _, value = row.object.partition(":")
        try:
            if kind not in ("device", "ip", "kind") or not value:
                raise ValueError
            if kind == "ip":
                ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise Malformed(
                "probe.object", f"{row.object!r} is not device:ID, ip:CIDR or kind:KIND", where=file
            ) from None
    return Policy(approvals=tuple(rows["approval"]), never=tuple(rows["never"]))


def forbidden(subject: Subject, probe: str, policy: Policy, *, writes: bool = False, by_hand: bool = False) -> str:
    """Why the probe may not be sent, one of ``REASONS``; empty when it may.

    Args:
        subject: whom it would reach.
        probe: name of the row.
        policy: the site's.
        writes: the probe leaves something on the target.
        by_hand: a person typed this one probe, which approves it for its kind; nothing else is loosened by that.
    """
    if policy.frozen:
        return "frozen"
    if subject.no_active or any(_names(row.object, subject) for row in policy.never):
        return "no-active"
    named = any(_approves(row, subject, probe) for row in policy.approvals)
    if subject.response == "RP0":
        return "RP0"
    if subject.response == "RP1" and (subject.group in ("medical", "") or not _by_name(subject, probe, policy)):
        return "RP1"
    if subject.use == "in-use" and subject.group in ("medical", ""):
        return "in-use"
    if subject.response == "unknown":
        return "unknown"
    if subject.group == "medical" and subject.use != "idle":
        return "use-unknown"
    if writes and not named and subject.response != "outside":
        return "opt-in"
    return "" if named or by_hand else "unapproved"


def _approves(row: Approval, subject: Subject, probe: str) -> bool:
    kind = "outside" if subject.response == "outside" else subject.kind
    return probe in row.probes and (kind in row.kinds or (bool(subject.group) and subject.group in row.groups))


def _by_name(subject: Subject, probe: str, policy: Policy) -> bool:
    return any(probe in row.probes and subject.kind in row.kinds for row in policy.approvals)


def _names(text: str, subject: Subject) -> bool:
    kind, _, value = text.partition(":")
    if kind == "kind":
        return value == subject.kind
    if kind == "device":
        return text == subject.object
    return _within(subject.address, value)


def _within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def reasons(codes: Collection[str]) -> str:
    """Codes in plain words.

    >>> reasons(["in-use"])
    'it is in use on a patient'
    """
    return ", ".join(REASONS.get(code, code) for code in codes)
