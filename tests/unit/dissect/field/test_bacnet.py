"""BACnet, datagram by datagram."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.field.bacnet import BACNET
from garde.dissect.spec import Malformed
from garde.model.key import Key
from tests.captures.bacnet import messages
from tests.playbook import Playbook


def test_i_am() -> None:
    book = Playbook(BACNET, port=47808)
    data = messages.bvlc(messages.i_am(1001, 260), 0x0B)
    assert book.likely(data) == 0.95
    facts = book.server(data)
    assert [(fact.attribute, fact.value, data[fact.start : fact.end]) for fact in facts] == [
        ("service", "bacnet", b""),
        ("bacnet.instance", "1001", b"\x02\x00\x03\xe9"),
        ("bacnet.vendor_id", "260", b"\x01\x04"),
    ]
    assert {fact.about for fact in facts} == {"sender"}


def test_properties_of_the_device() -> None:
    book = Playbook(BACNET)
    data = messages.bvlc(messages.read_property(1001, 372, "SN-00042"))
    facts = book.server(data)
    (serial,) = (fact for fact in facts if fact.attribute == "serial")
    assert (serial.value, data[serial.start : serial.end]) == ("SN-00042", b"SN-00042")
    assert book.values("bacnet.instance") == ["1001"]


EXPECTED = {
    ("friendly_name", "AHU-3"),
    ("manufacturer", "Sauter"),
    ("model", "EY-modulo"),
    ("firmware", "2.62"),
    ("software", "16-Dec"),
    ("location", "Theatre 2"),
    ("serial", "SN-00042"),
    ("bacnet.instance", "1001"),
    ("service", "bacnet"),
}


def test_many_properties_in_one_answer() -> None:
    book = Playbook(BACNET)
    data = messages.bvlc(b"\x01\x00\x30\x07\x0e" + messages.multiple(1001, messages.VALUES))
    facts = book.server(data)
    assert {(fact.attribute, fact.value) for fact in facts} == EXPECTED
    for fact in facts:
        if fact.attribute in ("serial", "model"):
            assert data[fact.start : fact.end].decode() == fact.value


def test_an_answer_in_segments() -> None:
    book = Playbook(BACNET)
    pieces = messages.segments(14, messages.multiple(1001, messages.VALUES), 40)
    assert len(pieces) > 2
    for piece in pieces:
        book.server(piece)
    assert {(fact.attribute, fact.value) for fact in book.facts} == EXPECTED
    assert {(fact.start, fact.end) for fact in book.facts} == {(0, 0)}


def test_a_missing_segment_says_nothing() -> None:
    book = Playbook(BACNET)
    for piece in messages.segments(14, messages.multiple(1001, messages.VALUES), 40)[1:]:
        book.server(piece)
    assert book.facts == []


def test_behind_a_router() -> None:
    book = Playbook(BACNET)
    facts = book.server(messages.bvlc(messages.i_am(7, 42, b"\0\3\1\x1d"), 0x0B))
    assert {fact.about for fact in facts} == {Key("equipment", "bacnet 3:1d")}


def test_forwarded_by_a_broadcast_device() -> None:
    book = Playbook(BACNET)
    facts = book.server(messages.bvlc(messages.i_am(7, 42), 0x04, bytes((192, 0, 2, 9, 0xBA, 0xC0))))
    assert {fact.about for fact in facts} == {Key("ip", "192.0.2.9")}


def test_names_of_other_objects_are_no_names_of_the_device() -> None:
    data = bytearray(messages.read_property(5, 77, "Room sensor"))
    data[6:10] = (2 << 22 | 5).to_bytes(4, "big")  # analog-value
    book = Playbook(BACNET)
    book.server(messages.bvlc(bytes(data)))
    assert book.facts == []


@pytest.mark.parametrize("other", [b"", b"\x81\x0b\x00\x20\x01", b"\x82\x0b\x00\x05\x01", b"\x81\x0a\x00\x05\x02"])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(BACNET, port=47808).likely(other) == 0.0


@pytest.mark.parametrize(
    "data", [messages.bvlc(messages.i_am(1001, 260)), messages.bvlc(messages.read_property(1, 372, "SN-1"))]
)
def test_every_truncation_is_malformed(data: bytes) -> None:
    for size in range(len(data)):
        with pytest.raises(Malformed):
            Playbook(BACNET).server(data[:size])


@given(
    st.binary(max_size=80),
    st.sampled_from([b"", b"\x10\x00", b"\x30\x01\x0c", b"\x30\x01\x0e", b"\x38\x01\x00\x01\x0e"]),
)
def test_any_bytes(data: bytes, head: bytes) -> None:
    try:
        Playbook(BACNET).server(messages.bvlc(b"\x01\x00" + head + data))
    except Malformed:
        return
