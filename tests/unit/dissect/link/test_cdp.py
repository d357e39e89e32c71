"""CDP, packet by packet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.link.cdp import CDP
from garde.dissect.spec import Fact, Malformed
from tests.captures.cdp.messages import SWITCH
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_switch() -> None:
    book = Playbook(CDP, protocol=0x2000)
    assert book.likely(SWITCH) == 0.9
    facts = book.client(SWITCH)
    assert [fact[:2] for fact in told(facts)] == [
        ("hostname", "sw-3b.chu.example"),
        ("ip", "192.0.2.41"),
        ("capability", "bridge"),
        ("capability", "igmp"),
        ("capability", "router"),
        ("cdp.version", "IOS Software, Version 15.2(2)E6"),
        ("cdp.platform", "cisco WS-C2960X-24PS-L"),
        ("vlan", "120"),
    ]
    places = {fact.attribute: SWITCH[fact.start : fact.end] for fact in facts}
    assert places["cdp.platform"] == b"cisco WS-C2960X-24PS-L"
    assert places["ip"] == b"\xc0\x00\x02\x29"


def test_a_wrong_length_is_refused() -> None:
    for bad in (SWITCH[:4] + b"\0\1\0\3", SWITCH[:4] + b"\0\1\0\x40abcd", b"\x03" + SWITCH[1:]):
        with pytest.raises(Malformed):
            Playbook(CDP).client(bad)


def test_another_protocol_is_not_cdp() -> None:
    assert Playbook(CDP, protocol=0x88CC).likely(SWITCH) == 0.0


@pytest.mark.parametrize("whole", [SWITCH])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(CDP, protocol=0x2000).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(CDP, protocol=0x2000).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(CDP, protocol=0x2000).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([SWITCH])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(CDP, protocol=0x2000).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
