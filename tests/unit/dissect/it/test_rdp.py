"""RDP, exchange by exchange."""

from __future__ import annotations

import pytest

from garde.dissect.it.rdp import RDP
from garde.dissect.spec import Malformed
from tests.captures.ntlm import messages as ntlm
from tests.captures.rdp import messages
from tests.playbook import Playbook


def play(talk: list[tuple[str, bytes]], step: int = 0) -> Playbook:
    book = Playbook(RDP, port=3389)
    for who, data in talk:
        send = book.client if who == "client" else book.server
        for at in range(0, len(data), step or len(data)):
            send(data[at : at + (step or len(data))])
    return book


def test_turns_to_tls() -> None:
    book = play(messages.TALK)
    assert book.likely(messages.TALK[0][1]) == 0.95
    assert book.values("rdp.security") == ["credssp"]
    assert book.values("tls.sni") == ["ct-console"]
    assert book.values("certificate.subject") == ["CN=CT-CONSOLE.ward.example"]
    server = b"".join(data for who, data in messages.TALK if who == "server")
    (key,) = (fact for fact in book.facts if fact.attribute == "certificate.fingerprint")
    assert server[key.start : key.end] == messages.PUMP and key.source == "tls.certificate"


def test_plain_session_names_the_client() -> None:
    book = play(messages.TALK_PLAIN)
    assert book.values("rdp.security") == ["rdp"]
    assert book.values("rdp.client_build") == ["9600"]
    client = b"".join(data for who, data in messages.TALK_PLAIN if who == "client")
    (host,) = (fact for fact in book.facts if fact.attribute == "hostname")
    assert (host.value, client[host.start : host.end].decode("utf-16-le"), host.about) == (
        "READER-3",
        "READER-3",
        "sender",
    )


@pytest.mark.parametrize("talk", [messages.TALK, messages.TALK_PLAIN])
@pytest.mark.parametrize("step", [1, 9])
def test_the_same_facts_however_split(talk: list[tuple[str, bytes]], step: int) -> None:
    assert play(talk, step).facts == play(talk).facts


def test_the_cookie_is_a_user_and_stays() -> None:
    assert not any(
        "house" in fact.value for book in (play(messages.TALK), play(messages.TALK_PLAIN)) for fact in book.facts
    )


def test_refusal() -> None:
    book = Playbook(RDP)
    book.server(messages.confirm(3, 5))
    assert book.values("rdp.security") == ["credssp required"] and book.session.done


def test_ntlm_in_the_clear() -> None:
    book = Playbook(RDP)
    book.server(messages.tpkt(b"\x02\xf0\x80" + ntlm.challenge({1: "CT-CONSOLE"})))
    assert book.values("hostname") == ["CT-CONSOLE"]


def test_joins_at_connect_initial() -> None:
    data = messages.connect_initial(9600, "READER-3")
    book = Playbook(RDP)
    assert book.likely(data) == 0.95
    book.client(b"\x99" * 9 + data, gap=-1)
    assert book.values("hostname") == ["READER-3"]


def test_a_wrong_length_of_negotiation() -> None:
    with pytest.raises(Malformed, match="8 of its length"):
        Playbook(RDP).server(messages.confirm(2, 1, length=9))


@pytest.mark.parametrize(
    "other", [b"\x03\x00\x00\x16\x11\xe0\0\0\0\x01\0\xc1\x02\x01\0\xc2\x02\x01\x02\xc0\x01\x0a", b"GET / ", b"\x03\x00"]
)
def test_other_protocols(other: bytes) -> None:
    # The first is a connection request of S7, which uses the same transport.
    assert Playbook(RDP, port=102).likely(other) == 0.0


def test_every_truncation() -> None:
    data = messages.connect_initial(9600, "READER-3")
    for size in range(6, len(data)):
        body = data[4:size]
        book = Playbook(RDP)
        try:
            book.client(messages.tpkt(body))
        except Malformed:
            continue
        assert book.values("hostname") in ([], ["READER-3"])
