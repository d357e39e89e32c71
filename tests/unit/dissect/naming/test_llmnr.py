"""LLMNR, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.naming.llmnr import LLMNR
from garde.dissect.spec import Fact, Malformed
from tests.captures.llmnr.messages import ANSWER, QUERY
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_query_and_answer() -> None:
    book = Playbook(LLMNR, port=5355)
    assert book.likely(QUERY) == 0.9
    (fact,) = book.client(QUERY)
    assert (fact.attribute, fact.value, QUERY[fact.start : fact.end]) == ("peer_name", "echo-07", b"\x07Echo-07\0")
    assert told(book.server(ANSWER)) == [("hostname", "echo-07", "sender")]


def test_elsewhere_it_is_not_llmnr() -> None:
    assert Playbook(LLMNR, port=53).likely(QUERY) == 0.0
    assert Playbook(LLMNR, port=5355).likely(b"M-SEARCH * HTTP/1.1\r\n") == 0.0


def test_no_question_is_refused() -> None:
    with pytest.raises(Malformed):
        Playbook(LLMNR).client(ANSWER[:4] + bytes(2) + ANSWER[6:12] + ANSWER[25:])


@pytest.mark.parametrize("whole", [QUERY, ANSWER])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(LLMNR, port=5355).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(LLMNR, port=5355).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(LLMNR, port=5355).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([QUERY, ANSWER])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(LLMNR, port=5355).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
