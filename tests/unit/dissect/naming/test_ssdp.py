"""SSDP, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.naming.ssdp import SSDP
from garde.dissect.spec import Fact, Malformed
from tests.captures.ssdp.messages import ANSWER, NOTIFY, SEARCH
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_announcement() -> None:
    book = Playbook(SSDP, port=1900)
    assert book.likely(NOTIFY) == 0.95
    facts = book.client(NOTIFY)
    usn = "uuid:2f402f80-da50-11e1-9b23-00178809ea66::urn:schemas-upnp-org:device:MediaRenderer:1"
    assert told(facts) == [
        ("ssdp.server", "Linux/4.9 UPnP/1.0 ACME/2.1", "sender"),
        ("ssdp.usn", usn, "sender"),
        ("ssdp.type", "urn:schemas-upnp-org:device:MediaRenderer:1", "sender"),
    ]
    assert [NOTIFY[fact.start : fact.end].decode() for fact in facts] == [fact.value for fact in facts]


def test_search_and_answer() -> None:
    book = Playbook(SSDP, port=1900)
    assert told(book.client(SEARCH)) == [
        ("client", "ssdp:urn:schemas-upnp-org:device:Printer:1", "sender"),
        ("user_agent", "ACME Viewer/3.0", "sender"),
    ]
    assert [fact[0] for fact in told(book.server(ANSWER))] == ["ssdp.server", "ssdp.usn"]


def test_http_is_not_ssdp() -> None:
    assert Playbook(SSDP, port=1900).likely(b"GET / HTTP/1.1\r\n") == 0.0
    for bad in (b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n"):
        with pytest.raises(Malformed):
            Playbook(SSDP).client(bad)


@pytest.mark.parametrize("whole", [NOTIFY, ANSWER])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(SSDP, port=1900).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(SSDP, port=1900).client(whole[:size])
        except Malformed:
            continue
        # A header cut short is a shorter header: there is no length to tell.
        assert all(any(one[0] == fact[0] and one[1].startswith(fact[1]) for one in said) for fact in told(facts))


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(SSDP, port=1900).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([NOTIFY, ANSWER])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(SSDP, port=1900).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
