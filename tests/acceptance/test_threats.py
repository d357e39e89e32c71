"""Acceptance 6 of issue 5: ransomware on a share within a minute, and what hides in studies, which stay readable."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

import garde.twin as hospital
from garde import app
from garde.detect.intelligence.files import EICAR
from garde.detect.spec import Setting
from tests.captures.build import Capture, Host
from tests.captures.dicom.messages import EXPLICIT, associate, store
from tests.lookouts import in_capture
from tests.shares import Share, chance, prose

CLIENT = Host("02:00:00:00:00:0a", "10.1.0.10")
SERVER = Host("02:00:00:00:00:0b", "10.1.0.11")
CLIENT6 = Host("02:00:00:00:00:0a", "2001:db8::10")
SERVER6 = Host("02:00:00:00:00:0b", "2001:db8::11")
SECOND = 1_000_000_000
KINDS = ("docx", "xlsx", "pdf", "jpg", "dcm", "csv")


def encrypted(share: Share, capture: Capture, files: int, *, ending: str = "locked", pause: float = 0.5) -> None:
    """What the simulator does to each file: read it, overwrite it, give it another name, and leave notes."""
    for number in range(files):
        name = f"ward{number % 8}\\file{number}.{KINDS[number % len(KINDS)]}"
        handle = share.open(name)
        share.read(handle, prose(number))
        share.write(handle, chance(number))
        share.close(handle)
        share.rename(name, f"{name}.{ending}")
        if number < 8:
            share.put(f"ward{number}\\note{ending}.txt", b"pay, and get your files back" * 4)
        capture.at += int(pause * SECOND)


@pytest.mark.parametrize(("client", "server"), [(CLIENT, SERVER), (CLIENT6, SERVER6)], ids=["ipv4", "ipv6"])
def test_ransomware_on_a_share_is_found_within_a_minute(tmp_path: Path, client: Host, server: Host) -> None:
    capture = Capture()
    began = capture.at
    with Share(capture, client, server) as share:
        encrypted(share, capture, 120)
    found = in_capture(capture, tmp_path, Setting(networks=("2001:db8::/32",)))
    assert {one.rule for one in found} == {"ransomware.share"}
    assert found[0].at - began < 60 * SECOND
    assert found[0].technique == "T1486"
    assert found[0].subject[-1].value == client.ip
    assert [key.value for key in found[0].peers] == [server.ip]
    assert found[0].places


@pytest.mark.parametrize("ending", ["wncry", "a8f3k2", "lockbit"])
def test_ransomware_is_found_whatever_it_calls_its_files(tmp_path: Path, ending: str) -> None:
    capture = Capture()
    with Share(capture, CLIENT, SERVER) as share:
        encrypted(share, capture, 60, ending=ending, pause=0.3)
    assert "ransomware.share" in {one.rule for one in in_capture(capture, tmp_path)}


def test_a_bulk_rename_that_keeps_extensions_is_work(tmp_path: Path) -> None:
    capture = Capture()
    with Share(capture, CLIENT, SERVER) as share:
        for number in range(400):
            share.rename(f"scans\\IMG{number}.dcm", f"scans\\2026-01-05 {number:04}.dcm")
    assert in_capture(capture, tmp_path) == []


def test_a_conversion_between_usual_extensions_is_work(tmp_path: Path) -> None:
    capture = Capture()
    with Share(capture, CLIENT, SERVER) as share:
        for number in range(200):
            share.rename(f"scans\\IMG{number}.jpeg", f"scans\\IMG{number}.jpg")
        for number in range(200):
            share.put(f"in\\study{number}.dcm.part", bytes(128) + b"DICM" + chance(number, 2000))
            share.rename(f"in\\study{number}.dcm.part", f"in\\study{number}.dcm")
    assert in_capture(capture, tmp_path) == []


def test_a_backup_that_writes_encrypted_archives_is_work(tmp_path: Path) -> None:
    capture = Capture()
    with Share(capture, CLIENT, SERVER, "backup") as share:
        for number in range(60):
            name = f"job\\full{number}.vbk"
            handle = share.open(f"{name}.tmp", 2)
            for part in range(4):
                share.write(handle, chance(number + part), part * 4096)
            share.close(handle)
            share.rename(f"{name}.tmp", name)
        for number in range(60):
            share.delete(f"job\\full{number}.vbk.old")
    assert in_capture(capture, tmp_path) == []


def study(document: bytes = b"") -> bytes:
    """A DICOM file; with a document, an encapsulated PDF."""
    pdf = "1.2.840.10008.5.1.4.1.1.104.1"
    one = Dataset()
    one.SOPClassUID = pdf if document else "1.2.840.10008.5.1.4.1.1.7"
    one.SOPInstanceUID = generate_uid(entropy_srcs=["study"])
    one.Modality = "OT"
    one.StudyInstanceUID = generate_uid(entropy_srcs=["s"])
    if document:
        one.MIMETypeOfEncapsulatedDocument = "application/pdf"
        one.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.file_meta.MediaStorageSOPClassUID = one.SOPClassUID
    one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    out = io.BytesIO()
    one.save_as(out, enforce_file_format=True)
    return out.getvalue()


def hidden(file: bytes) -> bytes:
    """The file with the head of a program in its preamble: PE's is 64 octets, and points behind it."""
    head = bytearray(128)
    head[:2] = b"MZ"
    head[0x3C:0x40] = (0x40).to_bytes(4, "little")
    head[0x40:0x44] = b"PE\0\0"
    return bytes(head) + file[128:]


