"""Files: what goes by that is not what it says, or that every scanner knows.

Question: is a program hidden in a medical image or a document, and is a known test or malware file among what passes?
Reference: domain note 09 §4, DCM-05 (CVE-2019-11687: the 128 octets before ``DICM`` are anybody's); DICOM PS3.10 §7.1;
EICAR (2003). A TIFF header in the preamble is a whole-slide image with two faces, and allowed. Memory: none. Left out:
what needs YARA rules; `garde.detect.intelligence.yara`.

Example:
    >>> preamble(b"MZ" + bytes(126) + b"DICM"), preamble(bytes(128) + b"DICM")
    ('pe', '')
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import Alarm, Deaf, Detector
from garde.wire.signal import Signal

#: EICAR's test string, in two parts, so that this file is not taken for one.
EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_ALLOWED: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PREAMBLES: Final = (
    (b"MZ", "pe"),
    (b"\x7fELF", "elf"),
    (b"\xfe\xed\xfa\xce", "macho"),
    (b"\xfe\xed\xfa\xcf", "macho"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\xca\xfe\xba\xbe", "macho"),
    (b"#!", "script"),
    (b"PK\x03\x04", "zip"),
    (b"%PDF", "pdf"),
    (b"<script", "script"),
    (b"<html", "html"),
    (b"<?php", "script"),
)
#: Extensions under which programs of Windows are delivered.
_PROGRAM_NAMES: Final = frozenset(
    {"exe", "dll", "msi", "msu", "cab", "sys", "ocx", "cpl", "scr", "bin", "psf", "dat", "efi"}
)
#: Where malware of the kind is reported.
_WAYS: Final = {"smb", "http", "ftp", "dicom", "hl7", "stream"}


def preamble(data: bytes) -> str:
    """What stands in the preamble of a DICOM file that does not belong there; empty when nothing does."""
    if data[128:132] != b"DICM":
        return ""
    head = data[:128].lstrip() if data[:1].isspace() else data[:128]
    if not any(head) or head.startswith(_ALLOWED):
        return ""
    return next((name for octets, name in _PREAMBLES if head.lower().startswith(octets.lower())), "")


def program(data: bytes) -> str:
    """``pe`` or ``elf`` when the data is a program as a whole, else empty."""
    if data.startswith(b"\x7fELF") and data[4:5] in (b"\1", b"\2"):
        return "elf"
    if data.startswith(b"MZ") and len(data) >= 0x40:
        at = int.from_bytes(data[0x3C:0x40], "little")
        return "pe" if data[at : at + 4] == b"PE\0\0" else ""
    return ""


class _Sense(Deaf):
    def signal(self, one: Signal) -> Iterator[Alarm]:
        data, by = one.octets, one.text("by")
        if by not in _WAYS:
            return
        if EICAR in data:
            yield self._about(one, "file.test-virus", 99, ("file: EICAR", f"by: {by}"), by)
        found = preamble(data)
        if found:
            yield self._about(one, "dicom.preamble", 95, (f"preamble: {found}", f"by: {by}"), found)
        kind = program(data)
        # A program inside a report or a study, where only documents and images are carried.
        if kind and by in ("dicom", "hl7"):
            yield self._about(one, "file.program-in-record", 90, (f"format: {kind}", f"by: {by}"), by)
        elif kind and by == "http" and not self._setting.inside(one.sender.ip):
            odd = _disguised(one, kind)
            if odd:
                yield self._about(one, "file.disguised", 75, (f"format: {kind}", *odd), by)

    @staticmethod
    def _about(one: Signal, rule: str, confidence: int, reasons: tuple[str, ...], identifier: str) -> Alarm:
        size = f"octets: at least {len(one.octets)}"
        return Alarm(rule, one.receiver, confidence, (one.sender,), (*reasons, size), (one.packet,), identifier)


def _disguised(one: Signal, kind: str) -> tuple[str, ...]:
    """What speaks against a download: a type or a name that promises no program, or a server without a name."""
    said, host, ext = one.text("type"), one.text("host"), one.text("ext")
    promises = said.startswith(("image/", "text/", "audio/", "video/", "application/pdf", "application/json", "font/"))
    return (
        *((f"said to be: {said}",) if promises else ()),
        *((f"extension: {ext}",) if kind == "pe" and ext and ext not in _PROGRAM_NAMES else ()),
        *(("server: no name",) if host and host.replace(".", "").isdigit() else ()),
    )


FILES: Final = Detector(
    name="files",
    rules=frozenset({"dicom.preamble", "file.disguised", "file.program-in-record", "file.test-virus"}),
    sense=_Sense,
    signals=frozenset({"file.seen"}),
)
