"""mDNS, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.naming.mdns import MDNS
from garde.dissect.spec import Fact, Malformed
from tests.captures.dns.messages import message, name, record
from tests.captures.mdns.messages import ANNOUNCEMENT, INFORMATION, QUERY
from tests.playbook import Playbook


def told(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.attribute, fact.value, str(fact.about)) for fact in facts]


def test_announcement() -> None:
    book = Playbook(MDNS, port=5353)
    assert book.likely(ANNOUNCEMENT) == 0.9
    facts = book.client(ANNOUNCEMENT.replace(b"\xc0\x00\x02\x29", b"\xc0\x00\x02\x01"))
    assert told(facts) == [
        ("mdns.service", "_ipp._tcp", "sender"),
        ("friendly_name", "Imprim. 3B", "sender"),
        ("mdns.service", "_ipp._tcp", "sender"),
        ("model", "ACME LaserJet 400", "sender"),
        ("mdns.txt", "ty=ACME LaserJet 400", "sender"),
        ("manufacturer", "ACME", "sender"),
        ("mdns.txt", "usb_MFG=ACME", "sender"),
        ("location", "Salle 12", "sender"),
        ("mdns.txt", "note=Salle 12", "sender"),
        ("hostname", "prt-3b", "sender"),
        ("ip", "192.0.2.1", "sender"),
    ]
    (model,) = (fact for fact in facts if fact.attribute == "model")
    assert ANNOUNCEMENT[model.start : model.end] == b"ACME LaserJet 400"


def test_a_reflector_speaks_of_another() -> None:
    facts = Playbook(MDNS, port=5353).client(ANNOUNCEMENT)
    assert {fact[2] for fact in told(facts)} == {"ip:192.0.2.41"}


def test_an_address_of_another_beside_ones_own() -> None:
    own, other = b"\xc0\x00\x02\x01", b"\xc0\x00\x02\x63"
    both = message(0x8400, [], [record(name("ct01.local"), 1, own), record(name("us02.local"), 1, other)])
    assert told(Playbook(MDNS, port=5353).client(both)) == [
        ("hostname", "ct01", "sender"),
        ("ip", "192.0.2.1", "sender"),
        ("hostname", "us02", "ip:192.0.2.99"),
        ("ip", "192.0.2.99", "ip:192.0.2.99"),
    ]
    second = message(0x8400, [], [record(name("ct01.local"), 1, own), record(name("CT01.local"), 1, other)])
    assert {fact[2] for fact in told(Playbook(MDNS, port=5353).client(second))} == {"sender"}


def test_the_list_of_types_names_types() -> None:
    listed = message(0x8400, [], [record(name("_services._dns-sd._udp.local"), 12, name("_dicom._tcp.local"))])
    (fact,) = Playbook(MDNS, port=5353).client(listed)
    assert (fact.attribute, fact.value, listed[fact.start : fact.end]) == (
        "mdns.service",
        "_dicom._tcp",
        name("_dicom._tcp.local"),
    )


def test_a_response_without_addresses_is_its_senders() -> None:
    assert told(Playbook(MDNS, port=5353).client(INFORMATION)) == [
        ("model", "MacBookPro18,1", "sender"),
        ("mdns.txt", "model=MacBookPro18,1", "sender"),
        ("hardware", "ARM64", "sender"),
        ("os", "DARWIN", "sender"),
    ]


def test_query() -> None:
    assert told(Playbook(MDNS, port=5353).client(QUERY)) == [("client", "mdns:_ipp._tcp", "sender")]


def test_elsewhere_it_is_not_mdns() -> None:
    assert Playbook(MDNS, port=53).likely(ANNOUNCEMENT) == 0.0
    assert Playbook(MDNS, port=5353).likely(b"NOTIFY * HTTP/1.1\r\n\r\n") == 0.0


@pytest.mark.parametrize("whole", [ANNOUNCEMENT, INFORMATION, QUERY])
def test_every_truncation(whole: bytes) -> None:
    said = set(told(Playbook(MDNS, port=5353).client(whole)))
    for size in range(len(whole)):
        try:
            facts = Playbook(MDNS, port=5353).client(whole[:size])
        except Malformed:
            continue
        assert set(told(facts)) <= said


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    try:
        Playbook(MDNS, port=5353).client(data)
    except Malformed:
        return


@given(st.data())
def test_a_damaged_message(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([ANNOUNCEMENT, INFORMATION, QUERY])))
    for _ in range(3):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = Playbook(MDNS, port=5353).client(bytes(octets))
    except Malformed:
        return
    assert all(fact.end <= len(octets) for fact in facts)
