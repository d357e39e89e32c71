"""RADIUS, packet by packet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.management.radius import RADIUS
from garde.dissect.spec import Fact, Malformed
from tests.captures.radius.messages import ACCEPT, ACCOUNTING, CHANGE, REQUEST
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


STATION = "mac:00:09:fb:01:02:03"


def test_request() -> None:
    book = Playbook(RADIUS, port=1812)
    assert book.likely(REQUEST) == 0.9
    facts = book.client(REQUEST)
    assert told(facts) == [
        ("radius.role", "client", "sender"),
        ("radius.nas", "sw-3b", "ip:192.0.2.41"),
        ("switch_port", "GigabitEthernet1/0/7", STATION),
    ]
    assert REQUEST[facts[2].start : facts[2].end] == b"GigabitEthernet1/0/7"
    assert told(book.server(ACCEPT)) == [("radius.role", "server", "sender")]


def test_the_switch_itself_asks() -> None:
    own = REQUEST.replace(b"\xc0\x00\x02\x29", b"\xc0\x00\x02\x01")
    assert ("radius.nas", "sw-3b", "sender") in told(Playbook(RADIUS, port=1812).client(own))
    change = CHANGE.replace(b"\xc0\x00\x02\x29", b"\x00\x00\x00\x00")
    assert ("radius.nas", "sw-3b", "receiver") in told(Playbook(RADIUS, port=3799).client(change))


def test_accounting() -> None:
    facts = told(Playbook(RADIUS, port=1813).client(ACCOUNTING))
    assert ("ip", "192.0.2.77", STATION) in facts


@pytest.mark.parametrize(("number", "told_as"), [(15, "ethernet"), (19, "wireless"), (5, None)])
def test_the_type_of_port_tells_wi_fi(number: int, told_as: str | None) -> None:
    size = len(REQUEST) + 6
    longer = REQUEST[:2] + size.to_bytes(2, "big") + REQUEST[4:] + bytes((61, 6, 0, 0, 0, number))
    book = Playbook(RADIUS, port=1812)
    book.client(longer)
    assert [value for value in book.values("radius.port_type") if value != "ethernet" or number == 15] == (
        [told_as] if told_as else []
    )


def test_a_person_is_not_named() -> None:
    assert not any("durand" in fact.value for fact in Playbook(RADIUS, port=1812).client(REQUEST))


def test_elsewhere_it_is_not_radius() -> None:
    assert Playbook(RADIUS, port=53).likely(REQUEST) == 0.0
    assert Playbook(RADIUS, port=1812).likely(REQUEST[:-3]) == 0.0
    assert Playbook(RADIUS, port=1812).likely(REQUEST[:21] + b"\x01" + REQUEST[22:]) == 0.0


@pytest.mark.parametrize("whole", [REQUEST, ACCOUNTING])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(RADIUS, port=1812).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(RADIUS, port=1812).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(RADIUS, port=1812).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([REQUEST, ACCOUNTING])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(RADIUS, port=1812).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
