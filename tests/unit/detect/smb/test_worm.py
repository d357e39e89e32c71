"""Worms: what WannaCry does beside the exploit."""

from __future__ import annotations

from garde.detect.smb.worm import OUTSIDE, WORM
from tests.lookouts import Scene, end


def test_a_path_written_into_the_worm_betrays_it() -> None:
    scene = Scene(WORM)
    scene.tell("smb.tree", end("10.0.0.66"), end("10.0.0.9", 445), host="192.168.56.20", share="IPC$")
    assert scene.rules == ["worm.hard-coded-path"]
    assert scene.threats[0].subject[-1].value == "10.0.0.66"


def test_the_host_of_that_address_is_asked_rightly() -> None:
    scene = Scene(WORM)
    scene.tell("smb.tree", end("192.168.56.1"), end("192.168.56.20", 445), host="192.168.56.20", share="IPC$")
    scene.tell("smb.tree", end("192.168.56.1"), end("192.168.56.20", 445), host="fileserver", share="IPC$")
    scene.tell("smb.tree", end("192.168.56.1"), end("192.168.56.20", 445), host="10.1.1.1", share="other")
    assert scene.rules == []


def test_a_share_of_another_host_is_suspicious() -> None:
    scene = Scene(WORM)
    scene.tell("smb.tree", end("10.0.0.1"), end("10.0.0.9", 445), host="10.0.0.77", share="ADMIN$")
    assert scene.rules == ["smb.path-mismatch"]


def test_file_sharing_with_the_whole_internet_is_a_worm() -> None:
    scene = Scene(WORM)
    for number in range(OUTSIDE):
        scene.tried("10.0.0.66", f"{11 + number}.22.33.44", 445, answered=False)
    assert scene.rules == ["worm.internet-smb"]
    scene = Scene(WORM)
    for number in range(100):
        scene.tried("10.0.0.1", "52.239.1.1", 445)
        scene.tried("10.0.0.1", f"10.0.0.{number + 2}", 445)
    assert scene.rules == []
