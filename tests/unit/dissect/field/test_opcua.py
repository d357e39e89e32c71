"""OPC UA, exchange by exchange."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.field.opcua import OPCUA
from garde.dissect.spec import Malformed
from tests.captures.opcua import messages
from tests.captures.tls import messages as tls
from tests.playbook import Playbook


def play(step: int = 0) -> Playbook:
    book = Playbook(OPCUA, port=4840)
    for who, data in messages.TALK:
        for at in range(0, len(data), step or len(data)):
            (book.client if who == "client" else book.server)(data[at : at + (step or len(data))])
    return book


def test_a_whole_conversation() -> None:
    book = play()
    assert book.likely(messages.TALK[0][1]) == 0.95
    said = [(fact.attribute, fact.value, fact.about) for fact in book.facts]
    assert said == [
        ("client", "opcua", "sender"),
        ("opcua.endpoint", messages.URL, "receiver"),
        ("service", "opcua", "sender"),
        ("opcua.security", "None", "sender"),
        ("opcua.security", "None", "sender"),
        ("opcua.endpoint", messages.URL, "sender"),
        ("opcua.application", "urn:plc:server", "sender"),
        ("opcua.product", "http://maker.example/plc", "sender"),
        ("friendly_name", "Plant PLC", "sender"),
        ("opcua.security", "None, none", "sender"),
        ("opcua.endpoint", messages.URL, "sender"),
        ("opcua.security", "Basic256Sha256, sign and encrypt", "sender"),
        ("opcua.application", "urn:scada:client", "sender"),
        ("opcua.product", "http://scada.example", "sender"),
        ("friendly_name", "SCADA", "sender"),
        ("opcua.product", "http://maker.example/plc", "sender"),
        ("manufacturer", "Maker", "sender"),
        ("model", "PLC-7", "sender"),
        ("software", "4.5.6", "sender"),
    ]
    server = b"".join(data for who, data in messages.TALK if who == "server")
    for fact in book.facts[-4:]:
        assert server[fact.start : fact.end].decode() == fact.value


@pytest.mark.parametrize("step", [1, 17])
def test_the_same_facts_however_split(step: int) -> None:
    assert play(step).facts == play().facts


def test_a_message_in_chunks_has_no_places() -> None:
    whole = messages.service(634, messages.server_status("p", "Maker", "PLC-7", "4.5.6"))
    head, body = whole[8:24], whole[24:]
    book = Playbook(OPCUA)
    first = messages.chunk(b"MSGC", head + body[:50])
    book.server(first + messages.chunk(b"MSGF", head + body[50:]))
    assert book.values("software") == ["4.5.6"]
    assert {(fact.start, fact.end) for fact in book.facts} == {(len(first), len(first))}


def test_an_aborted_message_is_dropped() -> None:
    whole = messages.service(634, messages.server_status("p", "Maker", "PLC-7", "4.5.6"))
    book = Playbook(OPCUA)
    book.server(messages.chunk(b"MSGC", whole[8:]) + messages.chunk(b"MSGA", bytes(30)))
    assert book.facts == []


def test_certificate_of_the_channel() -> None:
    plc = tls.certificate(tls.name(O="Maker", CN="PLC-7"), tls.name(CN="PLC-7"))
    book = Playbook(OPCUA)
    data = messages.open_channel("Basic256Sha256", plc)
    book.server(data)
    (key,) = (fact for fact in book.facts if fact.attribute == "certificate.fingerprint")
    assert (data[key.start : key.end], key.source) == (plc, "tls.certificate")
    assert book.values("certificate.subject") == ["CN=PLC-7,O=Maker"]


def test_a_list_of_many_servers_is_not_of_the_sender() -> None:
    two = messages.response_header() + b"\x02\0\0\0" + messages.PLC * 2
    book = Playbook(OPCUA)
    book.server(messages.service(425, two))
    assert book.facts == []
    book.server(messages.service(425, messages.response_header() + b"\x01\0\0\0" + messages.PLC))
    assert book.values("opcua.application") == ["urn:plc:server"]


def test_encrypted_bodies_say_nothing() -> None:
    book = Playbook(OPCUA)
    book.server(messages.chunk(b"MSGF", bytes(range(200))))
    assert book.facts == []


def test_joins_in_the_middle() -> None:
    book = Playbook(OPCUA)
    book.server(b"\x01MS\x02" * 8 + messages.TALK[-1][1], gap=-1)
    assert book.values("model") == ["PLC-7"]


@pytest.mark.parametrize("other", [b"", b"HELO mail\r\n", b"MSH|^~\\&|A", b"ACKX\x08\0\0\0", b"HELF\xff\xff\xff\xff"])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(OPCUA, port=4840).likely(other) == 0.0


def test_no_opcua() -> None:
    with pytest.raises(Malformed):
        Playbook(OPCUA).client(b"GET / HTTP/1.1\r\n")


@given(st.sampled_from([425, 431, 461, 464, 634]), st.binary(max_size=120))
def test_any_body(number: int, body: bytes) -> None:
    try:
        Playbook(OPCUA).server(messages.service(number, messages.response_header() + body))
    except Malformed:
        return
