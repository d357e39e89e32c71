"""C-STORE of a synthetic object: dcmtk keeps it, and pydicom reads it."""

from __future__ import annotations

from io import BytesIO

import pydicom
from pydicom.dataset import FileMetaDataset

from garde.probing.probes.dicom_store import DICOM_STORE, STUDY, thing
from garde.probing.table import PROBES
from tests.hostile import hostile, probed, slow
from tests.imaging import archive, receiver


def test_an_archive_keeps_it() -> None:
    with archive() as port:
        result = probed(DICOM_STORE, port, called="PACS", side="64")
        with slow(port) as late:
            assert probed(DICOM_STORE, late, called="PACS", slow=200).state == "slow"
    assert (result.state, result.code) == ("up", "ok")
    assert result.metrics["octets"] > 4096 and result.evidence["instance"].startswith("2.25.")
    with receiver("--refuse") as port:
        assert probed(DICOM_STORE, port).code == "dicom.rejected.no-reason"
    with hostile("hang") as port:
        assert probed(DICOM_STORE, port, timeout=0.4).code == "probe.hanging"


def test_the_object_says_that_nobody_is_behind_it() -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    read = pydicom.dcmread(BytesIO(thing("2.25.7", 8)), force=True)
    read.file_meta = meta
    assert (str(read.PatientName), read.StudyInstanceUID) == ("ZZTEST^GARDE", STUDY)
    assert read.pixel_array.shape == (8, 8)


def test_only_what_stores_writes() -> None:
    assert [probe.name for probe in PROBES if probe.writes] == ["dicom-store"]
