"""SDC and DPWS documents, alone and in an HTTP answer."""

from __future__ import annotations

import pytest

from garde.dissect.it.http import HTTP
from garde.dissect.medical.sdc import facts
from garde.errors import Malformed
from tests.playbook import Playbook

METADATA = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:d="http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01" '
    b'xmlns:m="http://standards.ieee.org/downloads/11073/11073-20702-2016"><s:Body><M>'
    b"<d:ThisModel><d:Manufacturer>Dr\xc3\xa4ger</d:Manufacturer><d:Manufacturer>Draeger</d:Manufacturer>"
    b"<d:ModelName>Evita V800</d:ModelName><d:ModelNumber>8422300</d:ModelNumber></d:ThisModel>"
    b"<d:ThisDevice><d:FriendlyName>Vent 3</d:FriendlyName><d:FirmwareVersion>2.51</d:FirmwareVersion>"
    b"<d:SerialNumber>ASHN-0042</d:SerialNumber></d:ThisDevice></M></s:Body></s:Envelope>"
)
MDIB = (
    b'<G xmlns:p="http://standards.ieee.org/downloads/11073/11073-10207-2017/participant"><p:Mdib><p:MdDescription>'
    b'<p:Mds><p:Type Code="70001"/><p:MetaData><p:Udi><p:DeviceIdentifier>04048675999999</p:DeviceIdentifier></p:Udi>'
    b"<p:LotNumber>L7</p:LotNumber><p:Manufacturer>Drager</p:Manufacturer><p:SerialNumber>ASHN-0042</p:SerialNumber>"
    b'</p:MetaData><p:Vmd><p:Type Code="70002"/><p:MetaData><p:SerialNumber>PART-1</p:SerialNumber>'
    b"</p:MetaData></p:Vmd>"
    b"</p:Mds></p:MdDescription><p:MdState><p:State><p:CoreData><p:Familyname>DOE</p:Familyname>"
    b"</p:CoreData></p:State></p:MdState></p:Mdib></G>"
)


def said(document: bytes) -> dict[str, tuple[str, str]]:
    return {fact.attribute: (fact.value, fact.source) for fact in facts(document, None)}


def test_metadata_names_maker_model_and_serial() -> None:
    assert said(METADATA) == {
        "manufacturer": ("Dräger", "sdc.discovery"),
        "model": ("Evita V800", "sdc.discovery"),
        "model_number": ("8422300", "sdc.discovery"),
        "friendly_name": ("Vent 3", "sdc.discovery"),
        "firmware": ("2.51", "sdc.discovery"),
        "serial": ("ASHN-0042", "sdc.discovery"),
    }


def test_the_mdib_gives_the_system_not_its_parts_nor_its_patient() -> None:
    assert said(MDIB) == {
        "mdc.code": ("70001", "sdc.mdib"),
        "udi_di": ("04048675999999", "sdc.mdib"),
        "lot": ("L7", "sdc.mdib"),
        "manufacturer": ("Drager", "sdc.mdib"),
        "serial": ("ASHN-0042", "sdc.mdib"),
    }


def test_a_printers_metadata_is_not_medical() -> None:
    document = METADATA.replace(b"11073", b"99999")
    assert {source for _, source in said(document).values()} == {"wsd"}


def test_in_an_http_answer_values_stand_where_the_facts_say() -> None:
    book = Playbook(HTTP, port=5357)
    book.client(b"POST /device HTTP/1.1\r\nHost: 192.0.2.9\r\nContent-Length: 0\r\n\r\n")
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: %d\r\n\r\n%s"
    answer %= (len(METADATA), METADATA)
    book.server(answer)
    (serial,) = [fact for fact in book.facts if fact.attribute == "serial"]
    assert answer[serial.start : serial.end] == b"ASHN-0042"


def test_cut_anywhere_it_gives_facts_or_is_malformed() -> None:
    whole = said(MDIB)
    for cut in range(len(MDIB)):
        try:
            assert set(said(MDIB[:cut])) <= set(whole)
        except Malformed:
            assert cut < 120


def test_no_xml_is_malformed() -> None:
    with pytest.raises(Malformed):
        list(facts(b"{}", None))
