"""An address leads to one party whichever family it is of; a rule's words mean exactly those they say."""

from __future__ import annotations

import ipaddress

from garde.model.device import Claim, Device, Source
from garde.model.key import Key
from garde.zones.party import Nature, Party, of_one, party_of, roster, words
from garde.zones.plan import packaged

PLAN = packaged().within(["10.0.0.0/8", "fd00::/8"])
NATURES = {"CT": Nature("RP2", "medical", 3), "VENT_ICU": Nature("RP0", "medical", 4)}


def device(name: str, kind: str, *keys: Key, by: str = "", last_at: int = 0, **claims: str) -> Device:
    line = (Source("person" if by else "dicom", "", 1.0, 0, 0, by=by),)
    return Device(
        id=name,
        keys=keys,
        kind=kind,
        last_at=last_at,
        claims={name: Claim(name, value, 0.9, line) for name, value in claims.items()},
    )


CT = device(
    "d-1",
    "CT",
    Key("mac", "00:09:fb:00:00:01"),
    Key("ip", "10.0.0.1"),
    Key("ip", "fd00::1"),
    Key("hostname", "ct1.chu.fr"),
    manufacturer="Acme",
    model="X1",
    software="4.2",
    ward="IMAG",
)


def test_both_families_and_the_link_lead_to_the_same_party() -> None:
    who = roster([CT], PLAN, NATURES)
    found = {who.of(key).id for key in CT.keys}
    assert found == {"d-1"}


def test_a_device_becomes_a_party_with_its_zone_and_its_words() -> None:
    party = party_of(CT, PLAN, NATURES, "high")
    assert (party.zone, party.rule, party.model, party.firmware, party.ward) == ("Z2", "kind", "Acme|X1", "4.2", "IMAG")
    assert party.peers == "model:Acme|X1" and party.alarmed and party.criticality == 3
    networks = [(f"ip:{net}", ipaddress.ip_network(net)) for net in ("10.0.0.0/24", "fd00::/64", "10.1.0.0/16")]
    assert words(party, networks) == {
        "any",
        "device:d-1",
        "zone:Z2",
        "kind:CT",
        "model:Acme|X1",
        "name:ct1.chu.fr",
        "ip:10.0.0.0/24",
        "ip:fd00::/64",
    }


def test_only_a_person_moves_a_device_by_saying_a_zone() -> None:
    assert party_of(device("d", "CT", zone="Z4", by="k.morel"), PLAN, NATURES).zone == "Z4"
    assert party_of(device("d", "CT", zone="Z4"), PLAN, NATURES).zone == "Z2"


def test_the_latest_holder_of_an_address_has_it() -> None:
    key = Key("ip", "10.0.0.1")
    old, new = device("d-old", "CT", key, last_at=1), device("d-new", "VENT_ICU", key, last_at=2)
    assert roster([new, old], PLAN, NATURES).of(key).id == "d-new"


def test_a_stranger_is_a_party_that_is_like_nobody() -> None:
    who = roster([CT], PLAN, NATURES)
    inside, outside = who.of(Key("ip", "10.9.9.9")), who.of(Key("ip", "2001:db8::9"))
    assert (inside.zone, outside.zone) == ("Z8", "OUT")
    assert inside.peers == "ip:10.9.9.9/32" and outside.peers == "ip:2001:db8::9/128"
    assert who.members("zone:Z8") == [] and [one.id for one in who.members("kind:CT")] == ["d-1"]
    assert of_one("d-7") == "device:d-7"


def test_a_low_finding_does_not_keep_a_device_from_teaching() -> None:
    assert not Party(id="a", zone="Z1", alert="low").alarmed and not Party(id="a", zone="Z1").alarmed
    assert Party(id="a", zone="Z1", alert="medium").alarmed


def test_a_server_without_a_model_is_like_no_other() -> None:
    bare = {"id": "s", "zone": "Z5", "kind": "SERVER"}
    assert Party(**bare, group="computer", criticality=3).peers == "device:s"
    assert Party(**bare, group="computer", criticality=3, model="Dell|R640").peers == "model:Dell|R640"
    assert Party(id="w", zone="Z11", kind="WORKSTATION", group="computer", criticality=1).peers == "kind:WORKSTATION"
