"""Associations."""

from io import BytesIO

import pytest
from pydicom.filereader import read_dataset

from garde.twin.talk import dicom

CT = dicom.Equipment("CT", "Siemens", "SOMATOM", "4711", "VB20A", "CT1", "Imagerie", "CHU", "1.3.12.2.1107.5.1")


def dialogue(*classes):
    return dicom.Dialogue(dicom.Peer("CT1"), dicom.Peer("PACS"), classes)


def kinds(turns):
    return [turn.data[0] for turn in turns]


def test_an_association_is_asked_accepted_used_and_released():
    one = dialogue(dicom.VERIFICATION)
    one.echo()
    assert kinds(one.release()) == [1, 2, 4, 4, 5, 6]
    assert [turn.setup for turn in one.turns] == [True, True, False, False, False, False]


def test_pdus_have_the_length_they_say_and_none_is_longer_than_the_peer_takes(rng):
    one = dialogue(dicom.CLASSES["CT"])
    one.store(dicom.image(CT, dicom.patient(rng), rng, day="20260310", pixels=bytes(200_000)))
    for turn in one.turns:
        assert int.from_bytes(turn.data[2:6], "big") == len(turn.data) - 6
        assert len(turn.data) <= 16384 + 6


@pytest.mark.parametrize("modality", dicom.CLASSES)
def test_an_image_says_who_made_it(modality, rng):
    made_by = CT._replace(modality=modality)
    one = dialogue(dicom.CLASSES[modality])
    one.store(dicom.image(made_by, dicom.patient(rng), rng, day="20260310"))
    pdus = [turn.data[6:] for turn in one.turns if turn.data[0] == 4 and turn.client]
    data = b"".join(pdu[6:] for pdu in pdus if not pdu[5] & 1)
    read = read_dataset(BytesIO(data), is_implicit_VR=False, is_little_endian=True)
    assert (read.Modality, read.ManufacturerModelName, read.DeviceSerialNumber) == (modality, "SOMATOM", "4711")


def test_worklist_step_commitment_query_and_move_have_answers(rng):
    who = dicom.patient(rng)
    one = dialogue(dicom.WORKLIST, dicom.MPPS, dicom.COMMITMENT, dicom.STUDY_FIND, dicom.STUDY_MOVE)
    query, found = dicom.schedule(CT, "CT1", who, "20260310")
    one.find(dicom.WORKLIST, query, [found])
    one.step(CT, who, "1.2.3", "20260310")
    one.commit(dicom.image(CT, who, rng, day="20260310"))
    query, found = dicom.query_study(who)
    one.find(dicom.STUDY_FIND, query, [found, found])
    one.move(query, "VIEW1")
    speakers = [turn.client for turn in one.turns if turn.data[0] == 4]
    assert any(b"VIEW1" in turn.data for turn in one.turns)
    assert speakers.count(False) >= 5 + 3


def test_a_refused_class_is_refused_in_the_answer():
    one = dicom.Dialogue(dicom.Peer("A"), dicom.Peer("B"), [dicom.VERIFICATION, dicom.MPPS], refused=[dicom.MPPS])
    accepted = one.turns[1].data
    assert b"\x21\0\0\x1b\x01\0\0\0" in accepted
    assert b"\x21\0\0\x1b\x03\0\x03\0" in accepted
