"""No patient attribute leaves a dissector: shown on messages and objects full of them."""

from __future__ import annotations

import pytest

from garde.dissect.medical.dicom import DICOM
from garde.dissect.medical.hl7v2 import HL7V2
from garde.dissect.spec import Fact
from garde.model.key import Key
from tests.captures.dicom.messages import CT, EXPLICIT, associate, data_set, store
from tests.corpus.place import corpus
from tests.playbook import Playbook

#: Segments about people, with unlike words in every component.
PEOPLE = [
    b"PID",
    b"PD1",
    b"NK1",
    b"GT1",
    b"IN1",
    b"IN2",
    b"MRG",
    b"PV1",
    b"PV2",
    b"ROL",
    b"STF",
    b"ARV",
    b"DB1",
    b"AL1",
    b"DG1",
]


def words(facts: list[Fact]) -> set[str]:
    """Every text that the facts carry: values, and the keys they are about."""
    keys = [key for fact in facts for key in ((fact.about,) if isinstance(fact.about, Key) else ()) + fact.also]
    return {fact.value for fact in facts} | {part for key in keys for part in (key.value, *key.value.split("|"))}


def rich(name: bytes) -> bytes:
    fields = (b"^".join(b"%s%dC%d" % (name, field, part) for part in range(1, 9)) for field in range(1, 40))
    return name + b"|" + b"|".join(fields)


@pytest.mark.parametrize("kind", [b"ADT^A01", b"ORU^R01", b"OUL^R22", b"ORM^O01"])
def test_no_component_of_a_patient_segment_is_said(kind: bytes) -> None:
    head = b"MSH|^~\\&|APP|FAC|APP2|FAC2|2020||" + kind + b"|CONTROL1|P|2.6"
    order = b"OBR|1|PLACER1|FILLER1|1^T^L\rORC|NW|PLACER1|FILLER1\rNTE|1||Seen by Dr House\rSPM|1|SPEC1\rSAC|||SAC1"
    result = b"OBX|1|ST|1^T^L|1.0.0.0|RESULT1||||||F||||DOE^JANE|||SN1^M^x.com^DNS"
    prt = b"PRT|1|UC||EQUIP|JANE^DOE^RPL|||NURSE^WARD||SN1^M^x.com^DNS|||||WARDPHONE"
    body = b"\r".join([head, *(rich(name) for name in PEOPLE), order, result, prt])
    facts = Playbook(HL7V2).client(b"\x0b" + body + b"\r\x1c\r")
    assert {"APP", "FAC", "APP2", "FAC2"} <= words(facts)
    for word in words(facts):
        assert not any(word.startswith(name.decode()) and "C" in word for name in PEOPLE), word
        assert word not in {
            "CONTROL1",
            "PLACER1",
            "FILLER1",
            "RESULT1",
            "SPEC1",
            "SAC1",
            "WARDPHONE",
            "JANE",
            "DOE",
            "NURSE",
        }


@pytest.mark.parametrize("explicit", [True, False])
def test_no_element_of_a_patient_is_said(explicit: bool) -> None:
    patient = [(0x0010, number, "LO", b"PAT%04X" % number) for number in range(0x0010, 0x1100, 0x10)]
    study = [
        (0x0008, number, "LO", b"STUDY%04X" % number) for number in (0x0050, 0x0090, 0x1030, 0x103E, 0x1050, 0x1070)
    ]
    device = [(0x0008, 0x0070, "LO", b"ACME"), (0x0008, 0x1090, "LO", b"X1")]
    tail = [
        (0x0018, 0x1000, "LO", b"SN1"),
        (0x0018, 0x1030, "LO", b"STUDYPROTOCOL"),
        (0x0020, 0x0010, "SH", b"STUDYID"),
    ]
    data = data_set(sorted(study + device) + patient + tail, explicit=explicit)
    facts = Playbook(DICOM).client(associate(1, "P", "C", [(1, 0, CT, EXPLICIT)], "1.2", "V") + store(data))
    assert "SN1" in words(facts)
    assert not [word for word in words(facts) if word.startswith(("PAT", "STUDY"))]


def test_no_person_of_the_corpus_is_said() -> None:
    place = corpus()
    if place is None:
        pytest.skip("the corpus is not beside this checkout: set GARDE_CORPUS")
    seen = 0
    for path in sorted(place.glob("hl7/**/*.hl7")):
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        lines = data.replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r")
        people = {
            part.decode("utf-8", "replace")
            for line in lines
            if line[:3] in (b"PID", b"NK1", b"GT1", b"IN1")
            for field in line[4:].replace(b"~", b"^").replace(b"&", b"^").split(b"|")
            for part in field.split(b"^")
            if len(part) >= 3
        }
        # What a header says as well (the name of the hospital that numbers its patients) is not a person's.
        headers = b"\r".join(line for line in lines if line[:3] in (b"MSH", b"EVN", b"SFT")).decode("utf-8", "replace")
        facts = Playbook(HL7V2).client(b"\x0b" + data + b"\r\x1c\r")
        seen += len(facts)
        assert not {word for word in words(facts) & people if word not in headers}, path.name
    assert seen > 100
