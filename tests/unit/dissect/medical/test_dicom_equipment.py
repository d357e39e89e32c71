"""Equipment facts from the elements of a data set."""

from __future__ import annotations

from garde.dissect.medical.dicom_dataset import DataSet
from garde.dissect.medical.dicom_equipment import EQUIPMENT, INSIDE, LAST, PERFORMED, equipment, performed
from garde.model.key import Key
from tests.captures.dicom.messages import IMAGE, data_set


def read(rows: list[tuple[int, int, str, bytes]], wanted: dict[int, str] = EQUIPMENT) -> DataSet:
    data = DataSet(wanted, inside=INSIDE, last=LAST if wanted is EQUIPMENT else 0x00400243)
    data.feed(data_set(rows), 0)
    return data


def test_several_software_versions_are_one_value() -> None:
    assert [fact.value for fact in equipment(read(IMAGE)) if fact.attribute == "software"] == ["VA10 VA11"]


def test_a_model_alone_is_a_loose_key() -> None:
    facts = list(equipment(read([(0x0008, 0x0070, "LO", b"ACME"), (0x0008, 0x1090, "LO", b"X1")])))
    assert {fact.about for fact in facts} == {Key("equipment", "ACME|X1|")}
    assert {fact.also for fact in facts} == {()}


def test_nothing_wanted_gives_nothing() -> None:
    assert list(equipment(read([(0x0010, 0x0010, "PN", b"PATIENT^P")]))) == []
    assert list(performed(read([(0x0010, 0x0010, "PN", b"PATIENT^P")], PERFORMED))) == []
