"""ARP, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.link.arp import ARP
from garde.dissect.spec import Fact, Malformed
from tests.captures.arp.messages import ANNOUNCEMENT, PROBE, REPLY, REQUEST
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_reply() -> None:
    book = Playbook(ARP, protocol=0x0806)
    assert book.likely(REPLY) == 0.95
    (fact,) = book.client(REPLY + bytes(18))
    assert (fact.attribute, fact.value, str(fact.about)) == ("ip", "192.0.2.42", "mac:00:00:5e:00:53:42")
    assert (fact.start, fact.end) == (14, 18)


def test_announcement_and_request_claim_and_a_probe_does_not() -> None:
    assert told(Playbook(ARP).client(REQUEST)) == [("ip", "192.0.2.41", "mac:00:00:5e:00:53:41")]
    assert told(Playbook(ARP).client(ANNOUNCEMENT)) == [("ip", "192.0.2.43", "mac:00:00:5e:00:53:43")]
    assert Playbook(ARP).client(PROBE) == []


def test_a_group_address_holds_nothing() -> None:
    assert Playbook(ARP).client(REPLY.replace(bytes.fromhex("00005e005342"), bytes.fromhex("ffffffffffff"))) == []


def test_reverse_arp_and_other_hardware_are_refused() -> None:
    for bad in (REPLY[:6] + b"\0\3" + REPLY[8:], b"\0\6" + REPLY[2:]):
        with pytest.raises(Malformed):
            Playbook(ARP).client(bad)


def test_another_ethertype_is_not_arp() -> None:
    assert Playbook(ARP, protocol=0x88CC).likely(REPLY) == 0.0


@pytest.mark.parametrize("whole", [REQUEST, REPLY])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(ARP, protocol=0x0806).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(ARP, protocol=0x0806).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(ARP, protocol=0x0806).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([REQUEST, REPLY])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(ARP, protocol=0x0806).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
