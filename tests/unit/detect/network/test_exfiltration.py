"""Exfiltration: volume that leaves, and medical messages that leave at all."""

from __future__ import annotations

from garde.detect.network.exfiltration import EXFILTRATION, VOLUME
from garde.detect.spec import Setting
from tests.lookouts import Scene, end

OUT = "93.184.216.34"


def test_much_that_leaves_and_little_that_comes_back_is_reported() -> None:
    scene = Scene(EXFILTRATION)
    for _ in range(4):
        scene.tried("10.0.0.1", OUT, 443, sent=VOLUME // 3, received=20_000)
    assert scene.rules == ["exfiltration.volume"]
    assert scene.threats[0].subject[-1].value == "10.0.0.1"


def test_a_download_and_a_listed_backup_are_not() -> None:
    scene = Scene(EXFILTRATION, Setting(servers=frozenset({"203.0.114.9"})))
    for _ in range(9):
        scene.tried("10.0.0.1", OUT, 443, sent=VOLUME // 9, received=9 * VOLUME)
        scene.tried("10.0.0.1", "203.0.114.9", 443, sent=VOLUME)
        scene.tried("10.0.0.1", "10.0.0.2", 445, sent=VOLUME)
    assert scene.rules == []


def test_a_medical_message_to_the_internet_needs_no_volume() -> None:
    scene = Scene(EXFILTRATION)
    scene.tell("hl7.message", end("10.0.0.1"), end("10.0.0.2", 2575))
    scene.tell("dicom.command", end("10.0.0.1"), end(OUT, 104), command="C-ECHO")
    assert scene.rules == []
    scene.tell("hl7.message", end("10.0.0.1"), end(OUT, 2575))
    assert scene.rules == ["exfiltration.medical"]
