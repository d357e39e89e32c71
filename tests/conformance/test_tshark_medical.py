"""DICOM and HL7 v2: Garde and tshark read the same fields in the same captures, the golden ones and the corpus's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from garde.model.observation import Observation
from tests.captures.golden import observations
from tests.corpus.place import captures

GOLDEN = Path(__file__).parents[1] / "captures"
#: tshark's name of a tag → Garde's attribute.
ELEMENTS = {
    "0008,0060": "dicom.modality",
    "0008,0070": "manufacturer",
    "0008,0080": "facility",
    "0008,1010": "dicom.station_name",
    "0008,1040": "ward",
    "0008,1090": "model",
    "0018,1000": "serial",
    "0018,1020": "software",
}
_ELEMENT = re.compile(r"^\s+\((\w{4},\w{4})\)\s+\d+ .{44,46}\[\w\w\] (.*)$", re.M)


def of(protocol: str) -> list[Path]:
    """Captures in which tshark finds the protocol: cheap to tell by name for ours, by the index for the corpus."""
    words = {"dicom": ("dicom", "ct_to_pacs"), "hl7": ("hl7",)}[protocol]
    found = sorted(GOLDEN.glob(f"{protocol}/{protocol}.pcap")) + captures()
    return [path for path in found if any(word in path.name.lower() for word in words)]


def tshark(path: Path, *options: str) -> str:
    done = subprocess.run(["tshark", "-r", path, *options], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8", "replace")


def columns(path: Path, *fields: str, where: str) -> list[list[str]]:
    options = [word for field in fields for word in ("-e", field)]
    out = tshark(path, "-Y", where, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;", *options)
    return [line.split("\t") for line in out.splitlines()]


def values(seen: list[Observation], attribute: str, source: str) -> set[str]:
    return {one.value for one in seen if one.attribute == attribute and one.source == source}


@pytest.mark.parametrize("path", of("dicom"), ids=lambda path: path.stem)
def test_associations(path: Path) -> None:
    seen = observations(path)
    rows = columns(
        path,
        "dicom.assoc.ae.called",
        "dicom.assoc.ae.calling",
        "dicom.userinfo.uid",
        "dicom.userinfo.version",
        "dicom.pctx.abss.syntax",
        where="dicom.pdu.type in {1, 2}",
    )
    assert rows
    titles = {value.strip() for row in rows for value in row[:2]}
    assert values(seen, "dicom.ae", "dicom.association") == titles
    assert values(seen, "dicom.implementation_uid", "dicom.association") == {row[2].strip() for row in rows}
    assert values(seen, "dicom.implementation_version", "dicom.association") == {row[3].strip() for row in rows} - {""}
    uids = {uid for row in rows for uid in re.findall(r"\(?([\d.]{8,})\)?(?:;|$)", row[4].replace(")", ""))}
    assert values(seen, "dicom.proposes", "dicom.association") == uids


@pytest.mark.parametrize("path", of("dicom"), ids=lambda path: path.stem)
def test_data_sets(path: Path) -> None:
    said: dict[str, set[str]] = {}
    for tag, value in _ELEMENT.findall(tshark(path, "-Y", "dicom", "-V")):
        if tag in ELEMENTS and value.strip():
            said.setdefault(ELEMENTS[tag], set()).add(ascii_only(" ".join(value.strip().split("\\"))))
    seen = observations(path)
    ours = {name: {ascii_only(value) for value in values(seen, name, "dicom.dataset")} for name in ELEMENTS.values()}
    assert {name: found for name, found in ours.items() if found} == said


def ascii_only(value: str) -> str:
    """tshark shows other character sets as replacement characters."""
    return re.sub(r"[^\x20-\x7e]+", "?", value)


@pytest.mark.parametrize("path", of("hl7"), ids=lambda path: path.stem)
def test_messages(path: Path) -> None:
    # On a port it does not know, tshark looks for HL7 only from the first recognised message on: tell it.
    root = ElementTree.fromstring(tshark(path, "-d", "tcp.port==6661,hl7", "-Y", "hl7", "-T", "pdml"))
    said: dict[str, set[str]] = {}
    for segment in root.iter("field"):
        if segment.get("name") != "hl7.segment":
            continue
        name = (segment.get("show") or "")[:3]
        for field in segment:
            number, value = (field.get("showname") or "field 0: ").removeprefix("field ").split(": ", 1)
            attribute = FIELDS.get((name, int(number)))
            part = value.split("^")[0]
            if attribute == "hl7.message_type":
                part = "^".join(value.split("^")[:2])
            if attribute and part:
                said.setdefault(attribute, set()).add(part)
    seen = observations(path)
    assert said
    for attribute, found in said.items():
        assert values(seen, attribute, "hl7") == found, attribute


#: (segment, tshark's number of the field, which counts the segment's name except in MSH) → Garde's attribute.
FIELDS = {
    ("MSH", 3): "hl7.application",
    ("MSH", 4): "hl7.facility",
    ("MSH", 5): "hl7.application",
    ("MSH", 6): "hl7.facility",
    ("MSH", 9): "hl7.message_type",
    ("MSH", 12): "hl7.version",
    ("MSH", 21): "hl7.profile",
    ("EVN", 8): "hl7.facility",
    ("SFT", 2): "manufacturer",
    ("SFT", 3): "software",
    ("MSA", 2): "hl7.acknowledgement",
}


def test_there_is_something_to_compare() -> None:
    assert of("dicom") and of("hl7")
