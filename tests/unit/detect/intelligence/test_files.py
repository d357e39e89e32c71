"""Files: programs in preambles and records, disguised downloads, EICAR."""

from __future__ import annotations

import pytest

from garde.detect.intelligence.files import EICAR, FILES, preamble, program
from tests.lookouts import Scene, end

WHO, TO = end("10.0.0.66"), end("10.0.0.9", 80)
PE = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(60)


def dicom(head: bytes) -> bytes:
    return head.ljust(128, b"\0") + b"DICM" + bytes(40)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (PE, "pe"), (b"\x7fELF\2", "elf"), (b"\xcf\xfa\xed\xfe", "macho"), (b"\xca\xfe\xba\xbe", "macho"),
        (b"#!/bin/sh", "script"),
        (b"PK\3\4", "zip"), (b"%PDF-1.4", "pdf"), (b"<script>", "script"), (b"II*\0", ""), (b"MM\0*", ""), (b"", ""),
    ],
    ids=lambda value: repr(value)[:12],
)  # fmt: skip
def test_preambles(head: bytes, found: str) -> None:
    assert preamble(dicom(head)) == found
    assert preamble(head.ljust(128, b"\0") + b"DICX") == ""


def test_a_hidden_program_is_told_of_who_gets_it() -> None:
    scene = Scene(FILES)
    scene.tell("file.seen", WHO, TO, octets=dicom(b""), by="http")
    assert scene.rules == []
    scene.tell("file.seen", WHO, TO, octets=dicom(PE), by="http")
    assert [(one.rule, one.subject[-1].value) for one in scene.threats] == [("dicom.preamble", "10.0.0.9")]


def test_a_program_in_a_record_and_a_report_in_a_record() -> None:
    scene = Scene(FILES)
    scene.tell("file.seen", WHO, TO, octets=b"%PDF-1.4 a report", by="hl7")
    scene.tell("file.seen", WHO, TO, octets=PE, by="smb")
    assert scene.rules == []
    scene.tell("file.seen", WHO, TO, octets=PE, by="hl7")
    assert scene.rules == ["file.program-in-record"]


def test_a_download_that_says_it_is_a_picture() -> None:
    scene = Scene(FILES)
    outside = end("93.184.216.34", 80)
    scene.tell("file.seen", outside, WHO, octets=PE, by="http", type="application/octet-stream")
    assert scene.rules == []
    scene.tell("file.seen", outside, WHO, octets=PE, by="http", type="image/png")
    assert scene.rules == ["file.disguised"]


@pytest.mark.parametrize(
    ("host", "ext", "rules"),
    [
        ("93.184.216.34", "exe", 1),
        ("cdn.example.org", "jpg", 1),
        ("cdn.example.org", "exe", 0),
        ("cdn.example.org", "", 0),
    ],
)
def test_a_download_from_a_server_without_a_name_or_under_another_name(host: str, ext: str, rules: int) -> None:
    scene = Scene(FILES)
    scene.tell("file.seen", end("93.184.216.34", 80), WHO, octets=PE, by="http", type="x/y", host=host, ext=ext)
    assert scene.rules == ["file.disguised"] * rules


def test_eicar_and_programs() -> None:
    scene = Scene(FILES)
    scene.tell("file.seen", WHO, TO, octets=b"x" + EICAR, by="ftp")
    assert scene.rules == ["file.test-virus"]
    assert program(PE) == "pe" and program(b"MZ" + bytes(200)) == "" and program(b"\x7fELF\1") == "elf"
