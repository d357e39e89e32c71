"""Versions that go backwards."""

from __future__ import annotations

from garde.detect.medical.versions import VERSIONS, older
from tests.lookouts import Scene, end


def version(scene: Scene, value: str) -> None:
    scene.tell("device.version", end("10.0.0.9"), end(""), attribute="software", value=value, who="mac:x")


def test_a_lower_version_than_before_is_a_downgrade() -> None:
    scene = Scene(VERSIONS)
    for value in ("syngo 3.1.2", "syngo 3.2.0", "boot 1.0.0"):
        version(scene, value)
    assert scene.rules == []
    version(scene, "syngo 3.1.9")
    assert scene.rules == ["firmware.downgrade"]
    assert {"version: 3.1.9", "before: 3.2.0"} <= set(scene.threats[0].reasons)


def test_versions_that_cannot_be_compared_are_not() -> None:
    scene = Scene(VERSIONS)
    for value in ("3.2", "alpha", "3.1.5.7", "R6"):
        version(scene, value)
    assert scene.rules == []
    assert not older("3.2", "3.2.1") and older("10.2", "10.10")
