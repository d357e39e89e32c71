"""Modbus, exchange by exchange."""

from __future__ import annotations

import pytest

from garde.dissect.field.modbus import MODBUS
from garde.dissect.spec import Malformed
from garde.model.key import Key
from tests.captures.modbus import messages
from tests.playbook import Playbook


def play(step: int = 0, port: int = 502) -> Playbook:
    book = Playbook(MODBUS, port=port)
    for who, data in messages.TALK:
        for at in range(0, len(data), step or len(data)):
            (book.client if who == "client" else book.server)(data[at : at + (step or len(data))])
    return book


def test_roles_units_and_identification() -> None:
    book = play()
    assert book.likely(messages.TALK[0][1]) == 0.8
    roles = [(fact.value, fact.about) for fact in book.facts if fact.attribute == "modbus.role"]
    assert roles == [("server", "sender"), ("client", "receiver")]
    assert book.values("modbus.unit") == ["1", "17"]
    said = {(fact.attribute, fact.value, fact.about) for fact in book.facts}
    assert {
        ("manufacturer", "Schneider Electric", "sender"),
        ("model_number", "TM221CE16R", "sender"),
        ("firmware", "V1.12", "sender"),
        ("model", "Modicon M221", "sender"),
        ("manufacturer", "Carel", Key("equipment", "modbus unit 17")),
    } <= said
    server = b"".join(data for who, data in messages.TALK if who == "server")
    for fact in book.facts:
        if fact.attribute in ("manufacturer", "model"):
            assert server[fact.start : fact.end].decode() == fact.value


@pytest.mark.parametrize("step", [1, 5])
def test_the_same_facts_however_split(step: int) -> None:
    assert play(step).facts == play().facts


def test_roles_do_not_hang_on_the_port() -> None:
    assert play(port=10502).facts == play().facts


def test_an_answer_seen_first_makes_nobody_a_client() -> None:
    book = Playbook(MODBUS)
    book.server(messages.mbap(1, 1, b"\x03\x02\x00\x01"), gap=-1)
    book.client(messages.mbap(2, 1, b"\x03\x00\x01\x00\x01"), gap=-1)
    assert book.facts == []
    book.server(messages.mbap(2, 1, b"\x03\x02\x00\x01"))
    assert ("server", "sender") in [(fact.value, fact.about) for fact in book.facts]


def test_joins_in_the_middle() -> None:
    book = Playbook(MODBUS)
    book.client(b"\xff" * 11 + messages.mbap(2, 1, b"\x2b\x0e\x01\x00"), gap=-1)
    book.server(messages.mbap(2, 1, messages.identification((0, "Carel"))))
    assert book.values("manufacturer") == ["Carel"]


@pytest.mark.parametrize(
    "other",
    [
        b"\x00\x01\x00\x00\x00\x06\x01\x63",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00",
        b"",
        b"\x00\x01\x00\x00\xff\xff\x01\x03",
    ],
)
def test_other_protocols(other: bytes) -> None:
    assert Playbook(MODBUS, port=502).likely(other) == 0.0


def test_away_from_the_port_only_identification_is_sure() -> None:
    assert Playbook(MODBUS, port=9999).likely(messages.TALK[0][1]) == 0.0
    assert Playbook(MODBUS, port=9999).likely(messages.TALK[2][1]) == 0.7


def test_no_modbus() -> None:
    with pytest.raises(Malformed):
        Playbook(MODBUS).client(b"GET / HTTP/1.1\r\n")


def test_every_truncation() -> None:
    pdu = messages.identification(*messages.OBJECTS)
    for size in range(1, len(pdu)):
        book = Playbook(MODBUS)
        book.client(messages.mbap(2, 1, b"\x2b\x0e\x01\x00"))
        try:
            book.server(messages.mbap(2, 1, pdu[:size]))
        except Malformed:
            assert set(book.values("manufacturer")) <= {"Schneider Electric"}
