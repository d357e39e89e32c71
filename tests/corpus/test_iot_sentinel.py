"""IoT Sentinel (ICDCS 2017): the labelled device is found once, under its MAC, in each of its captures.

Two pairs of its devices share a MAC address; each pair counts as one host.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from garde import app
from tests.corpus.place import corpus

ABSENT = "the corpus is not beside this checkout; set GARDE_CORPUS to its folder"


def labelled() -> list[tuple[Path, str]]:
    place = corpus()
    if place is None:
        return []
    found = []
    for note in sorted(place.glob("iot/**/_iotdevice-mac.txt")):
        mac = note.read_text("ascii").strip().lower()
        found += [(capture, mac) for capture in sorted(note.parent.glob("*.pcap"))]
    return found


pytestmark = pytest.mark.skipif(not labelled(), reason=ABSENT)


@pytest.mark.parametrize(
    ("path", "mac"), labelled(), ids=lambda value: value.parent.name if isinstance(value, Path) else value
)
def test_the_labelled_device_is_found_once(path: Path, mac: str) -> None:
    report = app.replay([path])
    found = [device for device in report.devices if any(key.value == mac for key in device.keys)]
    assert len(found) == 1
