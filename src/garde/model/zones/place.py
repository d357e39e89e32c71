"""Placement, Landing, Seat, Onboarding: where a device is let in, where it really is, and how far it has come.

Question: which VLAN was this station given by which rule, on which port does it sit, and may it go further?
Reference: RFC 2865 and 2866 (Access-Request, accounting), RFC 3580 §3.31 (VLAN by Tunnel attributes), RFC 4675 §2.4
(priorities); domain note 04 §1 and §2. A `Placement` is what was decided, a `Landing` what the switch says it did; the
`Seat` holds one against the other. Left out: names of persons: a User-Name is in none of these.

Example:
    >>> asked = AccessRequest(at=5, mac="00:09:fb:01:02:03", kind=MAB, nas="sw-1", port="Gi1/0/7")
    >>> placed(asked, zone="Z1", vlan=120, rule="monitors", rank="fingerprint").accepted
    True
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from garde.model.message import Message, digest

#: How a station asks: its address alone, which identifies and does not authenticate; a certificate; anything else.
MAB: Final = "MAB"
EAP_TLS: Final = "EAP-TLS"
OTHER: Final = "other"
#: On what a decision rests, strongest first. ``kept`` is a device in clinical use that stays where it is, ``unknown``
#: the onboarding zone, ``contradicted`` the quarantine, ``refused`` no access.
RANKS: Final = ("explicit", "certificate", "identity", "fingerprint", "kept", "unknown", "contradicted", "refused")
#: States of onboarding, domain note 04 §1, in the order in which a device comes through them.
STATES: Final = (
    "SEEN", "PROFILED", "STAGING", "QUARANTINE", "APPROVED", "SIMULATED", "ENFORCED", "DRIFT", "RETIRED",
)  # fmt: skip


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A client's certificate whose chain and signature the RADIUS server has verified.

    Attributes:
        subject, issuer: distinguished names, as they are written (``/C=FR/O=CHU/CN=pump-7``).
        serial: in hexadecimal.
        name: common name.
    """

    subject: str
    issuer: str = ""
    serial: str = ""
    name: str = ""


class AccessRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a switch or an access point asks.

    Attributes:
        at: nanoseconds since 1970 UTC.
        mac: of the station, lower-case with colons; empty when the request names none.
        kind: ``MAB``, ``EAP-TLS`` or ``other``.
        nas: how the switch names itself, else its address (RFC 2865 §5.32, §5.4).
        port: NAS-Port-Id, else NAS-Port.
        medium: ``ethernet`` or ``wifi`` by NAS-Port-Type (15, 19), else empty.
        called: Called-Station-Id: the port's MAC, or BSSID and SSID.
        certificate: of the client, when it proved to hold its key.
    """

    at: int
    mac: str
    kind: str
    nas: str = ""
    port: str = ""
    medium: str = ""
    called: str = ""
    certificate: Certificate | None = None


class Placement(Message, frozen=True, kw_only=True):
    """What was decided about one access request.

    Attributes:
        device: id of the device, or empty when nobody knows this address.
        mac, nas, port, medium, kind: as asked.
        certificate: subject of the certificate that was proved; empty for none.
        accepted: the station is let in.
        zone: where it is put; empty when it is refused, or stays where the switch puts it by itself.
        vlan: 0 where the switch's own setting stays.
        acl, role: names on the switch; empty for none.
        cisco: pairs of ``Cisco-AVPair``, as ``attribute=value``.
        dscp: class of traffic, ``M1`` to ``M6`` or ``NC``; empty leaves the marking.
        seconds: until the switch asks again; 0 for its own setting.
        rule: name of the rule that decided; empty when none did.
        rank: one of ``RANKS``.
        reasons: ``code: value``, why, in the order of thought.
        contradictions: what the wire shows against the address, as ``code: value``.
        by: ``garde``, or ``cache`` when the server decided from the signed file while Garde was down.
    """

    device: str = ""
    mac: str
    nas: str = ""
    port: str = ""
    medium: str = ""
    kind: str = MAB
    certificate: str = ""
    accepted: bool = True
    zone: str = ""
    vlan: int = 0
    acl: str = ""
    role: str = ""
    cisco: tuple[str, ...] = ()
    dscp: str = ""
    seconds: int = 0
    rule: str = ""
    rank: str = "unknown"
    reasons: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    by: str = "garde"


class Landing(Message, frozen=True, kw_only=True):
    """What a switch tells of a session (RFC 2866).

    Attributes:
        mac, nas, port: where the station is.
        status: ``start``, ``alive`` or ``stop`` (Acct-Status-Type 1, 3, 2; Accounting-On and -Off are not told).
        vlan: that the switch says it applied; 0 where it does not say.
        placement: id of the placement that it echoes in Class (RFC 2865 §5.25); empty when it echoes none.
        session: Acct-Session-Id.
    """

    mac: str
    nas: str = ""
    port: str = ""
    status: str = "start"
    vlan: int = 0
    placement: str = ""
    session: str = ""


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Where one address was put, and where it was found.

    Attributes:
        id: the MAC.
        device: id of the device, or empty.
        zone, vlan, nas, port: as decided last; ``vlan`` 0 leaves it to the switch.
        accepted, certificate: as decided last; the subject of the certificate that was proved.
        placement, at: the message that decided, and when.
        seen_nas, seen_port, port_at: as the switch said last, and when; empty and 0 where it never did.
        seen_vlan, vlan_at: as observed last, and when; 0 where it never was.
        seen_at, seen_by: when anything was observed last, and in which message.
        mismatch: in what they differed when that was judged last; empty when they agreed.
        spoofed: a judgement stands open that something else uses this address.
    """

    id: str
    device: str = ""
    zone: str = ""
    vlan: int = 0
    nas: str = ""
    port: str = ""
    accepted: bool = True
    certificate: str = ""
    placement: str = ""
    at: int = 0
    seen_vlan: int = 0
    vlan_at: int = 0
    seen_nas: str = ""
    seen_port: str = ""
    port_at: int = 0
    seen_at: int = 0
    seen_by: str = ""
    mismatch: tuple[str, ...] = ()
    spoofed: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """Switch and port where it was put or seen, whichever came last."""
        return (self.seen_nas, self.seen_port) if self.port_at > self.at else (self.nas, self.port)

    @property
    def latest(self) -> int:
        """The VLAN in which it was put or seen, whichever came last; 0 where neither says one."""
        return self.seen_vlan if self.vlan_at > self.at else self.vlan or self.seen_vlan


class Step(msgspec.Struct, frozen=True):
    """One step of onboarding: the state entered, when, because of which message."""

    state: str
    at: int
    cause: str = ""


class Onboarding(msgspec.Struct, frozen=True, kw_only=True):
    """How far one device has come.

    Attributes:
        id: of the device.
        state: one of ``STATES``.
        at: when it entered that state.
        steps: every step, oldest first.
        unmanaged: it was in clinical use before Garde decided anything, and stays where it was (brown-field).
    """

    id: str
    state: str = "SEEN"
    at: int = 0
    steps: tuple[Step, ...] = ()
    unmanaged: bool = False


def placed(asked: AccessRequest, **parts: Any) -> Placement:
    """The placement of a request; its id is the digest of request and decision, so told twice it is one message."""
    made = Placement(
        id="", at=asked.at, mac=asked.mac, nas=asked.nas, port=asked.port, medium=asked.medium, kind=asked.kind,
        certificate=asked.certificate.subject if asked.certificate else "", **parts,
    )  # fmt: skip
    return msgspec.structs.replace(made, id=placement_id(made))


def placement_id(placement: Placement) -> str:
    """The id that its content gives."""
    bare = msgspec.structs.replace(placement, id="")
    return f"pl-{digest('placement', msgspec.json.encode(bare, order='deterministic').decode())}"
