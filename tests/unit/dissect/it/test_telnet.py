"""Telnet: the banner, and nothing that was typed."""

from __future__ import annotations

import pytest

from garde.dissect.it.telnet import TELNET
from tests.playbook import Playbook

OPTIONS = bytes.fromhex("fffd18 fffd20 fffb01".replace(" ", ""))
BANNER = b"\r\nMoxa NPort 5110  Serial 1234\r\n\r\nlogin: "


def test_banner_up_to_the_prompt() -> None:
    book = Playbook(TELNET, port=23)
    assert book.likely(OPTIONS) == 0.9
    book.server(OPTIONS)
    book.client(bytes.fromhex("fffb18fffc20"))
    book.client(bytes.fromhex("fffa1800") + b"XTERM" + bytes.fromhex("fff0"))
    book.server(BANNER)
    (banner,) = (fact for fact in book.facts if fact.attribute == "telnet.banner")
    assert (banner.value, banner.about) == ("Moxa NPort 5110 Serial 1234", "sender")
    assert (OPTIONS + BANNER)[banner.start : banner.end] == b"Moxa NPort 5110  Serial 1234"
    assert book.values("service") == ["telnet"] and book.session.done


def test_a_banner_without_prompt_ends_with_the_clients_words() -> None:
    book = Playbook(TELNET)
    book.server(OPTIONS + b"Ready>\r\n")
    facts = book.client(b"show secret\r\n")
    assert [(fact.attribute, fact.value, fact.about) for fact in facts] == [
        ("service", "telnet", "receiver"),
        ("client", "telnet", "sender"),
        ("telnet.banner", "Ready>", "receiver"),
    ]
    assert not any("secret" in fact.value for fact in book.facts)


def test_doubled_iac_is_text_and_has_no_single_place() -> None:
    book = Playbook(TELNET)
    book.server(b"A\xff\xff\xff\xfb\x01B\r\nlogin:")
    (banner,) = (fact for fact in book.facts if fact.attribute == "telnet.banner")
    assert banner.value == "A\ufffdB" and banner.start == banner.end


def test_split_anywhere() -> None:
    stream = OPTIONS + BANNER
    whole, bits = Playbook(TELNET), Playbook(TELNET)
    whole.server(stream)
    for at in range(len(stream)):
        if not bits.session.done:
            bits.server(stream[at : at + 1])
    assert bits.facts == whole.facts


def test_a_hole_may_hide_what_was_typed() -> None:
    book = Playbook(TELNET)
    book.server(OPTIONS)
    assert book.server(BANNER, gap=40) == [] and book.session.done


def test_an_endless_banner_is_cut() -> None:
    book = Playbook(TELNET)
    book.server(b"x" * 5000)
    assert book.values("telnet.banner") == ["x" * 1024] and book.session.done


@pytest.mark.parametrize("other", [b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x16\x03\x01\x02", b"", b"GET / HTTP/1.1\r\n"])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(TELNET, port=23).likely(other) == 0.0


def test_plain_text_needs_the_port() -> None:
    assert Playbook(TELNET, port=23).likely(b"Router\r\nUsername: ") == 0.6
    assert Playbook(TELNET, port=99).likely(b"Router\r\nUsername: ") == 0.0
