"""NTLM: names and builds with their places, never the user."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.it import ntlm
from garde.errors import Malformed
from tests.captures.ntlm import messages

NAMES = {2: "WARD", 1: "CT-CONSOLE", 4: "ward.example", 3: "ct-console.ward.example", 7: "12345678"}
CHALLENGE = messages.challenge(NAMES)
AUTHENTICATE = messages.authenticate("WARD", "dr.house", "READER-3")


def test_challenge() -> None:
    facts = list(ntlm.message(CHALLENGE, 100))
    assert [(fact.attribute, fact.value, fact.about, fact.source) for fact in facts] == [
        ("hostname", "CT-CONSOLE", "sender", "ntlm"),
        ("hostname", "ct-console.ward.example", "sender", "ntlm"),
        ("domain", "ward.example", "sender", "ntlm"),
        ("os_build", "6.1.7601", "sender", "ntlm"),
    ]
    for fact in facts[:3]:
        assert CHALLENGE[fact.start - 100 : fact.end - 100].decode("utf-16-le") == fact.value
    assert CHALLENGE[facts[3].start - 100 : facts[3].end - 100] == bytes.fromhex("0601b11d")


def test_a_machine_without_domain_has_none() -> None:
    facts = list(ntlm.message(messages.challenge({2: "PUMP", 1: "PUMP", 4: "pump", 3: "pump"}), 0))
    assert [(fact.attribute, fact.value) for fact in facts] == [("hostname", "PUMP"), ("os_build", "6.1.7601")]


def test_without_version() -> None:
    assert [fact.attribute for fact in ntlm.message(messages.challenge({1: "A"}, None), 0)] == ["hostname"]


def test_authenticate_never_names_the_user() -> None:
    facts = list(ntlm.message(AUTHENTICATE, 0))
    assert [(fact.attribute, fact.value) for fact in facts] == [
        ("hostname", "READER-3"),
        ("domain", "WARD"),
        ("os_build", "10.0.19045"),
    ]


def test_negotiate() -> None:
    facts = list(ntlm.message(messages.negotiate("WARD", "READER-3"), 0))
    assert [fact.value for fact in facts] == ["READER-3", "WARD", "6.1.7601"]


def test_an_account_of_the_server_is_no_domain_of_the_client() -> None:
    data = messages.challenge({1: "CT-CONSOLE"}) + messages.authenticate("ct-console", "operator", "READER-3")
    said = [(fact.attribute, fact.value) for fact in ntlm.found(data, 0, set())]
    assert ("domain", "ct-console") not in said
    assert ("hostname", "READER-3") in said


def test_found_inside_other_bytes_with_its_place() -> None:
    data = b"\x60\x82" + CHALLENGE
    (build,) = (fact for fact in ntlm.found(data, 10, set()) if fact.attribute == "os_build")
    assert data[build.start - 10 : build.end - 10] == bytes.fromhex("0601b11d")


def test_broken_ones_say_nothing_when_searched_for() -> None:
    assert list(ntlm.found(b"NTLMSSP\0\x09\0\0\0" + CHALLENGE[:40], 0, set())) == []


@pytest.mark.parametrize("message", [CHALLENGE, AUTHENTICATE])
def test_every_truncation(message: bytes) -> None:
    whole = [(fact.attribute, fact.value) for fact in ntlm.message(message, 0)]
    for size in range(len(message)):
        try:
            part = [(fact.attribute, fact.value) for fact in ntlm.message(message[:size], 0)]
        except Malformed:
            continue
        assert set(part) <= set(whole)


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        list(ntlm.message(b"NTLMSSP\0" + data, 0))
    except Malformed:
        return
