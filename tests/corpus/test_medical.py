"""DICOM files and medical captures of the corpus: Garde agrees with pydicom, and with the truth of the index."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from garde.dissect.medical.dicom import DICOM
from garde.dissect.spec import Fact
from garde.model.key import Key
from tests.captures.dicom.messages import CT, EXPLICIT, associate, store
from tests.captures.golden import observations
from tests.captures.seeds import Player
from tests.corpus.place import captures, corpus

PLACE = corpus()
FILES = sorted(PLACE.glob("dicom/**/*.dcm")) if PLACE else []
pytestmark = [
    pytest.mark.skipif(PLACE is None, reason="the corpus is not beside this checkout: set GARDE_CORPUS"),
    # Some of the files break the standard on purpose, and pydicom says so.
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]

KEYWORDS = {
    "Modality": "dicom.modality",
    "Manufacturer": "manufacturer",
    "InstitutionName": "facility",
    "StationName": "dicom.station_name",
    "InstitutionalDepartmentName": "ward",
    "ManufacturerModelName": "model",
    "DeviceSerialNumber": "serial",
    "SoftwareVersions": "software",
}


def data_set(path: Path) -> bytes | None:
    """The bytes of the file behind its meta information (PS3.10 §7.1); None when they are deflated or not there."""
    octets = path.read_bytes()
    if octets[128:132] != b"DICM":
        return None
    stream = io.BytesIO(octets)
    try:
        meta = dcmread(stream, specific_tags=[], stop_before_pixels=True).file_meta
    except (InvalidDicomError, ValueError, EOFError, KeyError):
        return None
    if str(meta.get("TransferSyntaxUID", "")) == "1.2.840.10008.1.2.1.99":
        return None
    at = 132
    while octets[at : at + 2] == b"\x02\x00":
        long = octets[at + 4 : at + 6] in (b"OB", b"OW", b"SQ", b"UN", b"UT")
        size = struct.unpack_from("<I" if long else "<H", octets, at + (8 if long else 6))[0]
        at += (12 if long else 8) + size
    return octets[at:]


def sent(data: bytes) -> list[Fact]:
    player = Player(DICOM)
    facts = player.feed(0, associate(1, "PACS", "CT01", [(1, 0, CT, EXPLICIT)], "1.2.3.4", "V"))
    for at in range(0, len(stream := store(data, size=5000)), 1460):
        facts += player.feed(0, stream[at : at + 1460])
    return [fact for fact in facts if fact.source == "dicom.dataset"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_stored_object_is_read_as_pydicom_reads_it(path: Path) -> None:
    data = data_set(path)
    if data is None:
        assert (
            path.read_bytes()[128:132] != b"DICM"
            or "dfl" in path.name
            or "truncated" in path.name
            or "meta" in path.name
        )
        return
    truth = dcmread(path, stop_before_pixels=True, force=True)
    facts = sent(data)
    ours = {fact.attribute: fact.value for fact in facts}
    if not facts:
        # Nothing points at an individual: neither serial, nor station, nor model.
        assert not any(truth.get(word) for word in ("DeviceSerialNumber", "StationName", "ManufacturerModelName"))
        return
    assert all(isinstance(fact.about, Key) and fact.about.kind == "equipment" for fact in facts)
    for keyword, attribute in KEYWORDS.items():
        value = truth.get(keyword)
        parts = [value] if isinstance(value, str) else list(value or [])
        theirs = (
            " ".join(str(part).strip() for part in parts) if keyword == "SoftwareVersions" else str((parts or [""])[0])
        )
        assert ours.get(attribute, "") == theirs.strip("\0 "), keyword
    patient = {
        str(truth.get(word, "")) for word in ("PatientName", "PatientID", "AccessionNumber", "ReferringPhysicianName")
    }
    assert not {value for value in ours.values() if len(value) > 2} & patient


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("HL7-ADT", {("hl7.message_type", "ADT^A01"), ("hl7.version", "2.3"), ("hl7.acknowledgement", "AA")}),
        (
            "HL7-ORM",
            {("hl7.message_type", "ORM^O01"), ("hl7.application", "SendingApp"), ("hl7.facility", "SendingFac")},
        ),
        ("HL7-ORU", {("hl7.message_type", "ORU^R01"), ("hl7.acknowledgement", "AA")}),
        (
            "dicom_arq_1_find_testclient",
            {
                ("dicom.ae", "testserver"),
                ("dicom.ae", "testclient"),
                ("dicom.implementation_uid", "1.2.826.0.1.3680043.9.7133.1.1"),
                ("dicom.implementation_version", "GODICOM_1_1"),
            },
        ),
        (
            "ct_to_pacs_scenario",
            {("manufacturer", "GE Healthcare"), ("model", "BrightSpeed Elite Select"), ("dicom.modality", "CT")},
        ),
        ("replay_attack", {("hl7.application", "SRC"), ("hl7.message_type", "ADT^A01")}),
    ],
)
def test_captures_say_what_the_index_says(name: str, truth: set[tuple[str, str]]) -> None:
    path = next(path for path in captures() if path.stem == name)
    assert truth <= {(seen.attribute, seen.value) for seen in observations(path)}
