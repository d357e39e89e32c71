"""A flow gets its class by what its ends are, never by what it carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.inventory.kinds import kinds
from garde.zones.marking import packaged, parse

ONE = '[[class]]\nname = "M1"\nfr = "a"\nen = "a"\ndscp = [46]\npriority = 5\n'


@pytest.mark.parametrize(
    ("source", "target", "protocol", "port", "service", "name"),
    [
        ("MON_CENT", "MON_BED", "udp", 24105, "", "M1"),
        ("VENT_ICU", "GATE", "tcp", 50123, "sdc", "M1"),
        ("INF_SYR", "SERVER", "tcp", 2575, "", "M3"),
        ("PHONE", "SERVER", "udp", 5060, "", "M4"),
        ("CT", "PACS", "tcp", 11112, "dicom", "M5"),
        ("SERVER", "NAS", "tcp", 445, "", "M6"),
        ("SERVER", "SWITCH", "udp", 161, "", "NC"),
    ],
)
def test_classes_by_role(source: str, target: str, protocol: str, port: int, service: str, name: str) -> None:
    found = packaged().of(source, target, protocol, port, service)
    assert found is not None and found.name == name


def test_the_ports_of_alarms_and_voice_are_urgent_and_those_of_images_are_not() -> None:
    assert packaged().urgent >= {24105, 5060} and not packaged().urgent & {104, 445, 2575}


def test_ordinary_traffic_has_no_class() -> None:
    assert packaged().of("WORKSTATION", "PRINT", "tcp", 9100) is None


def test_the_rows_name_kinds_of_the_catalogue() -> None:
    marking = packaged()
    assert {kind for role in marking._roles for kind in (*role.source, *role.target)} <= kinds().keys()
    assert all(one.fr != one.en for one in marking.classes.values())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ONE.replace("46", "64"), "marking.dscp"),
        (ONE.replace("[46]", "[]"), "marking.dscp"),
        (ONE.replace("5", "8"), "marking.priority"),
        (ONE + '[[role]]\nclass = "M9"\nprotocol = "tcp"\n', "marking.class"),
        (ONE + '[[role]]\nklass = "M1"\nprotocol = "tcp"\n', "marking.field"),
    ],
)
def test_a_mistake_is_named(text: str, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text)
    assert caught.value.code == code


@given(st.text(max_size=200))
def test_any_text_is_a_marking_or_malformed(text: str) -> None:
    try:
        parse(text)
    except Malformed as error:
        assert error.code.startswith("marking.")
