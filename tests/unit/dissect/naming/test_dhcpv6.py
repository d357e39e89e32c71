"""DHCPv6, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.naming.dhcpv6 import DHCPV6
from garde.dissect.spec import Fact, Malformed
from tests.captures.dhcpv6.messages import RELAYED, RELAYED_REPLY, REPLY, SOLICIT, option
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_solicit() -> None:
    book = Playbook(DHCPV6, port=547)
    assert book.likely(SOLICIT) == 0.9
    facts = book.client(SOLICIT)
    assert told(facts) == [
        ("dhcpv6.duid", "000100012c0000000009fb010203", "sender"),
        ("mac", "00:09:fb:01:02:03", "sender"),
        ("dhcpv6.enterprise", "311", "sender"),
        ("hostname", "mon-3b.chu", "sender"),
        ("dhcpv6.fingerprint", "17,23,24,39|1,16,39,6,3", "sender"),
    ]
    assert SOLICIT[facts[1].start : facts[1].end] == bytes.fromhex("0009fb010203")


def test_reply() -> None:
    facts = Playbook(DHCPV6, port=547).server(REPLY)
    assert told(facts) == [("dhcp.role", "server", "sender"), ("ip", "2001:db8::77", "receiver")]
    assert REPLY[facts[1].start : facts[1].end].hex() == "20010db8000000000000000000000077"


def test_through_a_relay() -> None:
    station = "mac:00:09:fb:01:02:04"
    assert {fact[2] for fact in told(Playbook(DHCPV6, port=547).client(RELAYED))} == {station}
    assert told(Playbook(DHCPV6, port=547).server(RELAYED_REPLY))[1] == ("ip", "2001:db8::77", station)


@pytest.mark.parametrize(
    ("value", "names"), [(b"", []), (b"\0", []), (b"\0\x05pumps", ["pumps"]), (b"\0\x05pumps\0", ["pumps"])]
)
def test_names_whole_partial_and_absent(value: bytes, names: list[str]) -> None:
    book = Playbook(DHCPV6, port=547)
    book.client(SOLICIT[:4] + option(39, value))
    assert book.values("hostname") == names


def test_relays_in_relays_end() -> None:
    message = SOLICIT
    for _ in range(12):
        message = b"\x0c\x00" + bytes(32) + b"\x00\x09" + len(message).to_bytes(2, "big") + message
    with pytest.raises(Malformed):
        Playbook(DHCPV6).client(message)


def test_elsewhere_it_is_not_dhcpv6() -> None:
    assert Playbook(DHCPV6, port=67).likely(SOLICIT) == 0.0
    assert Playbook(DHCPV6, port=547).likely(b"\xff" + SOLICIT[1:]) == 0.0


@pytest.mark.parametrize("whole", [SOLICIT, REPLY, RELAYED])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(DHCPV6, port=547).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(DHCPV6, port=547).client(whole[:size])
        except Malformed:
            continue
        assert {fact for fact in told(facts) if fact[0] == "mac"} <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(DHCPV6, port=547).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([SOLICIT, REPLY, RELAYED])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(DHCPV6, port=547).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
