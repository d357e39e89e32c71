"""SOP classes: known ones have a modality or a service, unknown ones say nothing."""

from __future__ import annotations

import pytest

from garde.dissect.medical.dicom_uids import modality, service

ROOT = "1.2.840.10008."


@pytest.mark.parametrize(
    ("uid", "term"),
    [
        ("1", "CR"),
        ("2", "CT"),
        ("4", "MR"),
        ("6.1", "US"),
        ("20", "NM"),
        ("128", "PT"),
        ("9.1.1", "ECG"),
        ("481.5", "RTPLAN"),
    ],
)
def test_storage_classes_name_a_modality(uid: str, term: str) -> None:
    assert modality(f"{ROOT}5.1.4.1.1.{uid}") == term
    assert service(f"{ROOT}5.1.4.1.1.{uid}") == "storage"


def test_what_any_equipment_may_store_names_none() -> None:
    assert modality(f"{ROOT}5.1.4.1.1.7") == modality(f"{ROOT}5.1.4.1.1.88.11") == ""


@pytest.mark.parametrize(
    ("uid", "word"),
    [
        ("1.1", "verification"),
        ("5.1.4.31", "worklist"),
        ("3.1.2.3.3", "mpps"),
        ("5.1.4.1.2.2.1", "query"),
        ("5.1.1.9", "print"),
    ],
)
def test_other_classes_name_their_service(uid: str, word: str) -> None:
    assert service(ROOT + uid) == word


def test_a_private_class_says_nothing() -> None:
    assert modality("1.2.3") == service("1.2.3") == ""


def test_every_uid_is_one_that_the_standard_registers() -> None:
    registered = pytest.importorskip("pydicom.uid").UID_dictionary
    from garde.dissect.medical.dicom_uids import _table

    unknown = {uid for name in ("storage", "service") for uid in _table(name)} - set(registered)
    assert unknown == set()
