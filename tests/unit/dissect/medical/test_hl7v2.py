"""HL7 v2: headers, software, acknowledgements, batches, unframed and joined half-way."""

from __future__ import annotations

import pytest

from garde.dissect.medical.hl7v2 import HL7V2
from garde.dissect.spec import RECEIVER, SENDER, Fact
from garde.errors import Malformed
from tests.playbook import Playbook

HEAD = (
    b"MSH|^~\\&|MON_GW^00A037009B000000^EUI-64|ICU|LIS|HOSP|20200101||ORU^R01^ORU_R01|77|P|2.6|||AL|NE||UNICODE UTF-8"
    b"|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
)
MESSAGE = b"\x0b" + HEAD + b"\rSFT|Acme^L|1.2|Gate\rPID|1||4711^^^X||Dupont^Jean\rOBR|1\r\x1c\r"
ACK = b"\x0bMSH|^~\\&|LIS|HOSP|MON_GW|ICU|20200101||ACK^R01|1|P|2.6\rMSA|AA|77\r\x1c\r"


def said(facts: list[Fact], about: object = SENDER) -> set[tuple[str, str]]:
    return {(fact.attribute, fact.value) for fact in facts if fact.about == about}


def test_a_header_says_who_sends_what_to_whom() -> None:
    book = Playbook(HL7V2, port=2575)
    assert book.likely(MESSAGE) > 0.9
    facts = book.client(MESSAGE)
    assert said(facts) == {
        ("hl7.application", "MON_GW"),
        ("eui64", "00:a0:37:00:9b:00:00:00"),
        ("hl7.facility", "ICU"),
        ("hl7.message_type", "ORU^R01"),
        ("hl7.version", "2.6"),
        ("hl7.profile", "IHE_PCD_001"),
        ("hl7.role", "sender"),
        ("manufacturer", "Acme"),
        ("software", "1.2"),
        ("user_agent", "Gate 1.2"),
    }
    assert said(facts, RECEIVER) == {("hl7.application", "LIS"), ("hl7.facility", "HOSP"), ("hl7.role", "receiver")}
    application = next(fact for fact in facts if fact.attribute == "hl7.application")
    assert MESSAGE[application.start : application.end] == b"MON_GW"


def test_an_acknowledgement_gives_its_code_and_its_delay() -> None:
    book = Playbook(HL7V2)
    book.client(MESSAGE)
    facts = book.server(ACK)
    assert ("hl7.acknowledgement", "AA") in said(facts)
    assert ("hl7.delay", "1") in said(facts)  # the playbook's packets are a millisecond apart
    assert not {attribute for attribute, _ in said(facts)} & {"hl7.role"}


def test_a_delay_is_news_only_when_it_changes_much() -> None:
    book = Playbook(HL7V2)
    for _ in range(5):
        book.client(MESSAGE)
        book.server(ACK)
    assert book.values("hl7.delay") == ["1"]


def test_what_every_message_repeats_is_stated_once_a_day() -> None:
    book = Playbook(HL7V2)
    first = book.client(MESSAGE)
    again = book.client(MESSAGE.replace(b"|77|", b"|78|").replace(b"4711", b"4712"))
    assert ("hl7.application", "MON_GW") in said(first) and not said(again) & {("hl7.application", "MON_GW")}
    other = book.client(MESSAGE.replace(b"MON_GW", b"MON_GX"))
    assert ("hl7.application", "MON_GX") in said(other)
    assert ("hl7.role", "sender") in said(other)  # a header that differs is stated whole
    assert said(book.server(MESSAGE)) >= {("hl7.application", "MON_GW")}  # the other side speaks for itself
    book._packet += 86_400_000
    assert ("hl7.application", "MON_GW") in said(book.client(MESSAGE))


def test_an_acknowledgement_of_something_else_has_no_delay() -> None:
    book = Playbook(HL7V2)
    book.client(MESSAGE)
    assert not [fact for fact in book.server(ACK.replace(b"|77\r", b"|78\r")) if fact.attribute == "hl7.delay"]


@pytest.mark.parametrize("step", [1, 2, 7, 64])
def test_segments_of_any_size_give_the_same(step: int) -> None:
    whole = Playbook(HL7V2)
    whole.client(MESSAGE * 2)
    book = Playbook(HL7V2)
    for at in range(0, len(MESSAGE * 2), step):
        book.client((MESSAGE * 2)[at : at + step])
    assert book.facts == whole.facts


