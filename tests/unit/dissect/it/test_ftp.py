"""FTP: greeting and system, and nothing of the person."""

from __future__ import annotations

import pytest

from garde.dissect.it.ftp import FTP
from garde.dissect.spec import Malformed
from tests.captures.tls import messages as tls
from tests.playbook import Playbook


def test_greeting_and_system() -> None:
    book = Playbook(FTP, port=21)
    hello = b"220 ProFTPD 1.3.5 Server (CT archive)\r\n"
    assert book.likely(hello) == 0.9
    facts = book.server(hello)
    assert [(fact.attribute, fact.value) for fact in facts] == [
        ("service", "ftp"),
        ("ftp.banner", "ProFTPD 1.3.5 Server (CT archive)"),
    ]
    assert hello[facts[1].start : facts[1].end] == b"ProFTPD 1.3.5 Server (CT archive)"
    book.client(b"USER house\r\nPASS vicodin\r\nSYST\r\n")
    book.server(b"331 Password for house\r\n230 Welcome house\r\n215 UNIX Type: L8\r\n")
    assert book.values("ftp.system") == ["UNIX Type: L8"]
    assert not any("house" in fact.value or "vicodin" in fact.value for fact in book.facts)


def test_a_greeting_of_many_lines() -> None:
    book = Playbook(FTP)
    book.server(b"220-FileZilla Server\r\n Keep out\r\n220-still\r\n220 ready\r\n")
    (banner,) = (fact for fact in book.facts if fact.attribute == "ftp.banner")
    assert banner.value == "FileZilla Server Keep out still ready" and banner.start == banner.end


def test_only_the_first_220_greets() -> None:
    book = Playbook(FTP)
    book.server(b"220 a\r\n220 b\r\n")
    assert book.values("ftp.banner") == ["a"]


def test_turns_to_tls() -> None:
    book = Playbook(FTP)
    book.server(b"220 FTP\r\n")
    book.client(b"AUTH TLS\r\n")
    book.server(b"234 go\r\n")
    book.client(tls.record(tls.client_hello(tls.server_name("ftp.example"))))
    pump = tls.certificate(tls.name(CN="ftp.example"), tls.name(CN="CA"))
    book.server(tls.record(tls.server_hello(0xC02F)) + tls.record(tls.certificates(pump)))
    assert book.values("tls.sni") == ["ftp.example"] and book.values("certificate.subject") == ["CN=ftp.example"]


def test_split_anywhere() -> None:
    stream = b"220-FileZilla Server\r\n220 ready\r\n215 UNIX\r\n"
    whole, bits = Playbook(FTP), Playbook(FTP)
    whole.server(stream)
    for at in range(len(stream)):
        bits.server(stream[at : at + 1])
    assert bits.facts == whole.facts


def test_joins_in_the_middle() -> None:
    book = Playbook(FTP, port=21)
    assert book.likely(b"SYST\r\n") == 0.6 and book.likely(b"230 Welcome\r\n") == 0.6
    book.server(b"elcome\r\n215 Windows_NT\r\n", gap=-1)
    assert book.values("ftp.system") == ["Windows_NT"]


def test_a_line_without_end() -> None:
    with pytest.raises(Malformed):
        Playbook(FTP).server(b"220 " + b"x" * 3000)


@pytest.mark.parametrize(
    "other", [b"220 mail.example ESMTP\r\n", b"HTTP/1.1 200 OK\r\n", b"+OK\r\n", b"", b"MSH|^~\\&|"]
)
def test_other_protocols(other: bytes) -> None:
    assert Playbook(FTP, port=21).likely(other) == 0.0
    assert Playbook(FTP, port=25).likely(b"220 x\r\n") == 0.0


def test_what_stands_behind_the_turn_is_tls() -> None:
    chain = tls.record(tls.server_hello(0xC02F)) + tls.record(tls.certificates(tls.PUMP))
    book = Playbook(FTP)
    book.server(b"220 FTP\r\n234 go\r\n" + chain)
    (name,) = (fact for fact in book.facts if fact.attribute == "certificate.name")
    assert (b"220 FTP\r\n234 go\r\n" + chain)[name.start : name.end] == b"pump-7.example"
