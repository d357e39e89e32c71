"""SMB, exchange by exchange."""

from __future__ import annotations

import pytest

from garde.dissect.it.smb import SMB
from garde.dissect.spec import Malformed
from tests.captures.ntlm import messages as ntlm
from tests.captures.smb import messages
from tests.playbook import Playbook


def play(talk: list[tuple[str, bytes]], step: int = 0) -> Playbook:
    book = Playbook(SMB, port=445)
    for who, data in talk:
        send = book.client if who == "client" else book.server
        for at in range(0, len(data), step or len(data)):
            send(data[at : at + (step or len(data))])
    return book


def said(book: Playbook) -> set[tuple[str, str, str]]:
    return {(fact.attribute, fact.value, fact.source or "smb") for fact in book.facts}


def test_smb_3() -> None:
    book = play(messages.TALK)
    assert said(book) == {
        ("client", "smb", "smb"),
        ("service", "smb", "smb"),
        ("smb.guid", str(messages.GUID), "smb"),
        ("smb.dialect", "SMB 3.0.2", "smb"),
        ("hostname", "CT-CONSOLE", "ntlm"),
        ("hostname", "ct-console.ward.example", "ntlm"),
        ("domain", "ward.example", "ntlm"),
        ("os_build", "6.1.7601", "ntlm"),
        ("hostname", "READER-3", "ntlm"),
        ("domain", "WARD", "ntlm"),
        ("os_build", "10.0.19045", "ntlm"),
    }
    assert book.session.done


def test_places() -> None:
    streams = {who: b"".join(data for side, data in messages.TALK if side == who) for who in ("client", "server")}
    book = play(messages.TALK)
    (dialect,) = (fact for fact in book.facts if fact.attribute == "smb.dialect")
    assert streams["server"][dialect.start : dialect.end] == b"\x02\x03"
    hosts = {fact.value: fact for fact in book.facts if fact.attribute == "hostname"}
    fact = hosts["CT-CONSOLE"]
    assert streams["server"][fact.start : fact.end].decode("utf-16-le") == "CT-CONSOLE"
    fact = hosts["READER-3"]
    assert streams["client"][fact.start : fact.end].decode("utf-16-le") == "READER-3"


def test_smb_1() -> None:
    book = play(messages.TALK_1)
    assert {
        ("smb.dialect", "NT LM 0.12", "smb"),
        ("smb.native_os", "Windows 5.1", "smb"),
        ("smb.native_lan_manager", "Windows 2000 LAN Manager", "smb"),
        ("smb.native_os", "Windows 7 Professional 7601 Service Pack 1", "smb"),
        ("os_build", "5.1.2600", "ntlm"),
        ("hostname", "CT-CONSOLE", "smb"),
    } <= said(book)
    calling = [fact for fact in book.facts if fact.attribute == "hostname" and fact.source == ""]
    assert [(fact.value, fact.about) for fact in calling] == [("CT-CONSOLE", "receiver"), ("READER-3", "sender")]
    assert not any(fact.value in ("operator", "CT-CONSOLE") for fact in book.facts if fact.attribute == "domain")
    assert book.session.done


def test_smb_1_without_extended_security() -> None:
    book = Playbook(SMB)
    book.client(messages.negotiate1("NT LM 0.12"))
    book.server(messages.negotiated1(0, extended=False))
    assert book.values("domain") == ["WARD"] and book.values("hostname") == ["CT-CONSOLE"]
    book.client(messages.setup1_plain("operator", "Windows 4.0", "Windows 4.0"))
    assert book.values("smb.native_os") == ["Windows 4.0"]
    assert not any("operator" in fact.value for fact in book.facts)


@pytest.mark.parametrize("talk", [messages.TALK, messages.TALK_1])
@pytest.mark.parametrize("step", [1, 13, 100])
def test_the_same_facts_however_split(talk: list[tuple[str, bytes]], step: int) -> None:
    assert play(talk, step).facts == play(talk).facts


def test_joins_in_the_middle() -> None:
    book = Playbook(SMB, port=445)
    data = b"\x11" * 30 + messages.setup2(ntlm.challenge(messages.NAMES), reply=True)
    assert book.likely(data) == 0.6
    book.server(data, gap=-1)
    assert book.values("os_build") == ["6.1.7601"]


def test_a_failed_negotiation_says_no_dialect() -> None:
    book = Playbook(SMB)
    book.server(messages.negotiated2(status=0xC0000022))
    assert book.facts == []


def test_an_exploits_code_is_no_native_os() -> None:
    book = Playbook(SMB)
    book.client(messages.setup1(b"", "\u00ff\u0001", "\u0002x"))
    assert book.facts == []


def test_encrypted_sessions_are_left() -> None:
    book = Playbook(SMB)
    book.client(messages.nbss(b"\xfdSMB" + bytes(60)))
    assert book.session.done


@pytest.mark.parametrize(
    "other", [b"GET / HTTP/1.1\r\n", b"\x00" * 20, b"\x00\x00\x00\x20\xfeSNB" + bytes(30), b"\x16\x03\x01"]
)
def test_other_protocols(other: bytes) -> None:
    assert Playbook(SMB, port=445).likely(other) == 0.0


def test_first_bytes_must_be_smb() -> None:
    with pytest.raises(Malformed):
        Playbook(SMB).client(b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize(("who", "data"), messages.TALK + messages.TALK_1)
def test_every_truncation_of_a_frame(who: str, data: bytes) -> None:
    whole = Playbook(SMB)
    whole.client(data)
    for size in range(8, len(data)):
        cut = len(data) - size
        body = data[4 : len(data) - cut]
        book = Playbook(SMB)
        try:
            book.client(data[:1] + len(body).to_bytes(3, "big") + body)
        except Malformed:
            continue
        assert {fact.attribute for fact in book.facts} <= {fact.attribute for fact in whole.facts} | {
            "smb.native_os",
            "domain",
        }
