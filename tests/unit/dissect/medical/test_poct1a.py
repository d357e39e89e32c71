"""POCT1-A: the hello of an instrument, however it is cut; results stay unread."""

from __future__ import annotations

import pytest

from garde.dissect.medical.poct1a import LARGEST, POCT1A
from garde.dissect.spec import SENDER
from garde.errors import Malformed
from garde.model.key import Key
from tests.captures.poct1a.messages import HELLO, OBSERVATION
from tests.playbook import Playbook

FACTS = {
    ("eui64", "00:60:19:ff:fe:00:00:42"),
    ("poct1a.vendor", "ROCHE"),
    ("model", "Accu-Chek Inform II"),
    ("serial", "UU14012345"),
    ("manufacturer", "Roche Diagnostics"),
    ("hardware", "2.0"),
    ("software", "03.06.00"),
}


@pytest.mark.parametrize("step", [1, 13, 100_000])
def test_a_hello_names_the_instrument(step: int) -> None:
    book = Playbook(POCT1A)
    stream = HELLO + OBSERVATION
    assert book.likely(stream) > 0.9
    for at in range(0, len(stream), step):
        book.client(stream[at : at + step])
    assert {(fact.attribute, fact.value) for fact in book.facts} == FACTS
    assert {fact.about for fact in book.facts} == {SENDER}
    serial = next(fact for fact in book.facts if fact.attribute == "serial")
    assert stream[serial.start : serial.end] == b"UU14012345"


def test_a_second_instrument_on_one_connection_is_somebody_else() -> None:
    book = Playbook(POCT1A)
    book.client(HELLO)
    facts = book.client(HELLO.replace(b"00-42", b"00-43").replace(b"12345", b"54321"))
    assert {fact.about for fact in facts} == {Key("eui64", "00:60:19:ff:fe:00:00:43")}


def test_no_patient_or_operator_leaves() -> None:
    assert Playbook(POCT1A).client(OBSERVATION) == []


def test_joined_half_way_the_next_hello_is_read() -> None:
    book = Playbook(POCT1A)
    assert book.likely(OBSERVATION[40:] + HELLO) >= 0.5
    assert {(f.attribute, f.value) for f in book.client(OBSERVATION[40:] + HELLO, gap=-1)} == FACTS


def test_a_hello_with_a_document_type_is_passed_over() -> None:
    hostile = HELLO.replace(b"<HDR>", b"<!DOCTYPE x><HDR>")
    assert {(f.attribute, f.value) for f in Playbook(POCT1A).client(hostile + HELLO)} >= FACTS


@pytest.mark.parametrize("other", [b"GET / HTTP/1.1\r\n", b"\x0bMSH|^~\\&|", b"\x16\x03\x01"])
def test_another_protocol_is_neither_chosen_nor_read(other: bytes) -> None:
    book = Playbook(POCT1A)
    assert book.likely(other) < 0.5
    with pytest.raises(Malformed):
        book.client(other)


def test_cut_anywhere_there_is_nothing_until_the_hello_is_whole() -> None:
    end = HELLO.index(b"</HEL.R01>") + len(b"</HEL.R01>")
    for cut in range(len(HELLO)):
        assert bool(Playbook(POCT1A).client(HELLO[:cut])) == (cut >= end)


def test_what_waits_is_bounded() -> None:
    book = Playbook(POCT1A)
    for _ in range(20):
        book.client(b"<HEL.R01>" + b"x" * 20_000)
    assert len(book.session._buffers[0]) <= 3 * LARGEST  # type: ignore[attr-defined]
