"""DNS heard: the shape of names; and who answers for names by LLMNR and NetBIOS."""

from __future__ import annotations

import struct

import pytest

from garde.dissect.listen.dns import DNS, DNS_TCP, NAMES, domain
from tests.lookouts import Listening


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def query(text: str, kind: int = 1, flags: int = 0x0100) -> bytes:
    return struct.pack(">6H", 7, flags, 1, 0, 0, 0) + name(text) + struct.pack(">HH", kind, 1)


def answer(text: str, data: bytes, kind: int = 1, flags: int = 0x8180, asked: int = 1) -> bytes:
    head = struct.pack(">6H", 7, flags, asked, 1, 0, 0)
    question = name(text) + struct.pack(">HH", kind, 1) if asked else b""
    return head + question + name(text) + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def test_a_question_is_told_by_its_shape() -> None:
    play = Listening(DNS, 53)
    play.client(query("aabbccddee.t.example", 16))
    (one,) = play.values("dns.ask")
    assert (one["domain"], one["below"], one["type"]) == ("t.example", 10, 16)


def test_an_answer_tells_its_code_and_addresses() -> None:
    play = Listening(DNS, 53)
    play.server(answer("www.example.org", bytes([93, 184, 216, 34])))
    play.server(struct.pack(">6H", 7, 0x8183, 1, 0, 0, 0) + name("nope.example") + struct.pack(">HH", 1, 1))
    assert [(one["code"], one.get("addresses", "")) for one in play.values("dns.answer")] == [
        (0, "93.184.216.34"),
        (3, ""),
    ]


def test_reverse_names_say_nothing() -> None:
    play = Listening(DNS, 53)
    play.client(query("1.0.0.10.in-addr.arpa", 12))
    assert play.told == []


def test_over_tcp_split_as_it_comes() -> None:
    play = Listening(DNS_TCP, 53)
    data = query("a.example")
    whole = struct.pack(">H", len(data)) + data
    assert play.likely(whole) >= 0.5
    play.client(whole[:9])
    play.client(whole[9:])
    assert play.kinds() == ["dns.ask"]


def test_who_answers_by_llmnr_and_netbios() -> None:
    play = Listening(NAMES, 5355)
    play.client(query("wpad"))
    play.server(answer("wpad", bytes([10, 0, 0, 66]), flags=0x8000))
    (one,) = play.values("name.answer")
    assert (one["by"], one["wpad"], one["address"]) == ("llmnr", 1, "10.0.0.66") and "wpad" not in str(one["name"])
    play = Listening(NAMES, 137)
    coded = "".join(chr(65 + (c >> 4)) + chr(65 + (c & 15)) for c in b"FILESRV        \0")
    play.server(answer(coded, b"\0\0" + bytes([10, 0, 0, 9]), kind=32, flags=0x8500, asked=0))
    (one,) = play.values("name.answer")
    assert (one["by"], one["address"], one["wpad"]) == ("nbns", "10.0.0.9", 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [("a.b.example.org", "example.org"), ("x.nhs.co.uk", "nhs.co.uk"), ("pacs", "pacs"), ("a.gouv.fr", "a.gouv.fr")],
)
def test_registered_domains(text: str, found: str) -> None:
    assert domain(text) == found
