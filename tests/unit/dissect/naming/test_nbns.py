"""NetBIOS names and datagrams, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.naming.nbns import NBDGM, NBNS
from garde.dissect.spec import Fact, Malformed
from tests.captures.nbns.messages import ANNOUNCEMENT, ANSWER, QUERY, REGISTRATION, STATUS, STATUS_QUERY, encoded
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_registration() -> None:
    book = Playbook(NBNS, port=137)
    assert book.likely(REGISTRATION) == 0.9
    facts = book.client(REGISTRATION)
    assert told(facts) == [("hostname", "ct01", "sender"), ("nbns.suffix", "00", "sender")]
    assert REGISTRATION[facts[0].start : facts[0].end] == encoded("CT01", 0)


def test_a_group_is_a_domain() -> None:
    group = REGISTRATION[:-6] + b"\x80" + REGISTRATION[-5:]
    assert told(Playbook(NBNS, port=137).client(group)) == [("domain", "ct01", "sender")]


@pytest.mark.parametrize("opcode", [5, 8, 9, 15])
def test_a_refresh_and_several_interfaces_register_too(opcode: int) -> None:
    message = REGISTRATION[:2] + bytes([opcode << 3 | 1]) + REGISTRATION[3:]
    book = Playbook(NBNS, port=137)
    assert book.likely(message) == 0.9
    assert told(book.client(message)) == [("hostname", "ct01", "sender"), ("nbns.suffix", "00", "sender")]


def test_a_release_is_no_search() -> None:
    assert Playbook(NBNS, port=137).client(REGISTRATION[:2] + b"\x31" + REGISTRATION[3:]) == []


def test_the_messenger_name_may_be_a_person() -> None:
    person = encoded("DURAND", 3)
    asked, registered = QUERY.replace(encoded("CT01", 0x20), person), REGISTRATION.replace(encoded("CT01", 0), person)
    assert Playbook(NBNS, port=137).client(asked) == []
    assert told(Playbook(NBNS, port=137).client(registered)) == [("nbns.suffix", "03", "sender")]
    assert Playbook(NBNS, port=137).server(ANSWER.replace(encoded("CT01", 0x20), person)) == []
    sent = ANNOUNCEMENT.replace(encoded("CT01", 0), person)
    assert "durand" not in {fact.value for fact in Playbook(NBDGM, port=138).client(sent)}


def test_an_answer_tells_of_the_address_in_it() -> None:
    assert told(Playbook(NBNS, port=137).client(QUERY)) == [("peer_name", "ct01", "sender")]
    assert told(Playbook(NBNS, port=137).server(ANSWER)) == [("hostname", "ct01", "ip:192.0.2.41")]


def test_status() -> None:
    book = Playbook(NBNS, port=137)
    assert book.client(STATUS_QUERY) == []
    facts = book.server(STATUS)
    assert [fact[:2] for fact in told(facts)] == [
        ("hostname", "ct01"),
        ("nbns.suffix", "00"),
        ("domain", "imagerie"),
        ("hostname", "ct01"),
        ("nbns.suffix", "20"),
        ("mac", "00:00:5e:00:53:41"),
    ]
    assert STATUS[facts[-1].start : facts[-1].end] == bytes.fromhex("00005e005341")


def test_announcement() -> None:
    book = Playbook(NBDGM, port=138)
    assert book.likely(ANNOUNCEMENT) == 0.9
    facts = book.client(ANNOUNCEMENT)
    assert [fact[:2] for fact in told(facts)] == [
        ("hostname", "ct01"),
        ("hostname", "ct01"),
        ("os_build", "6.1"),
        ("friendly_name", "Console scanner"),
    ]
    assert ANNOUNCEMENT[facts[1].start : facts[1].end] == b"CT01"
    assert ANNOUNCEMENT[facts[3].start : facts[3].end] == b"Console scanner"


def test_a_datagram_cut_short() -> None:
    for size in range(len(ANNOUNCEMENT)):
        try:
            facts = Playbook(NBDGM, port=138).client(ANNOUNCEMENT[:size])
        except Malformed:
            continue
        assert {fact.value for fact in facts if fact.attribute == "os_build"} <= {"6.1"}


def test_elsewhere_it_is_not_netbios() -> None:
    assert Playbook(NBNS, port=53).likely(REGISTRATION) == 0.0
    assert Playbook(NBDGM, port=137).likely(ANNOUNCEMENT) == 0.0
    assert Playbook(NBDGM, port=138).likely(b"\x11" + bytes(100)) == 0.0


@pytest.mark.parametrize("whole", [REGISTRATION, STATUS, ANSWER])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(NBNS, port=137).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(NBNS, port=137).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(NBNS, port=137).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([REGISTRATION, STATUS, ANSWER])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(NBNS, port=137).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
