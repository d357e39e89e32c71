"""SNMP, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.management.snmp import SNMP
from garde.dissect.spec import Fact, Keep, Malformed
from tests.captures.snmp.messages import (
    DISCOVERY,
    ENGINE,
    ENTITY,
    GET,
    PRINTER,
    PRIVATE,
    PROCESSOR,
    REFUSED,
    REPORT,
    SYSTEM,
    TRAP,
)
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_question_and_answer() -> None:
    book = Playbook(SNMP, port=161)
    assert book.likely(GET) == 0.9
    assert told(book.client(GET)) == [("snmp.version", "2c", "sender"), ("snmp.role", "manager", "sender")]
    facts = book.server(SYSTEM)
    said = {fact.attribute: fact.value for fact in facts}
    assert said["snmp.object_id"] == "1.3.6.1.4.1.8691.7.40"
    assert (said["hostname"], said["location"]) == ("sw-3b", "Local technique 3B")
    assert said["snmp.description"].startswith("ACME Switch 2960")
    assert said["capability"] == "snmp-default-community"
    assert {fact.about for fact in facts} == {"sender"}
    (name,) = (fact for fact in facts if fact.attribute == "hostname")
    assert SYSTEM[name.start : name.end] == b"sw-3b"


def test_entity() -> None:
    facts = Playbook(SNMP, port=161).server(ENTITY)
    assert [fact[:2] for fact in told(facts)][2:] == [
        ("hardware", "A0"),
        ("firmware", "boot 1.2"),
        ("software", "15.2(2)E6"),
        ("serial", "FOC1234X0AB"),
        ("manufacturer", "ACME"),
        ("model", "AC-2960"),
    ]


def test_no_community_is_ever_told() -> None:
    for message in (GET, SYSTEM, ENTITY, PRINTER, TRAP):
        assert not {"public", "private", "s3cret"} & {fact.value for fact in Playbook(SNMP).server(message)}


def test_the_first_device_is_a_model_only_of_a_printer() -> None:
    printer, computer = Playbook(SNMP, port=161), Playbook(SNMP, port=161)
    printer.server(PRINTER)
    computer.server(PROCESSOR)
    assert (printer.values("model"), printer.values("serial")) == (["ACME LaserJet 400"], ["CNB1234567"])
    assert computer.values("model") == []


def test_an_error_and_a_trap_tell_no_values() -> None:
    assert [fact[0] for fact in told(Playbook(SNMP, port=161).server(TRAP))] == ["snmp.version", "snmp.role"]
    book = Playbook(SNMP, port=161)
    book.server(REFUSED)
    assert book.values("hostname") == []


def test_the_engine_is_the_agents_also_when_encrypted() -> None:
    told_by_agent = Playbook(SNMP, port=161).server(REPORT)
    assert ("snmp.engine_id", ENGINE.hex(), "sender") in told(told_by_agent)
    facts = Playbook(SNMP, port=161).client(PRIVATE)
    assert told(facts) == [("snmp.version", "3", "sender"), ("snmp.engine_id", ENGINE.hex(), "receiver")]
    assert PRIVATE[facts[1].start : facts[1].end] == ENGINE
    discovery = Playbook(SNMP, port=161)
    discovery.client(DISCOVERY)
    assert discovery.values("snmp.engine_id") == []


@pytest.mark.parametrize("message", [GET, SYSTEM, ENTITY, REPORT])
def test_more_of_a_conversation_is_kept(message: bytes) -> None:
    def matches(keep: Keep) -> bool:
        word = message[: len(keep.value)]
        return bytes(one & mask for one, mask in zip(word, keep.mask, strict=True)) == keep.value

    assert any(matches(keep) for keep in SNMP.keep)


def test_another_sequence_is_not_snmp() -> None:
    assert Playbook(SNMP, port=161).likely(bytes.fromhex("300c020105040161a005020101")) == 0.0
    # An LDAP search and its bind.
    assert Playbook(SNMP, port=389).likely(bytes.fromhex("300c020101630704000a01000a0100")) == 0.0
    assert Playbook(SNMP, port=389).likely(bytes.fromhex("300c020101600702010304008000")) == 0.0
    for bad in (b"\x30\x03\x02\x01\x01", b"\x31" + GET[1:], b"\x30\x80" + GET[2:]):
        with pytest.raises(Malformed):
            Playbook(SNMP).client(bad)


@pytest.mark.parametrize("whole", [SYSTEM, ENTITY, REPORT])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(SNMP, port=161).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(SNMP, port=161).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(SNMP, port=161).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([SYSTEM, ENTITY, REPORT])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(SNMP, port=161).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
