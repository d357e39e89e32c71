"""DICOM: associations, commands and data sets, from the start and joined half-way."""

from __future__ import annotations

import pytest

from garde.dissect.medical.dicom import DICOM
from garde.dissect.spec import RECEIVER, SENDER, Fact
from garde.errors import Malformed
from garde.model.key import Key
from tests.captures.dicom.messages import (
    CT,
    DEFLATED,
    EXPLICIT,
    IMAGE,
    IMPLICIT,
    MPPS,
    VERIFICATION,
    WORKLIST,
    associate,
    command,
    data_set,
    element,
    item,
    p_data,
    pdu,
    store,
)
from tests.playbook import Playbook

MAKER = Key("equipment", "ACME|CT-9000|SN-77")
#: The worked example of domain note 01 §3.1: 194 bytes.
ECHO = associate(1, "PACS", "CT01", [(1, 0, VERIFICATION, IMPLICIT)], "1.3.12.2.1107.5.1", "MR_VB15A")
RQ = associate(
    1, "PACS", "CT01", [(1, 0, CT, EXPLICIT), (3, 0, WORKLIST, IMPLICIT), (5, 0, MPPS, IMPLICIT)], "1.2.3.4", "ACME_1"
)
AC = associate(2, "PACS", "CT01", [(1, 0, "", EXPLICIT), (3, 3, "", IMPLICIT)], "1.2.276.0.7230010.3.0.3.6.2", "OFFIS")


def said(facts: list[Fact], about: object = SENDER) -> set[tuple[str, str]]:
    return {(fact.attribute, fact.value) for fact in facts if fact.about == about}


def test_the_worked_request_has_194_bytes_and_says_who_calls_whom() -> None:
    assert len(ECHO) == 194
    book = Playbook(DICOM, port=104)
    assert book.likely(ECHO) > 0.9
    facts = book.client(ECHO)
    assert Fact("dicom.ae", "CT01", 26, 30, SENDER, "dicom.association") in facts
    assert Fact("dicom.ae", "PACS", 10, 14, RECEIVER, "dicom.association") in facts
    assert Fact("dicom.implementation_uid", "1.3.12.2.1107.5.1", 165, 182, SENDER, "dicom.association") in facts
    assert Fact("dicom.implementation_version", "MR_VB15A", 186, 194, SENDER, "dicom.association") in facts
    assert Fact("dicom.proposes", VERIFICATION, 111, 128, SENDER, "dicom.association") in facts
    assert ECHO[165:182] == b"1.3.12.2.1107.5.1"


def test_only_what_was_proposed_and_accepted_is_accepted() -> None:
    book = Playbook(DICOM)
    book.client(RQ)
    facts = book.server(AC)
    assert said(facts) == {
        ("dicom.accepts", CT),
        ("dicom.role", "storage-scp"),
        ("dicom.implementation_uid", "1.2.276.0.7230010.3.0.3.6.2"),
        ("dicom.implementation_version", "OFFIS"),
    }
    accepts = next(fact for fact in facts if fact.attribute == "dicom.accepts")
    assert AC[accepts.start : accepts.end] == b"\x01"


def test_a_proposal_tells_modality_and_roles() -> None:
    facts = said(Playbook(DICOM).client(RQ))
    assert {("dicom.modality", "CT"), ("dicom.role", "worklist-scu"), ("dicom.role", "mpps-scu")} <= facts


def test_role_selection_turns_a_requester_into_a_provider() -> None:
    role = item(0x54, len(CT).to_bytes(2, "big") + CT.encode() + b"\x00\x01")
    request = associate(1, "PACS", "WS01", [(1, 0, CT, EXPLICIT)], "1.2.3.4", "WS", role)
    facts = said(Playbook(DICOM).client(request))
    assert ("dicom.role", "storage-scp") in facts
    assert not {attribute for attribute, _ in facts} & {"dicom.modality"}


def test_a_refused_or_aborted_association_says_why_and_ends() -> None:
    book = Playbook(DICOM)
    book.client(ECHO)
    assert said(book.server(pdu(3, bytes([0, 1, 1, 7])))) == {("dicom.status", "A-ASSOCIATE-RJ 1.1.7")}
    assert book.session.done
    book = Playbook(DICOM)
    assert said(book.client(pdu(7, bytes([0, 0, 2, 6])))) == {("dicom.status", "A-ABORT 2.6")}


