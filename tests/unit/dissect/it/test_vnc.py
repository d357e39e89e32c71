"""VNC, exchange by exchange."""

from __future__ import annotations

import pytest

from garde.dissect.it.vnc import VNC
from garde.dissect.spec import Malformed
from tests.playbook import Playbook

INIT = bytes(20) + b"\0\0\0\x0a" + b"CT console"


def test_3_8_with_password() -> None:
    book = Playbook(VNC, port=5900)
    assert book.likely(b"RFB 003.008\n") == 0.95
    book.server(b"RFB 003.008\n")
    book.client(b"RFB 003.008\n")
    book.server(b"\x02\x02\x10")
    book.client(b"\x02")
    book.server(bytes(range(16)))
    book.client(bytes(16))
    book.server(b"\0\0\0\0")
    book.client(b"\x01")
    facts = book.server(INIT)
    assert book.values("vnc.version") == ["3.8"]
    assert book.values("vnc.security") == ["vnc authentication", "Tight"]
    assert [(fact.attribute, fact.value, fact.end - fact.start) for fact in facts] == [
        ("friendly_name", "CT console", 10)
    ]
    assert facts[0].start == 12 + 3 + 16 + 4 + 24
    assert book.session.done


def test_3_8_open_to_everybody() -> None:
    book = Playbook(VNC)
    book.server(b"RFB 003.008\n")
    book.client(b"RFB 003.008\n")
    book.server(b"\x01\x01")
    book.client(b"\x01")
    book.server(b"\0\0\0\0" + INIT)
    assert book.values("vnc.security") == ["none"] and book.values("friendly_name") == ["CT console"]


def test_3_3_lets_the_server_decide() -> None:
    book = Playbook(VNC)
    book.server(b"RFB 003.003\n")
    book.client(b"RFB 003.003\n")
    book.server(b"\0\0\0\x01")
    book.client(b"\x01")
    book.server(INIT)
    assert book.values("vnc.security") == ["none"] and book.values("friendly_name") == ["CT console"]


def test_refused_password() -> None:
    book = Playbook(VNC)
    book.server(b"RFB 003.008\n")
    book.client(b"RFB 003.008\n")
    book.server(b"\x01\x02")
    book.client(b"\x02")
    book.server(bytes(16))
    book.client(bytes(16))
    book.server(b"\0\0\0\x01")
    assert book.session.done and book.values("friendly_name") == []


def test_encrypting_types_end_it() -> None:
    book = Playbook(VNC)
    book.server(b"RFB 003.008\n")
    book.client(b"RFB 003.008\n")
    book.server(b"\x01\x13")
    book.client(b"\x13")
    book.server(b"\0\2")
    assert book.values("vnc.security") == ["VeNCrypt"] and book.session.done


def test_split_anywhere() -> None:
    def play(step: int) -> Playbook:
        book = Playbook(VNC)
        for who, data in (
            (1, b"RFB 003.008\n"),
            (0, b"RFB 003.008\n"),
            (1, b"\x01\x01"),
            (0, b"\x01"),
            (1, bytes(4) + INIT),
        ):
            for at in range(0, len(data), step):
                (book.server if who else book.client)(data[at : at + step])
        return book

    assert play(1).facts == play(100).facts


@pytest.mark.parametrize("other", [b"RFB 3.8\n", b"RFC 003.008\n", b""])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(VNC, port=5900).likely(other) == 0.0


def test_no_version() -> None:
    with pytest.raises(Malformed):
        Playbook(VNC).server(b"HTTP/1.1 200 OK\r\n")


def test_a_huge_name() -> None:
    book = Playbook(VNC)
    book.server(b"RFB 003.003\n")
    book.client(b"RFB 003.003\n")
    with pytest.raises(Malformed, match="name of"):
        book.server(b"\0\0\0\x01" + bytes(20) + b"\xff\xff\xff\xff")
