"""MEDIBUS: sums, real-time octets, identification, and who is who on the line."""

from __future__ import annotations

import pytest

from garde.dissect.medical.medibus import LONGEST, MEDIBUS
from garde.dissect.spec import RECEIVER, SENDER
from garde.errors import Malformed
from garde.model.key import Key
from tests.captures.medibus.messages import ASK, IDENTITY, INITIALISE, INITIALISED, NOISY
from tests.playbook import Playbook

MACHINE = Key("equipment", "Dräger|EvitaXL|8120@192.0.2.2:0")


def test_the_vectors_of_the_domain_note() -> None:
    assert (INITIALISE, INITIALISED) == (b"\x1bQ6C\r", b"\x01Q52\r")
    book = Playbook(MEDIBUS)
    assert book.likely(INITIALISE) > 0.8 and book.likely(b"\x1bQ6D\r") < 0.5
    assert {(f.attribute, f.about) for f in book.client(INITIALISE)} == {("client", SENDER), ("service", RECEIVER)}
    assert {(f.attribute, f.about) for f in book.server(INITIALISED)} == {("client", RECEIVER), ("service", SENDER)}


@pytest.mark.parametrize("answer", [IDENTITY, NOISY])
@pytest.mark.parametrize("step", [1, 4, 1000])
def test_identification(answer: bytes, step: int) -> None:
    book = Playbook(MEDIBUS)
    book.client(ASK)
    for at in range(0, len(answer), step):
        book.server(answer[at : at + step])
    assert {(f.attribute, f.value) for f in book.facts if f.about == MACHINE} == {
        ("manufacturer", "Dräger"),
        ("model", "EvitaXL"),
        ("model_number", "8120"),
        ("software", "07.01:01.01"),
    }


def test_a_wrong_sum_is_passed_over() -> None:
    assert Playbook(MEDIBUS).server(IDENTITY[:-2] + b"0\r") == []


def test_joined_half_way() -> None:
    assert [f for f in Playbook(MEDIBUS).server(b"12 34\r" + IDENTITY, gap=-1) if f.about == MACHINE]


@pytest.mark.parametrize("other", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x00", b"H|\\^&|||\r"])
def test_another_protocol_is_neither_chosen_nor_read(other: bytes) -> None:
    book = Playbook(MEDIBUS)
    assert book.likely(other) < 0.5
    with pytest.raises(Malformed):
        book.client(other)


def test_cut_anywhere_there_is_nothing_until_the_line_is_whole() -> None:
    for cut in range(len(IDENTITY)):
        assert Playbook(MEDIBUS).server(IDENTITY[:cut]) == []


def test_what_waits_is_bounded() -> None:
    book = Playbook(MEDIBUS)
    for _ in range(20):
        book.server(b"\x01R" + b"x" * 3000)
    assert len(book.session._buffers[1]) <= LONGEST  # type: ignore[attr-defined]