@pytest.mark.parametrize("encoding", [(True, "<"), (False, "<"), (True, ">")])
@pytest.mark.parametrize("size", [1, 2, 7, 500, 100_000])
def test_a_data_set_describes_its_maker_however_it_is_written_and_cut(encoding: tuple[bool, str], size: int) -> None:
    data = data_set(IMAGE if size > 2 else IMAGE[:-1], explicit=encoding[0], order=encoding[1])
    facts = Playbook(DICOM).client(RQ + store(data, size=size))
    assert said(facts, MAKER) == {
        ("dicom.modality", "CT"),
        ("manufacturer", "ACME"),
        ("model", "CT-9000"),
        ("serial", "SN-77"),
        ("software", "VA10 VA11"),
        ("dicom.station_name", "CTSTATION1"),
        ("facility", "Hôpital Nord"),
        ("ward", "Radiologie"),
    }
    assert {fact.source for fact in facts if fact.about == MAKER} == {"dicom.dataset"}
    assert {fact.also for fact in facts if fact.about == MAKER} == {(Key("serial", "ACME|CT-9000|SN-77"),)}


def test_values_stand_where_the_facts_say() -> None:
    stream = RQ + store(data_set(IMAGE))
    for fact in Playbook(DICOM).client(stream):
        if fact.about == MAKER and fact.attribute in ("manufacturer", "model", "serial"):
            assert stream[fact.start : fact.end].decode().strip() == fact.value


def test_no_patient_leaves() -> None:
    text = repr(Playbook(DICOM).client(RQ + store(data_set(IMAGE))))
    assert not {word for word in ("PATIENT", "PID-1", "REFERRER", "1.2.3'") if word in text}


def test_sequences_are_passed_over_and_the_udi_sequence_is_entered() -> None:
    inner = data_set([(0x0008, 0x0070, "LO", b"OTHER MAKER")])
    undefined = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" + inner
    undefined += b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    udi = (
        b"\xfe\xff\x00\xe0"
        + (8 + 20).to_bytes(4, "little")
        + data_set([(0x0018, 0x1009, "LO", b"(01)00012345678905AB")])
    )
    before = [row for row in IMAGE if row[:2] <= (0x0008, 0x1090)]
    after = [row for row in IMAGE if row[:2] > (0x0008, 0x1090)]
    data = (
        data_set(before)
        + undefined
        + data_set(after[:3])
        + data_set([(0x0018, 0x100A, "SQ", udi)])
        + data_set(after[3:])
    )
    facts = Playbook(DICOM).client(RQ + store(data))
    assert ("manufacturer", "ACME") in said(facts, MAKER)
    assert "OTHER MAKER" not in repr(facts)
    assert ("udi", "(01)00012345678905AB") in said(facts, MAKER)


def test_several_pdvs_in_one_pdu() -> None:
    word, data = command(CT, 1, data=True), data_set(IMAGE)
    pdvs = b"".join(
        (len(part) + 2).to_bytes(4, "big") + bytes([1, control]) + part
        for control, part in ((1, word[:20]), (3, word[20:]), (0, data[:90]), (2, data[90:]))
    )
    assert ("serial", "SN-77") in said(Playbook(DICOM).client(RQ + pdu(4, pdvs)), MAKER)


def test_equipment_without_serial_is_known_by_its_station_and_without_both_by_nothing() -> None:
    rows = [row for row in IMAGE if row[:2] != (0x0018, 0x1000)]
    about = {fact.about for fact in Playbook(DICOM).client(RQ + store(data_set(rows)))}
    assert Key("equipment", "ACME|CT-9000|CTSTATION1") in about
    rows = [row for row in IMAGE if row[1] not in (0x1000, 0x1010, 0x1090)]
    facts = Playbook(DICOM).client(RQ + store(data_set(rows)))
    assert not [fact for fact in facts if fact.source == "dicom.dataset"]


def test_a_deflated_data_set_is_refused_quietly() -> None:
    book = Playbook(DICOM)
    book.client(associate(1, "PACS", "CT01", [(1, 0, CT, DEFLATED)], "1.2.3.4", "ACME_1"))
    book.server(associate(2, "PACS", "CT01", [(1, 0, "", DEFLATED)], "1.2.3.5", "OTHER"))
    facts = book.client(store(data_set(IMAGE)))
    assert not [fact for fact in facts if fact.source == "dicom.dataset"]
    assert ("dicom.modality", "CT") in said(facts)


def test_an_archive_that_answers_a_move_shows_it() -> None:
    facts = Playbook(DICOM).client(RQ + store(data_set(IMAGE), more=element(0, 0x1030, b"WS01")))
    assert ("dicom.role", "retrieve-scp") in said(facts)


