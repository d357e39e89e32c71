"""DNS, message by message, over UDP and TCP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.naming.dns import DNS, DNS_TCP
from garde.dissect.spec import Fact, Malformed
from tests.captures.dns.messages import ANSWER, ANSWER_OVER_TCP, OVER_TCP, QUERY, REVERSE
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_query() -> None:
    book = Playbook(DNS, port=53)
    assert book.likely(QUERY) == 0.8
    (fact,) = book.client(QUERY)
    assert (fact.attribute, fact.value, fact.about) == ("dns.query", "time.windows.com", "sender")
    assert QUERY[fact.start : fact.end] == b"\x04Time\x07Windows\x03com\0"


def test_answer() -> None:
    assert told(Playbook(DNS, port=53).server(ANSWER)) == [("dns.role", "server", "sender")]


def test_reverse_names_are_left_out() -> None:
    assert Playbook(DNS, port=53).client(REVERSE) == []


@pytest.mark.parametrize("opcode", [4, 5])
def test_a_zone_is_not_asked_for(opcode: int) -> None:
    assert Playbook(DNS, port=53).client(QUERY[:2] + bytes([opcode << 3]) + QUERY[3:]) == []


def test_over_tcp_in_pieces() -> None:
    book = Playbook(DNS_TCP, port=53)
    assert book.likely(OVER_TCP) == 0.8
    for at in range(len(OVER_TCP)):
        book.client(OVER_TCP[at : at + 1])
    (fact,) = book.facts
    assert (fact.value, OVER_TCP[fact.start : fact.end]) == ("time.windows.com", b"\x04Time\x07Windows\x03com\0")
    assert told(book.server(ANSWER_OVER_TCP)) == [("dns.role", "server", "sender")]


def test_elsewhere_it_is_not_dns() -> None:
    assert Playbook(DNS, port=40001).likely(QUERY) == 0.0
    assert Playbook(DNS, port=53).likely(b"GET / HTTP/1.1\r\n\r\n") == 0.0
    assert Playbook(DNS_TCP, port=53).likely(b"GET / HTTP/1.1\r\n\r\n") == 0.0


def test_a_loop_is_refused() -> None:
    with pytest.raises(Malformed):
        Playbook(DNS).client(QUERY[:12] + b"\xc0\x0c\0\1\0\1")


@pytest.mark.parametrize("whole", [QUERY, ANSWER])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(DNS, port=53).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(DNS, port=53).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(DNS, port=53).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([QUERY, ANSWER])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(DNS, port=53).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
