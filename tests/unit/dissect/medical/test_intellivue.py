"""IntelliVue: connection indication, association, MDS create event; cut and foreign."""

from __future__ import annotations

import pytest

from garde.dissect.medical.intellivue import INTELLIVUE
from garde.dissect.spec import RECEIVER, SENDER, Fact
from garde.errors import Malformed
from tests.captures.intellivue.messages import ASSOCIATION, CONNECT, CREATE, attribute, create, label
from tests.playbook import Playbook


def said(facts: list[Fact], about: object = SENDER) -> set[tuple[str, str]]:
    return {(fact.attribute, fact.value) for fact in facts if fact.about == about}


def test_a_connection_indication_says_type_name_and_addresses() -> None:
    book = Playbook(INTELLIVUE, port=24005)
    assert book.likely(CONNECT) > 0.8
    facts = book.client(CONNECT)
    assert said(facts) == {
        ("service", "intellivue"),
        ("intellivue.system_type", "1:4429"),
        ("mac", "00:09:fb:00:00:01"),
        ("ip", "192.0.2.20"),
        ("bed", "ICU BED 3"),
    }
    mac = next(fact for fact in facts if fact.attribute == "mac")
    assert CONNECT[mac.start : mac.end].hex(":") == mac.value


def test_an_mds_create_event_says_model_serial_and_bed() -> None:
    facts = Playbook(INTELLIVUE, port=24105).client(CREATE)
    assert said(facts) == {
        ("service", "intellivue"),
        ("manufacturer", "Philips"),
        ("model", "M8004A"),
        ("eui64", "00:09:fb:ff:fe:00:00:01"),
        ("serial", "DE12345678"),
        ("model_number", "M8004-68000"),
        ("software", "L.01.23"),
        ("bed", "ICU3"),
    }
    model = next(fact for fact in facts if fact.attribute == "model")
    assert CREATE[model.start : model.end] == b"M8004A"


def test_the_serial_of_a_part_is_not_the_monitors() -> None:
    spec = b"\x00\x01\x00\x0c" + b"\x00\x01\x00\x50" + label(b"BOARD1")
    assert "serial" not in {name for name, _ in said(Playbook(INTELLIVUE).client(create([attribute(0x092D, spec)])))}


def test_an_association_names_both_ends() -> None:
    facts = Playbook(INTELLIVUE, port=24105).client(ASSOCIATION)
    assert said(facts) == {("client", "intellivue")}
    assert said(facts, RECEIVER) == {("service", "intellivue")}


def test_a_poll_result_comes_from_the_monitor() -> None:
    result = b"\xe1\x00\x00\x02\x00\x02\x00\x06\x00\x01\x00\x07\x00\x00" + bytes(8)
    assert said(Playbook(INTELLIVUE).server(result)) == {("service", "intellivue")}


def test_patient_demographics_are_not_looked_at() -> None:
    name = "\0".join("DOE JANE").encode("latin-1")
    facts = Playbook(INTELLIVUE).client(create([attribute(0x0957, label(name)), attribute(0x095A, label(b"PID123"))]))
    assert said(facts) == {("service", "intellivue")}


@pytest.mark.parametrize("other", [b"\x30\x26\x02\x01\x01\x04\x06public", b"GET / HTTP/1.1\r\n\r\n", bytes(40)])
def test_another_protocol_is_neither_chosen_nor_read(other: bytes) -> None:
    book = Playbook(INTELLIVUE, port=24105)
    assert book.likely(other) < 0.5
    with pytest.raises(Malformed):
        book.client(other)


@pytest.mark.parametrize("message", [CONNECT, CREATE, ASSOCIATION])
def test_cut_anywhere_the_facts_are_a_part_of_the_whole_or_malformed(message: bytes) -> None:
    whole = {name for name, _ in said(Playbook(INTELLIVUE).client(message))}
    for cut in range(len(message)):
        try:
            assert {name for name, _ in said(Playbook(INTELLIVUE).client(message[:cut]))} <= whole
        except Malformed:
            continue
