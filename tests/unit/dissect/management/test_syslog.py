"""Syslog, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.management.syslog import SYSLOG
from garde.dissect.spec import Fact, Malformed
from tests.captures.syslog.messages import BARE, CARRIED, NEW, OLD
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_structured() -> None:
    book = Playbook(SYSLOG, port=514)
    assert book.likely(NEW) == 0.9
    facts = book.client(NEW)
    assert told(facts) == [("hostname", "ct01.chu.example", "sender"), ("syslog.program", "sshd", "sender")]
    assert [NEW[fact.start : fact.end] for fact in facts] == [b"CT01.chu.example", b"sshd"]


def test_the_older_form() -> None:
    assert told(Playbook(SYSLOG, port=514).client(OLD)) == [
        ("hostname", "ct01", "sender"),
        ("syslog.program", "dicomd", "sender"),
    ]
    assert told(Playbook(SYSLOG, port=514).client(BARE)) == [("syslog.program", "cron", "sender")]


def test_what_is_carried_on_is_about_its_origin() -> None:
    assert told(Playbook(SYSLOG, port=514).client(CARRIED)) == [("syslog.program", "kernel", "ip:192.0.2.99")]
    own = CARRIED.replace(b"192.0.2.99", b"192.0.2.1")
    assert told(Playbook(SYSLOG, port=514).client(own)) == [("syslog.program", "kernel", "sender")]


def test_the_message_is_never_told() -> None:
    for message in (NEW, OLD):
        assert not any("durand" in fact.value or "PACS" in fact.value for fact in Playbook(SYSLOG).client(message))


def test_xml_is_not_syslog() -> None:
    assert Playbook(SYSLOG, port=514).likely(b"<?xml version='1.0'?>") == 0.0
    for bad in (b"<192>x", b"34>x", b""):
        with pytest.raises(Malformed):
            Playbook(SYSLOG).client(bad)


@pytest.mark.parametrize("whole", [NEW, OLD])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(SYSLOG, port=514).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(SYSLOG, port=514).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(SYSLOG, port=514).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([NEW, OLD])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(SYSLOG, port=514).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