def test_joined_in_the_middle_of_a_message_the_next_one_is_read() -> None:
    book = Playbook(HL7V2)
    stream = b"10||Dupont^Jean\rOBX|1|NM|1^X^L||5\rNTE|1\r\x1c\r" + MESSAGE
    assert book.likely(stream) >= 0.5
    facts = book.client(stream, gap=-1)
    assert ("hl7.application", "MON_GW") in said(facts)
    assert "Dupont" not in repr(facts)


def test_lost_bytes_end_a_message() -> None:
    book = Playbook(HL7V2)
    book.client(MESSAGE[:60])
    assert book.client(b"EVN|||||||EVIL\r\x1c\r", gap=30) == []
    assert ("hl7.application", "MON_GW") in said(book.client(MESSAGE))


def test_the_middle_of_a_message_is_recognised() -> None:
    assert Playbook(HL7V2).likely(b"x|F\rOBX|2|NM|1^X^L||5\rOBX|3|NM|1^X^L||5\r") >= 0.5


def test_without_frames_too() -> None:
    data = b"MSH|^~\\&|SRC|HOSP|DST|HOSP|20251015||ADT^A01|123|P|2.3\rPID|1||123456^^^ UNIQUE1"
    book = Playbook(HL7V2, port=2575)
    assert book.likely(data) >= 0.9
    facts = book.client(data)
    assert ("hl7.message_type", "ADT^A01") in said(facts)
    assert ("hl7.application", "DST") in said(facts, RECEIVER)


def test_a_batch_is_read_header_by_header() -> None:
    batch = (
        b"\x0bFHS|^~\\&|FILER|F\rBHS|^~\\&|BATCHER|B\r"
        + HEAD
        + b"\r"
        + HEAD.replace(b"MON_GW", b"OTHER")
        + b"\rBTS|2\r\x1c\r"
    )
    names = {value for attribute, value in said(Playbook(HL7V2).client(batch)) if attribute == "hl7.application"}
    assert names == {"FILER", "BATCHER", "MON_GW", "OTHER"}


def test_evn_7_names_the_facility_of_the_event() -> None:
    facts = Playbook(HL7V2).client(b"\x0bMSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.5\rEVN|A01|1||||1|SITE^1.2^ISO\r\x1c\r")
    assert ("hl7.facility", "SITE") in said(facts)


def test_an_interface_engine_does_not_rename_the_originator() -> None:
    facts = said(Playbook(HL7V2).client(b"\x0b" + HEAD + b"\rSFT|Acme|1.2|Gate\rSFT|Engine|9|Router\r\x1c\r"))
    assert ("manufacturer", "Acme") in facts and ("manufacturer", "Engine") not in facts
    assert ("user_agent", "Router 9") in facts


@pytest.mark.parametrize(
    "other", [b"GET / HTTP/1.1\r\n", b"\x01\x00\x00\x00\x00\xbc\x00\x01", b"MSHELL v1.0\r\n", b"\x0b\x00\x00\x00abcd"]
)
def test_another_protocol_is_neither_chosen_nor_read(other: bytes) -> None:
    assert Playbook(HL7V2, port=2575).likely(other) < 0.5
    book = Playbook(HL7V2)
    try:
        assert book.client(other) == []
    except Malformed:
        return
    assert other.startswith((b"\x0b", b"MSH"))


def test_the_start_of_another_protocol_is_malformed() -> None:
    with pytest.raises(Malformed):
        Playbook(HL7V2).client(b"GET / HTTP/1.1\r\n")


def test_cut_anywhere_the_facts_are_a_part_of_the_whole() -> None:
    whole = set(Playbook(HL7V2).client(MESSAGE))
    for cut in range(len(MESSAGE)):
        assert set(Playbook(HL7V2).client(MESSAGE[:cut])) <= whole


def test_what_waits_for_an_answer_is_bounded() -> None:
    book = Playbook(HL7V2)
    for number in range(500):
        book.client(MESSAGE.replace(b"|77|", b"|%d|" % number))
    assert len(book.session._sides[0].asked) <= 64  # type: ignore[attr-defined]
