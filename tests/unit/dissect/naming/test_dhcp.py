"""DHCP, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.naming.dhcp import DHCP
from garde.dissect.spec import Fact, Malformed
from tests.captures.dhcp.messages import ACK, DISCOVER, MONITOR, OFFER, OVERLOAD, PUMP, RELAYED, RELAYED_ACK, REQUEST
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_discover() -> None:
    book = Playbook(DHCP, port=67)
    assert book.likely(DISCOVER) == 0.95
    facts = book.client(DISCOVER)
    about = f"mac:{MONITOR}"
    assert told(facts) == [
        ("hostname", "MON-3B-12", about),
        ("dhcp.vendor_class", "ACME-Monitor 4.1", about),
        ("hostname", "mon-3b-12.chu.example", about),
        ("dhcp.client_id", MONITOR, about),
        ("dhcp.user_class", "beds", about),
        ("dhcp.fingerprint", "1,3,6,15,28,42|ACME-Monitor 4.1|53,61,12,60,77,81,55", about),
    ]
    assert DISCOVER[facts[0].start : facts[0].end] == b"MON-3B-12"
    assert DISCOVER[facts[-1].start : facts[-1].end] == bytes([1, 3, 6, 15, 28, 42])


def test_lease() -> None:
    book = Playbook(DHCP, port=67)
    assert told(book.server(OFFER)) == [("dhcp.role", "server", "sender")]
    assert "ip" not in {fact.attribute for fact in book.client(REQUEST)}
    facts = book.server(ACK)
    assert told(facts) == [("dhcp.role", "server", "sender"), ("ip", "192.0.2.77", f"mac:{MONITOR}")]
    assert (facts[1].start, facts[1].end) == (16, 20)


def test_through_a_relay() -> None:
    book = Playbook(DHCP, port=67)
    facts = told(book.client(RELAYED))
    assert facts[0] == ("dhcp.role", "relay", "sender")
    assert ("hostname", "PUMP-7", f"mac:{PUMP}") in facts
    assert told(book.server(RELAYED_ACK)) == [
        ("dhcp.role", "server", "ip:203.0.113.5"),
        ("ip", "198.51.100.40", f"mac:{PUMP}"),
    ]


def test_options_that_overflow() -> None:
    book = Playbook(DHCP, port=67)
    facts = book.client(OVERLOAD)
    assert book.values("hostname") == ["OVER"] and book.values("dhcp.vendor_class") == ["FLOW"]
    assert book.values("dhcp.fingerprint") == ["1,3,6,15,28,42|FLOW|53,52,55,12,60"]
    assert OVERLOAD[facts[0].start : facts[0].end] == b"OVER"


def test_no_station_no_fact() -> None:
    assert Playbook(DHCP).client(DISCOVER[:28] + bytes(6) + DISCOVER[34:]) == []


def test_without_the_cookie_it_is_not_dhcp() -> None:
    plain = DISCOVER[:236] + bytes(4) + DISCOVER[240:]
    assert Playbook(DHCP, port=67).likely(plain) == 0.0
    with pytest.raises(Malformed):
        Playbook(DHCP).client(plain)


def test_an_option_longer_than_the_message_is_refused() -> None:
    with pytest.raises(Malformed):
        Playbook(DHCP).client(DISCOVER[:240] + b"\x0c\xff" + b"short")


@pytest.mark.parametrize("whole", [DISCOVER, OVERLOAD, ACK])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(DHCP, port=67).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(DHCP, port=67).client(whole[:size])
        except Malformed:
            continue
        assert {fact for fact in told(facts) if fact[0] not in ("dhcp.fingerprint", "dhcp.role")} <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(DHCP, port=67).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([DISCOVER, OVERLOAD, ACK])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(DHCP, port=67).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
