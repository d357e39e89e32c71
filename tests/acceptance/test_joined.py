"""Acceptance 5: captures that begin after the association or connection was set up still tell who speaks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from garde.model.observation import Observation
from tests.captures.build import Capture, Host
from tests.captures.dicom.messages import CT, EXPLICIT, IMAGE, associate, command, data_set, p_data, store
from tests.captures.golden import observations
from tests.captures.hl7.messages import REPORT, acknowledgement

MODALITY, ARCHIVE = Host("00:00:5e:00:53:10", "192.0.2.10"), Host("00:00:5e:00:53:20", "192.0.2.20")
#: Images of 120 kB, as large as one CT slice of 256 by 256.
SLICE = [*IMAGE[:-1], (0x7FE0, 0x0010, "OW", bytes(range(256)) * 480)]


def images(size: int, count: int = 4) -> Capture:
    """An association that stores images in P-DATA-TF PDUs of ``size`` octets."""
    capture = Capture()
    with capture.tcp(MODALITY, ARCHIVE, 104) as talk:
        talk.client(associate(1, "PACS", "CT01", [(1, 0, CT, EXPLICIT)], "1.2.3.4", "ACME_1"))
        talk.server(associate(2, "PACS", "CT01", [(1, 0, "", EXPLICIT)], "1.2.3.5", "PACS_1"))
        for _ in range(count):
            talk.client(store(data_set(SLICE), size=size))
            talk.server(p_data(1, 3, command(CT, 0x8001, status=0)))
    return capture


def reports() -> Capture:
    """A connection that carries twelve observation reports, in segments of 200 octets."""
    capture = Capture()
    with capture.tcp(MODALITY, ARCHIVE, 2575, mss=200) as talk:
        for _ in range(12):
            talk.client(REPORT)
            talk.server(acknowledgement(b"77"))
    return capture


def joined(whole: Capture, tmp_path: Path, begins: Iterable[int]) -> list[list[Observation]]:
    """What is seen when the capture begins at each of these frames."""
    out = []
    for begin in begins:
        part = Capture()
        part.frames = whole.frames[begin:]
        path = tmp_path / "part.pcap"
        path.write_bytes(part.octets())
        out.append(observations(path))
    return out


def share(seen: list[list[Observation]], attribute: str, value: str) -> float:
    return sum(any((o.attribute, o.value) == (attribute, value) for o in one) for one in seen) / len(seen)


@pytest.mark.parametrize("size", [4_000, 16_370, 65_000, 200_000])
def test_dicom_joined_anywhere_in_the_first_image(size: int, tmp_path: Path) -> None:
    whole = images(size)
    # From behind the association to the end of the second image: the last two are there in every case.
    seen = joined(whole, tmp_path, range(8, len(whole.frames) // 2, 5))
    assert share(seen, "dicom.role", "storage-scu") >= 0.95
    assert share(seen, "dicom.modality", "CT") >= 0.95
    assert share(seen, "serial", "SN-77") >= 0.95


def test_hl7_joined_anywhere_but_in_the_last_message(tmp_path: Path) -> None:
    whole = reports()
    seen = joined(whole, tmp_path, range(3, len(whole.frames) - 20, 2))
    assert share(seen, "hl7.application", "MON_GW") >= 0.95
    assert share(seen, "hl7.message_type", "ORU^R01") >= 0.95
    assert share(seen, "model", "B40_GE") >= 0.95
