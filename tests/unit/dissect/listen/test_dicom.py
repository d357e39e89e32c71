"""DICOM heard: searches, retrievals, rejections, stores, without a patient."""

from __future__ import annotations

from garde.dissect.listen.dicom import DICOM, encapsulated
from tests.captures.dicom.messages import CT, EXPLICIT, associate, command, data_set, p_data, pdu, store
from tests.lookouts import Listening

STUDY_ROOT = "1.2.840.10008.5.1.4.1.2.2.1"
FIND, MOVE = 0x0020, 0x0021


def asked(field: int, rows: list[tuple[int, int, str, bytes]], more: bytes = b"") -> bytes:
    return p_data(1, 3, command(STUDY_ROOT, field, data=True, more=more)) + p_data(1, 2, data_set(rows))


def begun() -> Listening:
    play = Listening(DICOM, 104)
    data = associate(1, "PACS", "WS1", [(1, 0, STUDY_ROOT, EXPLICIT)], "1.2.3", "V1")
    assert play.likely(data) > 0.5
    play.client(data)
    return play


def test_an_association_is_told_by_its_titles() -> None:
    (one,) = begun().values("dicom.associate")
    assert (one["called"], one["calling"], one["uid"], one["printable"]) == ("PACS", "WS1", "1.2.3", 1)


def test_a_search_for_everybody_and_one_for_a_patient() -> None:
    play = begun()
    play.client(asked(FIND, [(8, 0x52, "CS", b"STUDY"), (0x10, 0x10, "PN", b"*"), (0x10, 0x20, "LO", b"")]))
    play.client(
        asked(FIND, [(8, 0x20, "DA", b"20260105"), (0x10, 0x10, "PN", b"DUPONT*"), (0x10, 0x20, "LO", b"4711")])
    )
    wide, narrow = play.values("dicom.find")
    assert (wide["wild"], wide["bounded"], wide["root"], wide["level"]) == (1, 0, 1, "STUDY")
    assert (narrow["wild"], narrow["bounded"], narrow["date"]) == (0, 1, "20260105")
    assert narrow["patient"] and "4711" not in str(narrow) and "DUPONT" not in str(narrow)


def test_a_move_tells_its_destination_and_how_many_studies() -> None:
    play = begun()
    destination = b"\0\0\0\6" + (4).to_bytes(4, "little") + b"EVIL"
    play.client(asked(MOVE, [(0x20, 0x0D, "UI", b"1.2\\1.3")], more=destination))
    (one,) = play.values("dicom.retrieve")
    assert (one["destination"], one["studies"], one["command"]) == ("EVIL", 2, "C-MOVE")


def test_a_rejection_names_the_titles_that_were_tried() -> None:
    play = begun()
    play.server(pdu(3, bytes([0, 1, 1, 7])))
    (one,) = play.values("dicom.reject")
    assert (one["source"], one["reason"], one["called"]) == (1, 7, "PACS") and play.ear.done


def test_an_object_is_told_by_digests_split_as_it_comes() -> None:
    instance = b"\0\0\0\x10" + (4).to_bytes(4, "little") + b"1.2\0"
    rows = [(8, 0x16, "UI", CT.encode()), (0x10, 0x10, "PN", b"DUPONT"), (0x7FE0, 0x10, "OW", bytes(2000))]
    data = store(data_set(rows), more=instance)
    whole, pieces = begun(), begun()
    whole.client(data)
    for at in range(0, len(data), 700):
        pieces.client(data[at : at + 700])
    assert whole.values("dicom.store") == pieces.values("dicom.store")
    (one,) = whole.values("dicom.store")
    assert one["size"] > 2000 and "DUPONT" not in str(one)


def test_a_document_is_carved_and_an_item_too_long_is_malformed() -> None:
    kind = "1.2.840.10008.5.1.4.1.1.104.1"
    play = begun()
    play.client(store(data_set([(0x42, 0x11, "OB", b"%PDF")]), sop_class=kind))
    assert [one.octets for one in play.told if one.kind == "file.seen"] == [b"%PDF"]
    play.client(pdu(4, b"\0\0\xff\xff\1\3" + bytes(20)))
    assert play.values("dicom.malformed") == [{"what": "item length"}]
    assert encapsulated(b"") == b"" and encapsulated(b"\x42\0\x11\0\4\0\0\0%PDF") == b"%PDF"


def test_changes_of_state() -> None:
    play = begun()
    play.client(p_data(1, 3, command(STUDY_ROOT, 0x0120, data=True)) + p_data(1, 2, data_set([(8, 0x52, "CS", b"X")])))
    assert play.values("dicom.change") == [{"command": "N-SET", "calling": "WS1"}]
