"""802.1X, frame by frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.link.eap import EAP
from garde.dissect.spec import Fact, Malformed
from tests.captures.eap.messages import ACCOUNT, MACHINE, PERSON, REQUEST, START, TLS
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_a_machine() -> None:
    book = Playbook(EAP, protocol=0x888E)
    assert book.likely(MACHINE) == 0.9
    facts = book.client(MACHINE)
    assert [fact[:2] for fact in told(facts)] == [
        ("eap.identity", "host/CT01.chu.example"),
        ("hostname", "ct01.chu.example"),
    ]
    assert [MACHINE[fact.start : fact.end] for fact in facts] == [b"host/CT01.chu.example", b"CT01.chu.example"]
    assert [fact[:2] for fact in told(book.client(TLS))] == [("eap.method", "tls")]


def test_a_machine_account() -> None:
    assert [fact[:2] for fact in told(Playbook(EAP).client(ACCOUNT))] == [
        ("eap.identity", "CHU\\ECHO-07$"),
        ("hostname", "echo-07"),
    ]


def test_behind_an_empty_response_is_padding() -> None:
    assert Playbook(EAP).client(b"\x01\0\0\x05\x02\x07\0\x04\x0d") == []


def test_a_mac_is_an_identity_without_a_name() -> None:
    mac = MACHINE[:2] + b"\0\x11\x02\x07\0\x11\x01" + b"0009fb010203"
    assert [fact[:2] for fact in told(Playbook(EAP).client(mac))] == [("eap.identity", "0009fb010203")]


def test_a_person_is_not_named() -> None:
    assert Playbook(EAP).client(PERSON) == []


def test_a_start_and_a_request_state_nothing() -> None:
    assert Playbook(EAP).client(START) == [] == Playbook(EAP).client(REQUEST)


def test_broken_lengths_are_refused() -> None:
    for bad in (b"", b"\x04\0\0\0", MACHINE[:2] + b"\xff\xff" + MACHINE[4:], MACHINE[:4] + b"\x09" + MACHINE[5:]):
        with pytest.raises(Malformed):
            Playbook(EAP).client(bad)


def test_another_ethertype_is_not_8021x() -> None:
    assert Playbook(EAP, protocol=0x0806).likely(MACHINE) == 0.0


@pytest.mark.parametrize("whole", [MACHINE, ACCOUNT, TLS])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(EAP, protocol=0x888E).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(EAP, protocol=0x888E).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(EAP, protocol=0x888E).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([MACHINE, ACCOUNT, TLS])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(EAP, protocol=0x888E).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
