"""The vectors of the JA4 specification and of domain note 01 §2.2."""

from __future__ import annotations

import pytest

from garde.dissect.it.hello import ClientHello, client_hello
from garde.dissect.it.ja4 import digest, is_grease, ja4
from tests.captures.tls import messages


def test_cipher_vector() -> None:
    ciphers = "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9"
    assert digest(ciphers.split(",")) == "8daaf6152771"


@pytest.mark.parametrize("grease", [True, False])
def test_full_vector(grease: bool) -> None:
    body = messages.client_hello(messages.chrome("a.example", grease=grease))[4:]
    assert ja4(client_hello(body), "t") == messages.JA4


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        (b"h2", "h2"),
        (b"http/1.1", "h1"),
        (b"a", "aa"),
        (b"\xab", "ab"),
        (b"\x30\xab", "3b"),
        (b"", "00"),
        (b"\x0a\x0a", "0a"),
    ],
)
def test_letters_of_the_application_protocol(name: bytes, letters: str) -> None:
    hello = ClientHello(version=0x0303, ciphers=(0x1301,), alpn=((name, 0, 0),))
    assert ja4(hello, "t").split("_")[0].endswith(letters)


@pytest.mark.parametrize(
    ("transport", "version", "versions", "word"),
    [
        ("t", 0x0303, (0x0A0A, 0x0304, 0x0303), "t13"),
        ("t", 0x0301, (), "t10"),
        ("t", 0x0300, (), "ts3"),
        ("d", 0xFEFD, (0xFEFC, 0xFEFD), "dd3"),
        ("d", 0xFEFF, (), "dd1"),
        ("t", 0x1234, (), "t00"),
    ],
)
def test_versions(transport: str, version: int, versions: tuple[int, ...], word: str) -> None:
    assert ja4(ClientHello(version=version, ciphers=(), versions=versions), transport).startswith(word)


def test_nothing_to_digest() -> None:
    assert ja4(ClientHello(version=0x0303, ciphers=()), "q") == "q12i000000_000000000000_000000000000"


def test_counts_stop_at_99() -> None:
    hello = ClientHello(version=0x0303, ciphers=tuple(range(1, 150)), extensions=tuple(range(100, 250)))
    assert ja4(hello, "t").startswith("t12i9999")


def test_grease_values() -> None:
    assert [value for value in range(1 << 16) if is_grease(value)] == [0x0A0A + 0x1010 * i for i in range(16)]
