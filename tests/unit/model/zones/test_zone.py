"""What a policy's id vouches for."""

import msgspec
import pytest

from garde.model.zones.zone import Conduit, Rule, Zone, drafted, intact

ZONES = (Zone(name="Z2", fr="Imagerie", en="Imaging"), Zone(name="Z5", fr="SIH", en="Information system"))
RULE = Rule(source="zone:Z2", target="kind:PACS", protocol="tcp", low=104, high=104)
WAY = Conduit(source="Z2", target="Z5", rules=(RULE,))


def test_order_time_and_name_do_not_matter() -> None:
    one, other = drafted("a", 1, ZONES, [WAY]), drafted("b", 2, ZONES[::-1], [WAY])
    assert one.id == other.id and one.zones == other.zones


def test_a_changed_rule_is_another_policy() -> None:
    wider = msgspec.structs.replace(WAY, rules=(msgspec.structs.replace(RULE, high=11112),))
    assert drafted("a", 1, ZONES, [WAY]).id != drafted("a", 1, ZONES, [wider]).id


def test_altered_behind_its_id() -> None:
    policy = drafted("a", 1, ZONES, [WAY])
    assert intact(policy) and not intact(msgspec.structs.replace(policy, conduits=()))


@pytest.mark.parametrize(("zones", "ways"), [((ZONES[0], ZONES[0]), ()), ((), (WAY, WAY))])
def test_twice_is_a_mistake(zones: tuple[Zone, ...], ways: tuple[Conduit, ...]) -> None:
    with pytest.raises(ValueError, match="twice"):
        drafted("a", 1, zones, ways)


@pytest.mark.parametrize(("low", "high", "ports"), [(0, 0, "any"), (104, 104, "104"), (104, 110, "104-110")])
def test_ports_in_words(low: int, high: int, ports: str) -> None:
    assert Rule(source="any", target="any", protocol="tcp", low=low, high=high).ports == ports
