"""The decision: formal order, contradictions, devices in clinical use, and its words."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.device import Claim, Device, Source
from garde.model.key import Key
from garde.model.zones.place import EAP_TLS, MAB, OTHER, RANKS, AccessRequest, Certificate, Seat
from garde.zones.place import SETTLED, Known, decide, known, sentences, words
from garde.zones.rulebook import parse

MAC = "00:09:fb:01:02:03"
BOOK = parse(
    """
[[zone]]
name = "Z8"
vlan = 999
acl = "STAGE.in"
onboarding = true
[[zone]]
name = "Z0"
vlan = 998
quarantine = true
[[zone]]
name = "Z1"
vlan = 120
dscp = "M1"
session = 3600
[[zone]]
name = "Z2"
vlan = 130
[[rule]]
name = "monitors"
kind = "MON_BED"
zone = "Z1"
[[rule]]
name = "by serial"
serial = "S-7"
zone = "Z2"
[[rule]]
name = "hospital certificates"
certificate = "/C=FR/O=CHU/*"
zone = "Z2"
vlan = 131
[[rule]]
name = "bed 12"
mac = "00:09:fb:01:02:03"
nas = "sw-1"
zone = "Z1"
vlan = 121
role = "bed"
[[rule]]
name = "no consoles"
kind = "CONSOLE"
refuse = true
[[rule]]
name = "workshop"
nas = "sw-9"
port = "Gi1/0/1"
zone = "Z2"
"""
)
MONITOR = Known(device="d-1", kind="MON_BED", maker="philips", response="RP1", medical=True, settled=True)


def asked(**parts: object) -> AccessRequest:
    return AccessRequest(
        **{"at": 5, "mac": MAC, "kind": MAB, "nas": "sw-2", "port": "7", "medium": "ethernet", **parts}
    )  # type: ignore[arg-type]


CHU = Certificate(subject="/C=FR/O=CHU/CN=pump-7")


@pytest.mark.parametrize(
    ("request_", "about", "rank", "rule", "vlan"),
    [
        (asked(nas="sw-1"), MONITOR, "explicit", "bed 12", 121),
        (asked(nas="sw-9", port="Gi1/0/1"), None, "explicit", "workshop", 130),
        (asked(kind=EAP_TLS, certificate=CHU), MONITOR, "certificate", "hospital certificates", 131),
        (asked(kind=EAP_TLS, certificate=CHU, nas="sw-1"), MONITOR, "explicit", "bed 12", 121),
        (asked(), msgspec.structs.replace(MONITOR, serial="S-7"), "identity", "by serial", 130),
        (asked(), MONITOR, "fingerprint", "monitors", 120),
        (asked(), Known(device="d-2", kind="PUMP", medical=True, settled=True), "kept", "", 0),
        (asked(), Known(device="d-2", kind="PUMP", medical=True), "unknown", "", 999),
        (asked(), None, "unknown", "", 999),
        (asked(certificate=CHU, kind=EAP_TLS, mac=""), None, "refused", "", 0),
        (asked(kind=OTHER), MONITOR, "refused", "", 0),
        (asked(kind=EAP_TLS), MONITOR, "refused", "", 0),
        (asked(), Known(device="d-3", kind="CONSOLE"), "fingerprint", "no consoles", 0),
    ],
    ids=range(13),
)
def test_the_formal_order(request_: AccessRequest, about: Known | None, rank: str, rule: str, vlan: int) -> None:
    one = decide(request_, about, BOOK)
    assert (one.rank, one.rule, one.vlan) == (rank, rule, vlan)
    assert one.accepted == (rank != "refused" and rule != "no consoles")
    assert rank in RANKS
    if rule:
        assert rule in sentences(one, "fr")[-1] and rule in sentences(one, "en")[-1]


def test_a_rule_gives_what_the_zone_has_unless_it_says_otherwise() -> None:
    one = decide(asked(nas="sw-1"), MONITOR, BOOK)
    assert (one.zone, one.dscp, one.seconds, one.role, one.device) == ("Z1", "M1", 3600, "bed", "d-1")
    unknown = decide(asked(), None, BOOK)
    assert (unknown.zone, unknown.acl) == ("Z8", "STAGE.in")


FALSE = msgspec.structs.replace(MONITOR, contradictions=("wire.os: windows 10",))


def test_an_address_that_the_wire_contradicts_is_put_apart() -> None:
    one = decide(asked(), FALSE, BOOK, Seat(id=MAC, nas="sw-1", port="1"))
    assert (one.rank, one.zone, one.vlan, one.contradictions) == ("contradicted", "Z0", 998, FALSE.contradictions)
    assert "Le système vu a changé (windows 10)" in sentences(one, "fr")


def test_a_bedside_device_that_contradicts_itself_at_its_own_port_stays_and_is_told_of() -> None:
    seat = Seat(id=MAC, nas="sw-2", port="7", vlan=120)
    one = decide(asked(), FALSE, BOOK, seat)
    assert (one.rank, one.vlan) == ("fingerprint", 120) and one.contradictions
    assert any(reason.startswith("zone.kept") for reason in one.reasons)
    assert decide(asked(), FALSE, BOOK).rank == "fingerprint", "nobody knows its port: it may be the real one"
    assert decide(asked(), FALSE, BOOK, Seat(id=MAC)).rank == "fingerprint"
    moved = decide(asked(port="8"), FALSE, BOOK, seat)
    assert moved.rank == "contradicted"
    replaceable = msgspec.structs.replace(FALSE, response="RP2")
    assert decide(asked(), replaceable, BOOK, seat).rank == "contradicted"
    landed = msgspec.structs.replace(seat, seen_nas="sw-2", seen_port="9", port_at=1)
    assert decide(asked(), FALSE, BOOK, landed).rank == "contradicted", "where it was seen outweighs where it was put"


def test_a_certificate_proves_more_than_the_wire_contradicts() -> None:
    one = decide(asked(kind=EAP_TLS, certificate=CHU), FALSE, BOOK)
    assert (one.rank, one.contradictions) == ("certificate", ())


@pytest.mark.parametrize(
    ("parts", "about", "code"),
    [
        ({"medium": "wifi"}, msgspec.structs.replace(MONITOR, medium="ethernet"), "wire.medium: wifi, ethernet"),
        ({"medium": "ethernet", "called": "00-11-22-33-44-55:soins"}, None, "wire.called: soins"),
    ],
    ids=["medium", "called"],
)
def test_a_port_type_that_the_wire_contradicts(parts: dict[str, object], about: Known, code: str) -> None:
    one = decide(asked(**parts), about, BOOK)
    assert (one.rank, one.contradictions) == ("contradicted", (code,))


def test_a_device_in_clinical_use_is_never_moved_to_onboarding() -> None:
    pump = Known(device="d-2", kind="PUMP", medical=True, settled=True)
    assert decide(asked(), pump, BOOK, Seat(id=MAC, seen_vlan=77, vlan_at=1, vlan=60)).vlan == 77
    assert decide(asked(), pump, BOOK, Seat(id=MAC, seen_vlan=77, vlan_at=1, vlan=60, at=2)).vlan == 60
    assert decide(asked(), pump, BOOK, Seat(id=MAC, seen_vlan=77, vlan_at=1, at=2)).vlan == 77
    assert decide(asked(), pump, BOOK, Seat(id=MAC, vlan=60)).vlan == 60
    assert decide(asked(), pump, BOOK).zone == ""


texts = st.sampled_from(["", "sw-1", "sw-2", "sw-9", "Gi1/0/1", "7"])
abouts = st.none() | st.builds(
    Known,
    device=st.just("d-1"),
    kind=st.sampled_from(["", "MON_BED", "CONSOLE"]),
    serial=st.sampled_from(["", "S-7"]),
    response=st.sampled_from(["", "RP0", "RP3"]),
    medical=st.booleans(),
    settled=st.booleans(),
    medium=st.sampled_from(["", "ethernet"]),
    contradictions=st.sampled_from([(), ("wire.os: x",)]),
)


@given(
    about=abouts,
    port=texts,
    medium=st.sampled_from(["", "ethernet", "wifi"]),
    certificate=st.sampled_from([None, CHU]),
    seat=st.none() | st.builds(Seat, id=st.just(MAC), nas=texts, port=texts, vlan=st.integers(0, 4094)),
)
def test_an_explicit_rule_always_wins_and_is_named(
    about: Known | None, port: str, medium: str, certificate: Certificate | None, seat: Seat | None
) -> None:
    kind = EAP_TLS if certificate else MAB
    one = decide(asked(nas="sw-1", port=port, medium=medium, kind=kind, certificate=certificate), about, BOOK, seat)
    assert (one.rank, one.rule, one.vlan, one.accepted) == ("explicit", "bed 12", 121, True)
    assert "bed 12" in sentences(one, "fr")[-1] and "bed 12" in sentences(one, "en")[-1]


@given(
    about=abouts, port=texts, mac=st.sampled_from(["", MAC, "02:00:00:00:00:01"]), kind=st.sampled_from([MAB, OTHER])
)
def test_every_decision_is_a_place_or_a_refusal_and_says_why(
    about: Known | None, port: str, mac: str, kind: str
) -> None:
    one = decide(asked(port=port, mac=mac, kind=kind), about, BOOK)
    assert one.accepted or not one.vlan
    assert one.reasons and all(reason.partition(": ")[0] in words() for reason in one.reasons)
    if one.rank == "unknown":
        assert one.zone == "Z8" and not (about and about.settled)


def claim(attribute: str, value: str, at: int, confidence: float = 0.9, source: str = "dhcp") -> Claim:
    return Claim(attribute, value, confidence, (Source(source, "s", 0.9, first_at=0, at=at),))


def made(**parts: object) -> Device:
    return Device(id="d-1", keys=(Key("mac", MAC),), kind="MON_BED", **parts)  # type: ignore[arg-type]


def read(device: Device, holder: str = "") -> Known:
    return known(device, response="RP1", medical=True, holder=holder, same=lambda one, two: one == two)


def test_what_is_known_of_a_device() -> None:
    claims = {
        "manufacturer": claim("manufacturer", "philips", 5),
        "serial": claim("serial", "S", 5, confidence=0.8),
        "model": claim("model", "MX", 5, confidence=0.8),
        "switch_port": claim("switch_port", "Gi1/0/7", 5, source="lldp"),
    }
    one = read(made(claims=claims, first_at=0, last_at=SETTLED))
    assert (one.maker, one.serial, one.medium, one.settled, one.kind) == ("philips", "", "ethernet", True, "MON_BED")
    assert one.model == "MX", "a proposed value is a fingerprint, identity asks for an accepted one"
    heard = read(made(claims={"switch_port": claim("switch_port", "1", 5, source="radius")}, last_at=SETTLED - 1))
    assert (heard.medium, heard.settled) == ("", False), "what the request says is to be checked, it proves nothing"


@pytest.mark.parametrize(
    ("attribute", "before", "now", "source", "against"),
    [
        ("os", "VxWorks 6.9", "Windows 11", "dhcp", True),
        ("os", "Windows 7", "Windows 11", "dhcp", False),
        ("os", "VxWorks 6.9", "Windows 11", "smb", False),
        ("dhcp.vendor_class", "udhcp 1.21.1", "MSFT 5.0", "dhcp", True),
        ("dhcp.vendor_class", "udhcp 1.21.1", "udhcp 1.36", "dhcp", False),
        ("dhcp.fingerprint", "1,3,6", "1,3,6,15", "dhcp", False),
        ("kind", "MON_BED", "PC", "dhcp", False),
    ],
    ids=range(7),
)
def test_one_source_that_has_met_two_machines(
    attribute: str, before: str, now: str, source: str, against: bool
) -> None:
    """Sources may differ and versions change; another family of system from the same source is another machine."""
    rival = claim(attribute, before, 4, 0.2, source)
    device = made(claims={attribute: claim(attribute, now, 5)}, rivals={attribute: (rival,)})
    assert read(device).contradictions == ((f"wire.{attribute}: {now}, {before}",) if against else ())


def test_what_a_person_stated_is_no_witness() -> None:
    said = Claim("os", "Windows 11", 1.0, (Source("dhcp", "", 1.0, first_at=0, at=1, by="k.morel"),))
    device = made(claims={"os": said}, rivals={"os": (claim("os", "VxWorks", 9),)})
    assert read(device).contradictions == ()


def test_the_block_of_an_address_speaks_where_sources_quarrel_about_the_maker() -> None:
    device = made(claims={"manufacturer": claim("manufacturer", "philips", 5)}, conflicts=("manufacturer",))
    assert read(device, "dell").contradictions == ("wire.oui: dell",)
    assert read(device, "philips").contradictions == ()
    assert read(msgspec.structs.replace(device, conflicts=()), "dell").contradictions == ()