def test_a_move_names_its_destination_and_a_response_its_status() -> None:
    model = "1.2.840.10008.5.1.4.1.2.2.2"
    book = Playbook(DICOM)
    facts = book.client(RQ + p_data(1, 3, command(model, 0x0021, more=element(0, 0x0600, b"WS01"))))
    assert {("dicom.command", "C-MOVE"), ("dicom.move_destination", "WS01"), ("dicom.role", "retrieve-scu")} <= said(
        facts
    )
    facts = book.server(AC + p_data(1, 3, command(model, 0x8021, status=0xA801)))
    assert ("dicom.status", "C-MOVE A801") in said(facts)
    assert ("dicom.command", "C-MOVE") in said(facts, RECEIVER)


def test_an_event_report_comes_from_the_provider() -> None:
    facts = Playbook(DICOM).client(RQ + p_data(1, 3, command("1.2.840.10008.1.20.1", 0x0100)))
    assert ("dicom.role", "storage-commitment-scp") in said(facts)
    assert ("dicom.role", "storage-commitment-scu") in said(facts, RECEIVER)


def test_a_performed_procedure_step_is_about_its_sender() -> None:
    rows = [(0x0008, 0x0060, "CS", b"CT"), (0x0010, 0x0010, "PN", b"PATIENT^P")]
    rows += [(0x0040, 0x0241, "AE", b"CT01"), (0x0040, 0x0242, "SH", b"STATION"), (0x0040, 0x0243, "SH", b"Room 3")]
    data = data_set(rows, explicit=False)
    facts = Playbook(DICOM).client(RQ + p_data(5, 3, command(MPPS, 0x0140, data=True)) + p_data(5, 2, data))
    assert {("dicom.ae", "CT01"), ("dicom.station_name", "STATION"), ("location", "Room 3")} <= said(facts)


@pytest.mark.parametrize("cut", [1, 3, 5, 6, 7, 11, 40, 120, 300])
def test_joined_in_the_middle_of_an_object_the_next_one_is_read(cut: int) -> None:
    stream = store(data_set(IMAGE)) * 2
    book = Playbook(DICOM)
    assert book.likely(stream[cut:]) >= 0.5
    facts = book.client(stream[cut:], gap=-1)
    assert ("serial", "SN-77") in said(facts, MAKER)
    assert ("dicom.role", "storage-scu") in said(facts)


def test_joined_between_command_and_data_set() -> None:
    facts = Playbook(DICOM).client(store(data_set(IMAGE))[len(p_data(1, 3, command(CT, 1, data=True))) :], gap=-1)
    assert ("serial", "SN-77") in said(facts, MAKER)


def test_a_response_alone_names_the_modality_of_the_other_side() -> None:
    facts = Playbook(DICOM).server(p_data(1, 3, command(CT, 0x8001, status=0)), gap=-1)
    assert ("dicom.modality", "CT") in said(facts, RECEIVER)
    assert ("dicom.role", "storage-scp") in said(facts)


def test_bytes_lost_inside_an_image_do_no_harm() -> None:
    stream, again = RQ + store(data_set(IMAGE), size=4000), store(data_set(IMAGE[:6]), size=4000)
    book = Playbook(DICOM)
    book.client(stream[:1200])
    facts = book.client(stream[2000:] + again, gap=800)
    assert ("dicom.command", "C-STORE") in said(facts)


def test_bytes_lost_elsewhere_are_followed_by_a_new_search() -> None:
    stream = RQ + store(data_set(IMAGE))
    book = Playbook(DICOM)
    book.client(RQ[:100])
    facts = book.client(store(data_set(IMAGE)), gap=len(RQ) - 100)
    assert ("serial", "SN-77") in said(facts, MAKER)
    assert len(stream) > 100


@pytest.mark.parametrize(
    "other",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
        b"\x0bMSH|^~\\&|A|B\r",
        bytes(80),
    ],
)
def test_another_protocol_is_neither_chosen_nor_read(other: bytes) -> None:
    book = Playbook(DICOM, port=104)
    assert book.likely(other) < 0.5
    with pytest.raises(Malformed):
        book.client(other)


def test_cut_anywhere_the_facts_are_a_part_of_the_whole_or_malformed() -> None:
    stream = RQ + store(data_set(IMAGE))
    whole = set(Playbook(DICOM).client(stream))
    for cut in range(len(stream)):
        try:
            facts = set(Playbook(DICOM).client(stream[:cut]))
        except Malformed:
            continue
        assert facts <= whole, cut


def test_what_waits_is_bounded() -> None:
    book = Playbook(DICOM)
    endless = b"\x04\x00\xff\xff\xff\xff\xff\xff\xff\xf0\x01\x01" + bytes(2_000_000)
    book.client(endless)
    assert sum(len(side.buffer) + len(side.word) for side in book.session._sides) < 300_000  # type: ignore[attr-defined]
