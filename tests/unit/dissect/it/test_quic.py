"""QUIC: keys of RFC 9001 appendix A and RFC 9369 appendix A, packets sealed by the test itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.it.quic import QUIC, initial_keys
from garde.dissect.spec import Malformed
from tests.captures.quic.messages import HELLO, ID, crypto, seal, secrets
from tests.captures.tls import messages
from tests.playbook import Playbook

CLIENT, SERVER = secrets("client"), secrets("server")
V2 = 0x6B3343CF


def test_keys_of_rfc_9001() -> None:
    client, server = initial_keys(1, ID)
    assert [part.hex() for part in (client.key, client.iv, client.mask)] == [
        "1f369613dd76d5467730efcbe3b1a22d",
        "fa044b2f42a3fd3b46fb255c",
        "9f50449e04a0e810283a1e9933adedd2",
    ]
    assert [part.hex() for part in (server.key, server.iv, server.mask)] == [
        "cf3a5331653c364c88f0f379b6067e37",
        "0ac1493ca1905853b0bba03e",
        "c206b8d9b9f0f37644430b490eeaa314",
    ]


def test_keys_of_rfc_9369() -> None:
    assert initial_keys(V2, ID)[0].key.hex() == "8b1a0bc121284290a29e0971b5cd045d"


def test_client_and_server() -> None:
    talk = Playbook(QUIC)
    datagram = seal(crypto(HELLO) + bytes(300), CLIENT)
    assert talk.likely(datagram) == 0.95
    talk.client(datagram)
    assert talk.values("tls.sni") == ["pump.example"]
    assert talk.values("tls.ja4") == ["q" + messages.JA4[1:]]
    hello = messages.server_hello(0x1301, extensions=messages.extension(43, b"\x03\x04"))
    acknowledged = b"\x02\x00\x00\x00\x00"
    talk.server(seal(acknowledged + crypto(hello), SERVER, destination=b""))
    assert talk.values("tls.version") == ["TLS 1.3"]
    assert talk.session.done


def test_a_hello_over_two_datagrams_out_of_order() -> None:
    talk = Playbook(QUIC)
    talk.client(seal(crypto(HELLO[100:], 100), CLIENT, number=1))
    assert talk.facts == []
    talk.client(seal(crypto(HELLO[:100]), CLIENT, number=2))
    assert talk.values("tls.sni") == ["pump.example"]


def test_version_2() -> None:
    talk = Playbook(QUIC)
    talk.client(seal(crypto(HELLO), secrets("client", V2), version=V2, kind=1))
    assert talk.values("tls.sni") == ["pump.example"]


def test_after_a_retry_the_new_id_counts() -> None:
    talk = Playbook(QUIC)
    talk.client(seal(crypto(HELLO[:50]), CLIENT))
    other = b"retried!"
    talk.client(seal(crypto(HELLO), secrets("client", 1, other), destination=other))
    assert talk.values("tls.sni") == ["pump.example"]


def test_a_broken_seal_says_nothing() -> None:
    datagram = bytearray(seal(crypto(HELLO), CLIENT))
    datagram[-1] ^= 1
    assert Playbook(QUIC).client(bytes(datagram)) == []


@pytest.mark.parametrize("other", [b"", b"\xc3\x00\x00\x00\x09" + bytes(50), b"\x40" * 60, b"\xc0" * 60])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(QUIC).likely(other) == 0.0
    assert Playbook(QUIC).client(other) == []


def test_a_flow_without_initial_packets_is_left_alone() -> None:
    talk = Playbook(QUIC)
    for _ in range(16):
        talk.client(b"\x40" * 60)
    assert talk.session.done


def test_a_connection_id_too_long() -> None:
    with pytest.raises(Malformed, match="connection id"):
        Playbook(QUIC).client(b"\xc3\x00\x00\x00\x01\x15" + bytes(100))


def test_every_truncation() -> None:
    datagram = seal(crypto(HELLO), CLIENT)
    for size in range(len(datagram)):
        talk = Playbook(QUIC)
        try:
            talk.client(datagram[:size])
        except Malformed:
            continue
        finally:
            assert talk.facts == []


@given(st.binary(max_size=80))
def test_any_frames_inside_a_good_seal(frames: bytes) -> None:
    try:
        Playbook(QUIC).client(seal(frames, CLIENT))
    except Malformed:
        return