def test_a_program_in_the_preamble_is_found_and_the_study_stays_readable(tmp_path: Path) -> None:
    whole, plain = hidden(study()), study()
    capture = Capture()
    with Share(capture, CLIENT, SERVER) as share:
        share.put("in\\one.dcm", whole)
    with capture.tcp(CLIENT, SERVER, 80, sport=40_001) as talk:
        talk.client(b"POST /studies HTTP/1.1\r\nHost: pacs\r\nContent-Type: multipart/related; boundary=xyz\r\n")
        body = b"--xyz\r\nContent-Type: application/dicom\r\n\r\n" + whole + b"\r\n--xyz--\r\n"
        talk.client(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    found = [one for one in in_capture(capture, tmp_path) if one.rule == "dicom.preamble"]
    # One finding about the archive, though the file came twice.
    assert [one.subject[-1].value for one in found] == [SERVER.ip]
    assert "preamble: pe" in found[0].reasons
    copy = pydicom.dcmread(io.BytesIO(bytes(128) + whole[128:]))
    assert copy == pydicom.dcmread(io.BytesIO(plain))


def test_a_plain_study_and_one_with_two_faces_are_left_alone(tmp_path: Path) -> None:
    tiff = b"II*\0" + bytes(124) + study()[128:]
    capture = Capture()
    with Share(capture, CLIENT, SERVER) as share:
        share.put("in\\one.dcm", study())
        share.put("in\\two.dcm", tiff)
    assert in_capture(capture, tmp_path) == []


def test_eicar_in_an_encapsulated_document_is_found_in_a_file_and_in_a_c_store(tmp_path: Path) -> None:
    whole = study(b"%PDF-1.7\n" + EICAR + b"\n%%EOF")
    data = whole[132:]
    meta = 12 + int.from_bytes(data[8:12], "little")
    capture = Capture()
    with capture.tcp(CLIENT, SERVER, 104) as talk:
        contexts = [(1, 0, "1.2.840.10008.5.1.4.1.1.104.1", EXPLICIT)]
        talk.client(associate(1, "PACS", "CT1", contexts, "1.2.3", "V1"))
        talk.client(store(data[meta:], sop_class="1.2.840.10008.5.1.4.1.1.104.1"))
    found = in_capture(capture, tmp_path)
    assert [(one.rule, one.subject[-1].value) for one in found] == [("file.test-virus", SERVER.ip)]
    assert "by: dicom" in found[0].reasons
    assert pydicom.dcmread(io.BytesIO(whole)).Modality == "OT"


def test_replay_tells_threats_only_when_asked(tmp_path: Path) -> None:
    capture = Capture()
    with Share(capture, CLIENT, SERVER) as share:
        encrypted(share, capture, 60)
    path = tmp_path / "share.pcap"
    path.write_bytes(capture.octets())
    assert app.replay([path]).findings is None
    (record,) = app.replay([path], findings=True).findings or []
    assert record["rule"] == "ransomware.share" and record["technique"] == "T1486"
    assert record["device"].startswith("d-") and record["peers"] == [SERVER.ip]
    assert record["severity"] == "critical"
    assert record["where"][0]["file"] == "share.pcap" and record["where"][0]["packet"] > 3


@pytest.mark.parametrize("seed", [1, 3])
def test_the_simulated_hospital_is_quiet(tmp_path: Path, seed: int) -> None:
    """Hygiene is told (SMB 1, readable passwords); nothing that happens in an ordinary day is taken for an attack."""
    path = tmp_path / "hospital.pcap"
    hospital.make(devices=150, seed=seed, out=path)
    found = app.replay([path], findings=True).findings or []
    assert [one["rule"] for one in found if one["kind"] == "threat"] == []
