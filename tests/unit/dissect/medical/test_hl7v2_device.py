"""Equipment ids in the forms devices write them, the MDC tree, and participation."""

from __future__ import annotations

import pytest

from garde.dissect.medical.hl7v2 import HL7V2
from garde.dissect.spec import SENDER
from garde.model.key import Key
from tests.playbook import Playbook

GE = Key("eui64", "08:00:19:ff:fe:3e:d0:2d")


def report(*segments: bytes, kind: bytes = b"ORU^R01^ORU_R01") -> dict[object, set[tuple[str, str]]]:
    head = b"MSH|^~\\&|GW|ICU|LIS|HOSP|20200101||" + kind + b"|1|P|2.6"
    said: dict[object, set[tuple[str, str]]] = {}
    for fact in Playbook(HL7V2).client(b"\x0b" + b"\r".join([head, *segments]) + b"\r\x1c\r"):
        if not fact.attribute.startswith("hl7."):
            said.setdefault(fact.about, set()).add((fact.attribute, fact.value))
    return said


@pytest.mark.parametrize(
    ("instance", "about", "facts"),
    [
        (b"080019FFFE3ED02D^B40_GE", GE, {("eui64", GE.value), ("model", "B40_GE")}),
        (b"080019FFFE3ED02D^^080019FFFE3ED02D^EUI-64", GE, {("eui64", GE.value)}),
        (
            b"SN1^GE^080019FFFE3ED02D^EUI-64",
            GE,
            {("eui64", GE.value), ("serial", "SN1"), ("manufacturer", "GE")},
        ),
        (
            b"SN1^PUMP9^acme.com^DNS",
            Key("equipment", "acme.com|PUMP9|SN1"),
            {("serial", "SN1"), ("model", "PUMP9"), ("manufacturer", "acme.com")},
        ),
        (b"A17^LAB", Key("equipment", "|LAB|A17"), {("friendly_name", "A17")}),
    ],
)
def test_obx_18(instance: bytes, about: Key, facts: set[tuple[str, str]]) -> None:
    assert report(b"OBX|1|NM|1^X^L||5||||||F|||||||" + instance) == {about: facts}


def test_a_bare_name_is_no_equipment() -> None:
    assert report(b"OBX|1|NM|1^X^L||5||||||F|||||||Unknown") == {}


def test_attributes_of_a_system_reach_the_id_that_stands_elsewhere_in_it() -> None:
    assert report(
        b"OBX|1||69985^MDC_DEV_PUMP_INFUS_MDS^MDC|1.0.0.0|||||||X",
        b"OBX|2|ST|531970^MDC_ID_MODEL_MANUFACTURER^MDC|1.0.0.0|ACME||||||F",
        b"OBX|3|ST|531972^MDC_ID_PROD_SPEC_SERIAL^MDC|1.0.0.0|SN9||||||F",
        b"OBX|4|ST|67880^MDC_ATTR_ID_MODEL^MDC|1.0.0.0|ACME^P1||||||F|||||||080019FFFE3ED02D^^080019FFFE3ED02D^EUI-64",
        b"OBX|5||70001^MDC_DEV_SYS_PT_VENTILATOR_MDS^MDC|2.0.0.0|||||||X|||||||V1^VENT^maker.com^DNS",
        b"OBX|6|NM|151586^MDC_VENT_RESP_RATE^MDC|2.1.1.1|12||||||F",
    ) == {
        GE: {
            ("mdc.code", "69985"),
            ("manufacturer", "ACME"),
            ("model", "P1"),
            ("serial", "SN9"),
            ("eui64", GE.value),
        },
        Key("equipment", "maker.com|VENT|V1"): {
            ("mdc.code", "70001"),
            ("mdc.code", "151586"),
            ("serial", "V1"),
            ("model", "VENT"),
            ("manufacturer", "maker.com"),
        },
    }


def test_a_system_id_in_a_value_names_the_device() -> None:
    assert report(b"OBX|1|ST|67972^MDC_ATTR_SYS_ID^MDC|1.0.0.0|080019FFFE3ED02D^EUI-64||||||F") == {
        GE: {("eui64", GE.value)}
    }


def test_terms_without_any_device_are_the_senders() -> None:
    assert report(b"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1.1.1|72||||||F") == {SENDER: {("mdc.code", "147842")}}


def test_local_codes_and_measured_values_stay() -> None:
    assert report(b"OBX|1|NM|8867-4^Heart rate^LN||72||||||F", b"OBX|2|ST|531972^X^99ACME|1.0.0.0|SN9||||||F") == {}


def test_prt() -> None:
    prt = b"PRT|1|UC||EQUIP^Equipment^HL70912|DOE^JANE|||||SN1^GE^080019FFFE3ED02D^EUI-64||||||00643169001763"
    prt += b"|20140401|20160401|LOT7|SN1||69985^MDC_DEV_PUMP_INFUS_MDS^MDC"
    assert report(b"OBX|1|NM|1^X^L|1.0.0.0|5||||||F", prt) == {
        GE: {
            ("eui64", GE.value),
            ("serial", "SN1"),
            ("manufacturer", "GE"),
            ("udi_di", "00643169001763"),
            ("manufacture_date", "2014-04-01"),
            ("lot", "LOT7"),
            ("mdc.code", "69985"),
        }
    }


@pytest.mark.parametrize("kind", [b"ADT^A01", b"BAR^P01", b"RDE^O11"])
def test_what_a_patient_carries_is_not_read(kind: bytes) -> None:
    prt = b"PRT|1|UC||EQUIP|||||| IMPLANT^PACE^x.com^DNS||||||00643169001763|20140401||LOT7|SN1"
    assert report(b"OBX|1|NM|1^X^L|1.0.0.0|5||||||F|||||||SN1^PACE^x.com^DNS", prt, kind=kind) == {}
