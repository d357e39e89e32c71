"""DICOM: searches, retrievals and alterations no modality makes."""

from __future__ import annotations

from garde.detect.medical.dicom import DATES, DICOM, PATIENTS, REJECTED, STUDIES
from garde.detect.spec import Setting
from tests.lookouts import Scene, end

WHO, ARCHIVE = end("10.0.0.66"), end("10.0.0.9", 104)
FIND: dict[str, str | int] = {"root": 1, "wild": 1, "bounded": 1, "level": "STUDY", "calling": "WS1"}


def find(scene: Scene, **values: str | int) -> None:
    scene.tell("dicom.find", WHO, ARCHIVE, **FIND | values)


def test_a_search_for_everybody_at_any_time() -> None:
    scene = Scene(DICOM)
    find(scene, bounded=0)
    assert scene.rules == ["dicom.enumeration"]


def test_a_search_of_a_day_and_one_of_the_worklist_are_work() -> None:
    scene = Scene(DICOM)
    for _ in range(100):
        find(scene, date="20260105")
        find(scene, root=0, bounded=0)
    assert scene.rules == []


def test_many_patients_or_many_days_in_a_row() -> None:
    scene = Scene(DICOM)
    for number in range(PATIENTS):
        find(scene, wild=0, patient=f"p{number}")
    assert scene.rules == ["dicom.enumeration"]
    scene = Scene(DICOM)
    for number in range(DATES):
        find(scene, date=f"202501{number + 1:02}")
    assert scene.rules == ["dicom.enumeration"]
    scene = Scene(DICOM)
    for number in range(PATIENTS * 3):
        find(scene, wild=0, patient=f"p{number % 10}")
    assert scene.rules == []


def test_mass_retrieval_and_a_migration_that_is_listed() -> None:
    for setting, rules in ((None, ["dicom.mass-retrieval"]), (Setting(servers=frozenset({"10.0.0.66"})), [])):
        scene = Scene(DICOM, setting)
        for _ in range(STUDIES):
            scene.tell("dicom.retrieve", WHO, ARCHIVE, command="C-GET", studies=1)
        assert scene.rules == rules


def test_a_destination_never_seen_before() -> None:
    scene = Scene(DICOM)
    for _ in range(25):
        scene.tell("dicom.retrieve", WHO, ARCHIVE, command="C-MOVE", studies=0, destination="WS1", calling="WS1")
        scene.wait(100)
    scene.tell("dicom.retrieve", WHO, ARCHIVE, command="C-MOVE", studies=0, destination="EVIL", calling="WS1")
    assert "dicom.new-destination" in scene.rules


def test_guessed_titles_and_one_wrong_setting() -> None:
    scene = Scene(DICOM)
    for number in range(REJECTED):
        scene.tell("dicom.reject", ARCHIVE, WHO, source=1, reason=7, called=f"PACS{number}", calling="X")
    assert [(one.rule, one.subject[-1].value) for one in scene.threats] == [("dicom.guessed-entity", "10.0.0.9")]
    scene = Scene(DICOM)
    for _ in range(REJECTED * 3):
        scene.tell("dicom.reject", ARCHIVE, WHO, source=1, reason=7, called="PACS", calling="CT1")
    assert scene.rules == []


def associate(scene: Scene, called: str, address: str = "10.0.0.9", **values: str | int) -> None:
    chosen = {"called": called, "calling": "CT1", "uid": "1.2.840.1", "version": "SYNGO", "printable": 1} | values
    scene.tell("dicom.associate", WHO, end(address, 104), **chosen)


def test_a_toolkit_a_sweep_and_a_title_that_cannot_be_printed() -> None:
    scene = Scene(DICOM)
    associate(scene, "PACS")
    assert scene.rules == []
    associate(scene, "PACS", uid="1.2.826.0.1.3680043.9.3811.2.1.1", version="PYNETDICOM_210")
    associate(scene, "P\x01CS", printable=0)
    assert scene.rules == ["dicom.toolkit", "dicom.malformed"]
    scene = Scene(DICOM)
    for number in range(REJECTED):
        associate(scene, "ANY-SCP", f"10.0.0.{number + 1}")
    assert scene.rules == ["dicom.sweep"]


def test_an_object_stored_again_with_other_content() -> None:
    scene = Scene(DICOM)
    for content in ("a", "a"):
        scene.tell("dicom.store", WHO, ARCHIVE, instance="i", content=content, size=9999, calling="CT1")
    assert scene.rules == []
    scene.tell("dicom.store", WHO, ARCHIVE, instance="i", content="b", size=9999, calling="CT1")
    scene.tell("dicom.change", WHO, ARCHIVE, command="N-SET")
    assert scene.rules == ["dicom.altered"]
    scene.tell("dicom.change", WHO, ARCHIVE, command="N-DELETE")
    assert scene.rules == ["dicom.altered", "dicom.altered"]


def test_an_item_longer_than_its_message() -> None:
    scene = Scene(DICOM)
    scene.tell("dicom.malformed", WHO, ARCHIVE, what="item length")
    assert scene.rules == ["dicom.malformed"]
