"""Attributes to the octet (domain note 04 §2)."""

from __future__ import annotations

import pytest

from garde.model.zones.place import MAB, AccessRequest, placed
from garde.zones.attributes import NUMBERS, PRIORITY, Attribute, attributes, encoded
from garde.zones.rulebook import CLASSES

ASKED = AccessRequest(at=5, mac="00:09:fb:01:02:03", kind=MAB)


@pytest.mark.parametrize(
    ("one", "octets"),
    [
        (Attribute("Tunnel-Type", "VLAN"), "40060000000d"),
        (Attribute("Tunnel-Medium-Type", "IEEE-802"), "410600000006"),
        (Attribute("Tunnel-Private-Group-Id", "120"), "5105313230"),
        (Attribute("Filter-Id", "STAGE.in"), "0b0a53544147452e696e"),
        (Attribute("Session-Timeout", "3600"), "1b0600000e10"),
        (Attribute("Termination-Action", "RADIUS-Request"), "1d0600000001"),
        (Attribute("Class", "0x706c2d61"), "1906706c2d61"),
        (Attribute("User-Priority-Table", "0x0505050505050505"), "3b0a0505050505050505"),
        (Attribute("Cisco-AVPair", "a=b"), "1a0b00000009010561" + "3d62"),
        (Attribute("Aruba-User-Role", "bed"), "1a0b000039e70105626564"),
    ],
    ids=lambda value: value.name if isinstance(value, Attribute) else "",
)
def test_the_octets_of_each(one: Attribute, octets: str) -> None:
    assert encoded([one]).hex() == octets


def test_everything_a_placement_gives_in_its_order() -> None:
    one = placed(ASKED, vlan=120, acl="A", role="r", cisco=("a=b", "c=d"), dscp="M1", seconds=3600)
    found = attributes(one)
    assert [each.name for each in found] == [
        "Tunnel-Type", "Tunnel-Medium-Type", "Tunnel-Private-Group-Id", "Filter-Id", "Cisco-AVPair", "Cisco-AVPair",
        "Aruba-User-Role", "User-Priority-Table", "Session-Timeout", "Termination-Action", "Class",
    ]  # fmt: skip
    assert {each.name for each in found} == set(NUMBERS)
    assert bytes.fromhex(found[-1].value[2:]).decode() == one.id


def test_what_is_not_said_is_left_to_the_switch() -> None:
    assert [one.name for one in attributes(placed(ASKED))] == ["Class"]
    assert attributes(placed(ASKED, accepted=False, vlan=1)) == ()


def test_every_class_of_traffic_has_a_priority() -> None:
    assert set(PRIORITY) == set(CLASSES) - {""}


def test_a_value_that_does_not_fit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="253"):
        encoded([Attribute("Filter-Id", "x" * 254)])
