"""EtherNet/IP: identities over UDP and TCP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.field.enip import ENIP, ENIP_UDP
from garde.dissect.spec import Malformed
from tests.captures.enip import messages
from tests.playbook import Playbook

SAID = [
    ("service", "enip"),
    ("enip.vendor_id", "1"),
    ("enip.device_type", "14"),
    ("enip.product_code", "54"),
    ("firmware", "20.011"),
    ("serial", "00524d8e"),
    ("model", "1756-L61/B LOGIX5561"),
]


def test_identity_over_udp() -> None:
    book = Playbook(ENIP_UDP, port=44818)
    assert book.likely(messages.message(0x63)) == 0.8
    assert Playbook(ENIP_UDP, port=9).likely(messages.ANSWER) == 0.9
    assert book.client(messages.message(0x63)) == []
    facts = book.server(messages.ANSWER)
    assert [(fact.attribute, fact.value) for fact in facts] == SAID
    assert messages.ANSWER[facts[-1].start : facts[-1].end] == b"1756-L61/B LOGIX5561"
    assert messages.ANSWER[facts[-2].start : facts[-2].end] == bytes.fromhex("8e4d5200")


@pytest.mark.parametrize("step", [1, 30, 1000])
def test_identity_over_tcp(step: int) -> None:
    book = Playbook(ENIP, port=44818)
    stream = messages.message(0x65, b"\x01\0\0\0") + messages.ANSWER
    for at in range(0, len(stream), step):
        book.server(stream[at : at + step])
    assert [(fact.attribute, fact.value) for fact in book.facts] == SAID
    assert stream[book.facts[-1].start : book.facts[-1].end] == b"1756-L61/B LOGIX5561"


def test_joins_in_the_middle() -> None:
    book = Playbook(ENIP)
    book.server(b"\xee" * 40 + messages.ANSWER, gap=-1)
    assert [(fact.attribute, fact.value) for fact in book.facts] == SAID


@pytest.mark.parametrize(
    "other",
    [b"", b"\x65\x00", b"GET / HTTP/1.1\r\nHost: example\r\n\r\n", b"\x63\x00" + bytes(18) + b"\x01\x00\x00\x00"],
)
def test_other_protocols(other: bytes) -> None:
    assert Playbook(ENIP, port=44818).likely(other) == 0.0


def test_no_enip() -> None:
    with pytest.raises(Malformed):
        Playbook(ENIP_UDP).client(b"GET / HTTP/1.1\r\nHost: example\r\n\r\n")
    with pytest.raises(Malformed):
        Playbook(ENIP).client(b"GET / HTTP/1.1\r\nHost: example\r\n\r\n")


def test_every_truncation_is_malformed() -> None:
    for size in range(len(messages.ANSWER)):
        with pytest.raises(Malformed):
            Playbook(ENIP_UDP).server(messages.ANSWER[:size])


@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(ENIP_UDP).server(messages.message(0x63, data))
    except Malformed:
        return
