"""Neighbour discovery, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.link.icmpv6 import ICMPV6
from garde.dissect.spec import Fact, Malformed
from tests.captures.icmpv6.messages import ADVERTISEMENT, ROUTER, SOLICITATION, TEST
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_a_router() -> None:
    book = Playbook(ICMPV6, protocol=58)
    assert book.likely(ROUTER) == 0.9
    assert told(book.client(ROUTER)) == [
        ("icmpv6.role", "router", "sender"),
        ("ip", "192.0.2.1", "mac:00:00:5e:00:53:41"),
    ]


def test_an_advertisement() -> None:
    (fact,) = Playbook(ICMPV6, protocol=58).client(ADVERTISEMENT)
    assert (fact.value, str(fact.about), fact.start, fact.end) == ("2001:db8::42", "mac:00:00:5e:00:53:42", 8, 24)


def test_a_solicitation_tells_of_its_sender_and_a_test_of_nobody() -> None:
    assert told(Playbook(ICMPV6).client(SOLICITATION)) == [("ip", "192.0.2.1", "mac:00:00:5e:00:53:41")]
    assert Playbook(ICMPV6).client(TEST) == []


def test_an_advertisement_of_a_router() -> None:
    router = ADVERTISEMENT[:4] + b"\xe0" + ADVERTISEMENT[5:]
    assert ("icmpv6.role", "router", "sender") in told(Playbook(ICMPV6).client(router))


def test_echo_and_options_without_length_are_refused() -> None:
    for bad in (b"\x80\0" + bytes(30), ADVERTISEMENT[:24] + b"\x02\x00" + bytes(6), b""):
        with pytest.raises(Malformed):
            Playbook(ICMPV6).client(bad)
    assert Playbook(ICMPV6, protocol=58).likely(b"\x80\0" + bytes(30)) == 0.0
    assert Playbook(ICMPV6, protocol=1).likely(ROUTER) == 0.0


@pytest.mark.parametrize("whole", [ROUTER, ADVERTISEMENT])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(ICMPV6, protocol=58).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(ICMPV6, protocol=58).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(ICMPV6, protocol=58).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([ROUTER, ADVERTISEMENT])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(ICMPV6, protocol=58).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
