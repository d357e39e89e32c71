"""CoAP, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.it.coap import COAP, message
from garde.dissect.spec import Malformed
from tests.captures.coap.messages import GET
from tests.playbook import Playbook


def test_request() -> None:
    get = GET
    book = Playbook(COAP, port=5683)
    assert book.likely(get) == 0.9
    book.client(get)
    assert book.values("coap.role") == ["client"]
    (path,) = (fact for fact in book.facts if fact.attribute == "coap.path")
    assert (path.value, path.about, get[path.start : path.end]) == ("/status/battery", "receiver", b"status\x07battery")
    assert book.values("peer_name") == ["pump.example"]


def test_answer() -> None:
    book = Playbook(COAP)
    book.server(bytes.fromhex("6245 0001 abcd") + b"\xffok")
    assert [(fact.attribute, fact.value, fact.about) for fact in book.facts] == [("coap.role", "server", "sender")]


def test_a_patient_in_the_path() -> None:
    book = Playbook(COAP)
    book.client(bytes.fromhex("4001 0001") + b"\xb7patient\x06dupont")
    assert book.values("coap.path") == ["/patient/+"]


def test_long_options() -> None:
    read = message(bytes.fromhex("4001 0001") + b"\xbd\x07" + b"a" * 20 + b"\xe2\x00\x01xy")
    assert read.options[0][:2] == (11, b"a" * 20) and read.options[1][:2] == (11 + 270, b"xy")


@pytest.mark.parametrize(
    "bad", [b"", b"\x80\x01\0\1", b"\x49\x01\0\1", b"\x40\x00\0\1x", b"\x40\x01\0\1\xff", b"\x40\x01\0\1\xf0"]
)
def test_malformed(bad: bytes) -> None:
    with pytest.raises(Malformed):
        message(bad)
    assert Playbook(COAP, port=5683).likely(bad) == 0.0


def test_every_truncation() -> None:
    for size in range(len(GET)):
        book = Playbook(COAP)
        try:
            book.client(GET[:size])
        except Malformed:
            continue
        assert set(book.values("coap.path")) <= {"/status", "/status/battery"}


def test_elsewhere_only_a_well_known_path() -> None:
    assert Playbook(COAP, port=9999).likely(GET) == 0.0
    assert Playbook(COAP, port=9999).likely(bytes.fromhex("40010001") + b"\xbb.well-known\x04core") == 0.7


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(COAP).client(data)
    except Malformed:
        return
