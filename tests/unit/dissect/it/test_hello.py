"""Hellos are read field by field; every truncation is Malformed or tells less."""

from __future__ import annotations

import pytest

from garde.dissect.it import hello
from garde.errors import Malformed
from tests.captures.tls import messages

BODY = messages.client_hello(messages.chrome("pump.example"))[4:]


def test_client_hello() -> None:
    read = hello.client_hello(BODY)
    assert read.version == 0x0303
    assert read.versions == (0x0A0A, 0x0304, 0x0303)
    assert read.ciphers[:2] == (0x0A0A, 0x1301) and len(read.ciphers) == 16
    assert [BODY[start:end] for _, start, end in read.names] == [b"pump.example"]
    assert [(name, BODY[start:end]) for name, start, end in read.alpn] == [(b"h2", b"h2"), (b"http/1.1", b"http/1.1")]


def test_client_hello_without_extensions() -> None:
    assert hello.client_hello(messages.client_hello(b"")[4:]).extensions == ()


def test_cookie_of_dtls() -> None:
    body = messages.client_hello(messages.server_name("d.example"), version=0xFEFD, cookie=True)[4:]
    assert hello.client_hello(body, cookie=True).names[0][0] == b"d.example"


def test_every_truncation() -> None:
    # The extensions may be missing as a whole (RFC 5246 §7.4.1.2): only there may a shorter hello be right.
    whole_without = len(messages.client_hello(b"")) - 4
    for size in range(len(BODY)):
        if size == whole_without:
            assert hello.client_hello(BODY[:size]).extensions == ()
        else:
            with pytest.raises(Malformed):
                hello.client_hello(BODY[:size])


def test_server_hello_of_1_3_tells_its_version_in_an_extension() -> None:
    body = messages.server_hello(0x1301, extensions=messages.extension(43, b"\x03\x04"))[4:]
    read = hello.server_hello(body)
    assert (read.version, body[read.version_at : read.version_at + 2]) == (0x0304, b"\x03\x04")
    assert (read.cipher, body[read.cipher_at : read.cipher_at + 2]) == (0x1301, b"\x13\x01")


def test_server_hello_of_a_draft() -> None:
    body = bytes.fromhex("7f12") + bytes(32) + bytes.fromhex("1301 0000")
    assert hello.version_name(hello.server_hello(body).version) == "TLS 1.3 (draft 18)"


def test_names_of_suites() -> None:
    assert hello.cipher_name(0xC02F) == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    assert hello.cipher_name(0xFEED) == "0xfeed"
    assert all(len(number) == 4 and int(number, 16) >= 0 for number in hello.cipher_suites())
