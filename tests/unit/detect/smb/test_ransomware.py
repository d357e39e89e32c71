"""Ransomware, sign by sign; whole captures are in tests/acceptance/test_threats.py."""

from __future__ import annotations

import pytest

from garde.detect.smb.ransomware import JUMPS, RANSOMWARE, RENAMES
from garde.detect.spec import Setting
from tests.lookouts import Scene, end

CLIENT, SERVER = end("10.0.0.66"), end("10.0.0.9", 445)


def rename(scene: Scene, old: str, new: str, number: int) -> None:
    scene.tell("smb.rename", CLIENT, SERVER, ext=old, new=new, folder=f"d{number % 7}", path=f"p{number}")


def write(scene: Scene, number: int, **values: str | float) -> None:
    chosen = {"ext": "docx", "entropy": 7.96, "before": 4.3, "size": 4096, "dense": 0, "magic": ""} | values
    scene.tell("smb.write", CLIENT, SERVER, path=f"p{number}", folder=f"d{number % 7}", **chosen)


def test_renames_to_one_strange_extension() -> None:
    scene = Scene(RANSOMWARE)
    for number in range(RENAMES):
        rename(scene, ("docx", "pdf", "jpg")[number % 3], "qzx1", number)
    assert scene.rules == ["ransomware.share"]
    assert scene.threats[0].subject[-1].value == "10.0.0.66"


@pytest.mark.parametrize(("old", "new"), [("jpg", "jpg"), ("tmp", "qzx1"), ("doc", "docx"), ("part", "zip")])
def test_renames_that_are_work(old: str, new: str) -> None:
    scene = Scene(RANSOMWARE)
    for number in range(10 * RENAMES):
        rename(scene, old, new, number)
        scene.wait(-0.9)
    assert scene.rules == []


def test_slow_renames_are_work() -> None:
    scene = Scene(RANSOMWARE)
    for number in range(3 * RENAMES):
        rename(scene, "docx", "qzx1", number)
        scene.wait(10)
    assert scene.rules == []


def test_files_that_become_chance() -> None:
    scene = Scene(RANSOMWARE)
    for number in range(JUMPS):
        write(scene, number)
    assert scene.rules == ["ransomware.share"]


@pytest.mark.parametrize(
    "values",
    [{"dense": 1, "magic": "zip"}, {"entropy": 5.0}, {"before": 7.95}, {"before": -1.0, "ext": "vbk"}, {"size": 64}],
    ids=["compressed", "prose", "was so before", "archive of a backup", "too small"],
)
def test_writes_that_are_work(values: dict[str, str | float]) -> None:
    scene = Scene(RANSOMWARE)
    for number in range(5 * JUMPS):
        write(scene, number, **values)
    assert scene.rules == []


def test_few_files_of_a_known_family_suffice() -> None:
    scene = Scene(RANSOMWARE)
    for number in range(5):
        rename(scene, "docx", "wncry", number)
    assert scene.rules == ["ransomware.share"]
    scene = Scene(RANSOMWARE)
    for number in range(3):
        write(scene, number, magic="wanacry")
    assert scene.rules == ["ransomware.share"]


def test_notes_in_folders_with_anything_else() -> None:
    scene = Scene(RANSOMWARE)
    for number in range(3):
        scene.tell("smb.create", SERVER, CLIENT, made=1, note="how_to_decrypt.txt", folder=f"d{number}", ext="txt")
    assert scene.rules == ["ransomware.share"]


def test_a_listed_server_may_convert() -> None:
    scene = Scene(RANSOMWARE, Setting(servers=frozenset({"10.0.0.66"})))
    for number in range(RENAMES):
        rename(scene, "docx", "qzx1", number)
    assert scene.rules == []
