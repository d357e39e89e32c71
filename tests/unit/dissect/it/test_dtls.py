"""DTLS, datagram by datagram."""

from __future__ import annotations

import pytest

from garde.dissect.it.dtls import DTLS
from garde.dissect.spec import Malformed
from tests.captures.dtls.messages import HELLO, PUMP, fragment, record
from tests.captures.tls import messages
from tests.playbook import Playbook


def test_hello() -> None:
    talk = Playbook(DTLS)
    data = fragment(HELLO, 0)
    assert talk.likely(data) == 0.95
    talk.client(data)
    (name,) = (fact for fact in talk.facts if fact.attribute == "tls.sni")
    assert data[name.start : name.end] == b"pump.example" and name.value == "pump.example"
    assert talk.values("tls.ja4")[0].startswith("dd2d010100_")


def test_server_in_fragments_out_of_order() -> None:
    talk = Playbook(DTLS)
    chain = messages.certificates(PUMP)
    talk.server(fragment(messages.server_hello(0xC02B, version=0xFEFD), 0))
    for offset in (400, 0, 200, 200, 600):
        talk.server(fragment(chain, 1, offset, 200))
    assert talk.values("tls.version") == ["DTLS 1.2"]
    assert talk.values("tls.cipher") == ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]
    assert talk.values("certificate.subject") == ["CN=pump-7"]


def test_over_when_both_are_encrypted() -> None:
    talk = Playbook(DTLS)
    talk.client(record(b"\x01", kind=20))
    talk.server(record(bytes(20), epoch=1))
    assert talk.session.done


@pytest.mark.parametrize("other", [b"", b"\x16\x03\x01" + bytes(20), b"\x00" * 30, b"\x16\xfe\xfd\x09" + bytes(20)])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(DTLS).likely(other) == 0.0


def test_a_fragment_outside_its_message() -> None:
    with pytest.raises(Malformed, match="outside"):
        Playbook(DTLS).client(record(b"\x01\x00\x00\x04\x00\x00\x00\x00\x02\x00\x00\x04" + bytes(4)))


def test_every_truncation() -> None:
    data = fragment(HELLO, 0)
    for size in range(len(data)):
        talk = Playbook(DTLS)
        if size < 13:
            assert talk.client(data[:size]) == []
        else:
            with pytest.raises(Malformed):
                talk.client(data[:size])
