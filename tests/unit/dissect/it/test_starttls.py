"""STARTTLS: words in clear, then TLS."""

from __future__ import annotations

import pytest

from garde.dissect.it.starttls import STARTTLS
from tests.captures.tls import messages as tls
from tests.playbook import Playbook

HELLO = tls.record(tls.client_hello(tls.server_name("mail.example")))


@pytest.mark.parametrize(
    "greeting",
    [
        b"220 mail.example ESMTP Postfix\r\n",
        b"* OK IMAP4rev1\r\n",
        b"+OK POP3\r\n",
        b"<stream:stream to='x'>",
        bytes.fromhex("0000000804d2162f"),
        b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037",
    ],
)
def test_turns_to_tls(greeting: bytes) -> None:
    book = Playbook(STARTTLS)
    assert book.likely(greeting) == 0.7
    book.server(greeting)
    book.client(b"STARTTLS\r\n")
    book.server(b"220 go\r\n")
    facts = book.client(HELLO)
    assert book.values("tls.sni") == ["mail.example"]
    (name,) = (fact for fact in facts if fact.attribute == "tls.sni")
    assert name.start == 10 + HELLO.index(b"mail.example")


def test_a_talk_in_clear_says_nothing() -> None:
    book = Playbook(STARTTLS)
    for _ in range(100):
        book.client(b"NOOP\r\n")
    assert book.facts == []


@pytest.mark.parametrize("other", [b"220 ProFTPD\r\n", b"HTTP/1.1 200 OK\r\n", b"", b"\x30\x05\x02\x01\x01"])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(STARTTLS).likely(other) == 0.0
