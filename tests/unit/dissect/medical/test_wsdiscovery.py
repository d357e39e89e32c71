"""WS-Discovery: an SDC monitor, a printer, an ONVIF camera, a client that probes."""

from __future__ import annotations

import pytest

from garde.dissect.medical.wsdiscovery import WSDISCOVERY
from garde.errors import Malformed
from tests.captures.wsd.messages import CAMERA, PRINTER, PROBE, SDC_HELLO
from tests.playbook import Playbook


def said(document: bytes) -> set[tuple[str, str, str]]:
    return {(f.attribute, f.value, f.source) for f in Playbook(WSDISCOVERY, port=3702).client(document)}


def test_a_medical_device_gives_type_and_place() -> None:
    facts = said(SDC_HELLO)
    assert {source for _, _, source in facts} == {"sdc.discovery"}
    assert {(attribute, value) for attribute, value, _ in facts if attribute != "wsd.scope"} == {
        ("wsd.endpoint", "urn:uuid:9d5bd4a5-1111-4222-8333-000000000001"),
        ("wsd.type", "dpws:Device"),
        ("wsd.type", "mdpws:MedicalDevice"),
        ("mdc.code", "69965"),
        ("facility", "HOSP1"),
        ("ward", "ICU 2"),
        ("room", "12"),
        ("bed", "A"),
        ("location", "HOSP1/B1/2/ICU 2/12/A"),
        ("service", "https"),
    }


def test_values_stand_where_the_facts_say() -> None:
    for fact in Playbook(WSDISCOVERY).client(SDC_HELLO):
        if fact.attribute in ("wsd.endpoint", "wsd.scope"):
            assert SDC_HELLO[fact.start : fact.end].decode().replace("&amp;", "&") == fact.value


def test_a_printer_of_2005_is_no_medical_device() -> None:
    facts = said(PRINTER)
    assert ("wsd.type", "wprt:PrintDeviceType", "wsd") in facts
    assert ("service", "http", "wsd") in facts


def test_a_camera_says_name_hardware_and_place_in_its_scopes() -> None:
    facts = {(attribute, value) for attribute, value, _ in said(CAMERA)}
    assert {
        ("friendly_name", "Cam 7"),
        ("model", "DS-2CD"),
        ("location", "floor/2"),
        ("wsd.type", "onvif:NetworkVideoTransmitter"),
    } <= facts


def test_who_probes_is_a_client() -> None:
    assert said(PROBE) == {("client", "wsd", "wsd")}


def test_content_decides() -> None:
    book = Playbook(WSDISCOVERY, port=3702)
    assert book.likely(SDC_HELLO) > 0.9
    for other in (b"M-SEARCH * HTTP/1.1\r\n", b"<?xml version='1.0'?><root/>", bytes(60)):
        assert book.likely(other) < 0.5


@pytest.mark.parametrize("other", [b"\x00\x01", b"<a/>", b'<Envelope xmlns="urn:x"><Body/></Envelope>'])
def test_another_document_is_malformed(other: bytes) -> None:
    with pytest.raises(Malformed):
        Playbook(WSDISCOVERY).client(other)


def test_cut_anywhere_it_gives_facts_or_is_malformed() -> None:
    outcomes = set()
    for cut in range(len(SDC_HELLO)):
        try:
            outcomes.add(bool(Playbook(WSDISCOVERY).client(SDC_HELLO[:cut])))
        except Malformed:
            outcomes.add(None)
    assert outcomes == {True, False, None} or outcomes == {True, None}
