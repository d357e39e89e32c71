"""TLS, exchange by exchange."""

from __future__ import annotations

import pytest

from garde.dissect.it.tls import TLS
from garde.dissect.spec import Malformed
from tests.captures.tls import messages
from tests.playbook import Playbook

HELLO = messages.record(messages.client_hello(messages.chrome("pump.example")), version=0x0301)
ANSWER = messages.record(messages.server_hello(0xC02F))
PUMP = messages.certificate(messages.name(O="Pumpen", CN="pump-7"), messages.name(CN="Device CA"), ("pump-7.example",))
CHAIN = messages.record(messages.certificates(PUMP, b"0"))
SEAL = messages.record(b"\x01", kind=20)


def test_client_and_server_of_tls_1_2() -> None:
    talk = Playbook(TLS, port=443)
    assert talk.likely(HELLO) == 0.95
    talk.client(HELLO)
    assert talk.values("tls.ja4") == [messages.JA4]
    assert talk.values("tls.alpn") == ["h2", "http/1.1"]
    (name,) = (fact for fact in talk.facts if fact.attribute == "tls.sni")
    assert (name.value, HELLO[name.start : name.end]) == ("pump.example", b"pump.example")
    assert (name.about, name.source) == ("sender", "tls")
    facts = talk.server(ANSWER + CHAIN)
    assert talk.values("tls.version") == ["TLS 1.2"]
    assert talk.values("tls.cipher") == ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
    assert talk.values("certificate.subject") == ["CN=pump-7,O=Pumpen"]
    places = {fact.attribute: (ANSWER + CHAIN)[fact.start : fact.end] for fact in facts}
    assert places["certificate.name"] == b"pump-7.example"
    assert places["certificate.fingerprint"] == PUMP
    assert {fact.source for fact in facts} == {"tls", "tls.certificate"}
    assert not talk.session.done
    talk.client(SEAL)
    talk.server(SEAL)
    assert talk.session.done


def test_tls_1_3_is_over_after_the_hellos() -> None:
    talk = Playbook(TLS)
    talk.client(HELLO)
    talk.server(messages.record(messages.server_hello(0x1301, extensions=messages.extension(43, b"\x03\x04"))))
    assert talk.values("tls.version") == ["TLS 1.3"]
    assert talk.session.done


def test_a_message_over_many_records_and_segments() -> None:
    message = messages.certificates(PUMP)
    stream = ANSWER + b"".join(messages.record(message[i : i + 100]) for i in range(0, len(message), 100))
    once = Playbook(TLS)
    once.server(stream)
    places = {fact.attribute: (fact.value, stream[fact.start : fact.end]) for fact in once.facts}
    assert places["certificate.not_after"] == ("2034-05-06T07:08:09Z", b"340506070809Z")
    # Spread over records: no single run of bytes is the certificate.
    assert places["certificate.fingerprint"][1] == b""
    for step in (1, 7, 50):
        bits = Playbook(TLS)
        for i in range(0, len(stream), step):
            bits.server(stream[i : i + step])
        assert bits.facts == once.facts


def test_several_messages_in_one_record() -> None:
    stream = messages.record(messages.server_hello(0x002F) + messages.certificates(PUMP))
    places = {fact.attribute: stream[fact.start : fact.end] for fact in Playbook(TLS).server(stream)}
    assert places["tls.cipher"] == b"\x00\x2f"
    assert places["certificate.fingerprint"] == PUMP


def test_a_client_shows_its_certificate_too() -> None:
    talk = Playbook(TLS)
    talk.client(HELLO)
    facts = talk.client(messages.record(messages.certificates(PUMP)))
    assert {fact.about for fact in facts} == {"sender"}
    talk.client(messages.record(messages.certificates()))
    assert talk.values("certificate.subject") == ["CN=pump-7,O=Pumpen"]


def test_joins_in_the_middle() -> None:
    talk = Playbook(TLS)
    talk.server(b"\x99" * 50 + CHAIN, gap=-1)
    assert talk.values("certificate.subject") == ["CN=pump-7,O=Pumpen"]


def test_starttls_seen_late() -> None:
    talk = Playbook(TLS)
    talk.client(b"EHLO pump.example\r\nSTARTTLS\r\n" + HELLO, gap=-1)
    assert talk.values("tls.sni") == ["pump.example"]


def test_a_gap_forgets_half_messages() -> None:
    talk = Playbook(TLS)
    talk.server(CHAIN[:60])
    talk.server(ANSWER, gap=500)
    assert talk.values("tls.version") == ["TLS 1.2"]
    assert talk.values("certificate.subject") == []


def test_what_is_encrypted_says_nothing() -> None:
    talk = Playbook(TLS)
    talk.client(HELLO)
    talk.client(messages.record(bytes(40), kind=23))
    assert talk.client(HELLO) == []


def test_ssl_2_hello_is_passed_over() -> None:
    old = b"\x80\x2e\x01\x03\x01" + b"\x00\x15\x00\x00\x00\x10" + bytes(37)
    talk = Playbook(TLS)
    assert talk.likely(old) == 0.7
    talk.client(old)
    talk.server(ANSWER)
    assert talk.values("tls.version") == ["TLS 1.2"]


@pytest.mark.parametrize("other", [b"GET / HTTP/1.1\r\n", b"\x16\x05\x01\x00\x05\x01", b"SSH-2.0-x\r\n", b"\x00" * 20])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(TLS, port=443).likely(other) == 0.0
    with pytest.raises(Malformed):
        Playbook(TLS).client(other)


def test_a_huge_handshake_is_malformed() -> None:
    with pytest.raises(Malformed, match="octets"):
        Playbook(TLS).server(messages.record(b"\x0b\x7f\xff\xff" + bytes(20)))


def test_every_truncation_tells_a_beginning_of_the_whole() -> None:
    whole = Playbook(TLS)
    whole.server(ANSWER + CHAIN)
    for size in range(len(ANSWER + CHAIN)):
        part = Playbook(TLS)
        part.server((ANSWER + CHAIN)[:size])
        assert part.facts == whole.facts[: len(part.facts)]
        assert len(part.facts) < len(whole.facts)
