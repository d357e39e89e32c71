"""LLDP, data unit by data unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.link.lldp import LLDP
from garde.dissect.spec import Fact, Malformed
from tests.captures.lldp.messages import PHONE, SWITCH, tlv
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_switch() -> None:
    book = Playbook(LLDP, protocol=0x88CC)
    assert book.likely(SWITCH) == 0.95
    facts = book.client(SWITCH)
    assert [fact[:2] for fact in told(facts)] == [
        ("lldp.chassis", "00:00:5e:00:53:40"),
        ("hostname", "sw-3b.chu.example"),
        ("lldp.description", "ACME 2960 software 15.2"),
        ("capability", "bridge"),
        ("ip", "192.0.2.40"),
        ("vlan", "120"),
    ]
    places = {fact.attribute: SWITCH[fact.start : fact.end] for fact in facts}
    assert places["hostname"] == b"sw-3b.chu.example"
    assert places["ip"] == b"\xc0\x00\x02\x28"
    assert places["vlan"] == b"\x00\x78"


def test_telephone() -> None:
    book = Playbook(LLDP, protocol=0x88CC)
    facts = book.client(PHONE)
    assert book.values("capability") == ["telephone"]
    assert {fact.attribute: fact.value for fact in facts if fact.attribute not in ("capability", "lldp.chassis")} == {
        "hardware": "rev 2",
        "firmware": "boot 1.4",
        "software": "11.7.1",
        "serial": "FCH1234ABCD",
        "manufacturer": "ACME Phones",
        "model": "CP-8845",
        "asset_tag": "INV-0042",
    }
    for fact in facts:
        if fact.attribute == "serial":
            assert PHONE[fact.start : fact.end] == b"FCH1234ABCD"


def test_the_first_three_are_mandatory_and_in_order() -> None:
    chassis, port, life = tlv(1, b"\x07x"), tlv(2, b"\x07y"), tlv(3, b"\0\1")
    assert Playbook(LLDP).client(chassis + port + life + tlv(0, b""))
    for bad in (port + chassis + life, chassis + port, tlv(1, b"") + port + life, chassis + port + life + b"\x0a\xff"):
        with pytest.raises(Malformed):
            Playbook(LLDP).client(bad)


def test_another_ethertype_is_not_lldp() -> None:
    assert Playbook(LLDP, protocol=0x0806).likely(SWITCH) == 0.0
    assert Playbook(LLDP, protocol=0x88CC).likely(b"\x04" + SWITCH[1:]) == 0.0


@pytest.mark.parametrize("whole", [SWITCH, PHONE])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(LLDP, protocol=0x88CC).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(LLDP, protocol=0x88CC).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(LLDP, protocol=0x88CC).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([SWITCH, PHONE])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(LLDP, protocol=0x88CC).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
