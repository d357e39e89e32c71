"""NTP, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.management.ntp import NTP
from garde.dissect.spec import Fact, Malformed
from tests.captures.ntp.messages import ANSWER, CONTROL, REQUEST
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_client_and_server() -> None:
    book = Playbook(NTP, port=123)
    assert book.likely(REQUEST) == 0.8
    assert told(book.client(REQUEST)) == [("ntp.role", "client", "sender")]
    facts = book.server(ANSWER)
    assert told(facts) == [("ntp.role", "server", "sender"), ("ntp.stratum", "2", "sender")]
    assert (facts[1].start, facts[1].end) == (1, 2)


def test_only_an_answer_opens_control() -> None:
    assert told(Playbook(NTP, port=123).server(CONTROL)) == [("capability", "ntp-control", "sender")]
    assert Playbook(NTP, port=123).client(b"\x16\x02" + CONTROL[2:]) == []
    assert told(Playbook(NTP, port=123).server(b"\x97\0\3\x2a" + bytes(44))) == [
        ("capability", "ntp-private", "sender")
    ]


def test_an_unsynchronised_server_has_no_stratum() -> None:
    book = Playbook(NTP, port=123)
    book.server(b"\xe4\x00" + ANSWER[2:])
    assert (book.values("ntp.role"), book.values("ntp.stratum")) == (["server"], [])


def test_elsewhere_it_is_not_ntp() -> None:
    assert Playbook(NTP, port=124).likely(REQUEST) == 0.0
    assert Playbook(NTP, port=123).likely(b"\x23\x00\x7f\x7f" + bytes(44)) == 0.0


@pytest.mark.parametrize("whole", [REQUEST, ANSWER, CONTROL])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(NTP, port=123).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(NTP, port=123).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(NTP, port=123).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([REQUEST, ANSWER, CONTROL])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(NTP, port=123).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
