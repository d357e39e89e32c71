"""Permits: what a policy is in addresses, and what stays out of them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.zones.zone import Conduit, Policy, Rule, Zone, drafted
from garde.zones.exports.neutral import Host, Members, Objects, decoded, in_order, label, prefixes, resolved
from tests.policies import OBJECTS, POLICY, US, ruleset

ADDRESSES = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)


def one(**parts: object) -> Policy:
    rule = Rule(**({"source": "any", "target": "ip:10.0.0.1", "protocol": "tcp", "low": 1, "high": 1} | parts))  # type: ignore[arg-type]
    return drafted("x", 0, [Zone(name="A", fr="A", en="A")], [Conduit(source="A", target="B", rules=(rule,))])


def test_hardware_addresses_name_the_sources_and_addresses_the_targets() -> None:
    dicom = next(one for one in ruleset().permits if one.low == 104)
    assert dicom.sources == ("00:09:fb:12:34:56", "00:09:fb:12:34:57")
    assert dicom.targets == ("10.20.0.8/31", "2001:db8:20::8/128")
    assert (dicom.way, dicom.target, dicom.dscp) == ("Z2>Z5", "kind:pacs", 18)


def test_a_rule_does_not_mean_devices_outside_its_conduit() -> None:
    assert "00:09:fb:12:34:58" not in {one for permit in ruleset().permits for one in permit.sources}
    assert "00:09:fb:12:34:58" in OBJECTS.of(US, "any", POLICY).macs


def test_a_zone_is_its_networks_and_its_hosts() -> None:
    assert OBJECTS.of("zone:Z2", "Z2", POLICY).addresses == ("10.2.0.0/24", "2001:db8:2::/64")
    assert OBJECTS.sources("zone:Z2", "Z2", POLICY)[:1] == ("00:09:fb:12:34:56",)
    assert OBJECTS.of("zone:Z2", "Z1", POLICY) == Members()
    assert OBJECTS.of("zone:Z2", "any", POLICY) == OBJECTS.of("zone:Z2", "Z2", POLICY)


def test_anyone_in_a_zone_is_the_zone() -> None:
    found, _ = resolved(
        one(), Objects(hosts=(Host(id="a", zone="A", addresses=("10.0.0.9",)),)), generation=1, mode="observe"
    )
    assert (found.permits[0].source, found.permits[0].sources) == ("zone:A", ("10.0.0.9/32",))


def test_a_host_without_hardware_address_is_a_source_by_its_addresses() -> None:
    assert OBJECTS.sources("kind:pacs", "Z5", POLICY) == ("10.20.0.8/31", "2001:db8:20::8/128")
    assert OBJECTS.sources(US, "Z2", POLICY) == ("00:09:fb:12:34:56", "00:09:fb:12:34:57")


def test_what_has_no_address_is_told_and_permits_nobody() -> None:
    found, unknown = resolved(POLICY, OBJECTS, generation=1, mode="enforce")
    assert unknown == ("Z5 name:update.acme.example",)
    assert [one.targets for one in found.permits if f"Z5 {one.target}" == unknown[0]] == [()]


def test_a_rule_that_has_ended_is_left_out() -> None:
    later, unknown = resolved(POLICY, OBJECTS, generation=1, mode="enforce", at=10**18)
    assert len(later.permits) == len(ruleset().permits) - 1
    assert unknown == ()


def test_numbers_and_names_of_a_protocol_are_one() -> None:
    for number, name in (("6", "tcp"), ("17", "udp")):
        found = resolved(one(protocol=number), OBJECTS, generation=1, mode="observe")[0]
        assert found.permits[0].protocol == name


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"protocol": "tcpp"}, "export.protocol"),
        ({"protocol": "256"}, "export.protocol"),
        ({"protocol": "tcp; drop"}, "export.protocol"),
        ({"low": 5, "high": 4}, "export.ports"),
        ({"low": 5, "high": 0}, "export.ports"),
        ({"high": 65536}, "export.ports"),
        ({"protocol": "icmp"}, "export.ports"),
        ({"dscp": 64}, "export.dscp"),
        ({"target": "ip:10.0.0.1; drop"}, "export.address"),
        ({"target": "ip:fe80::1%eth0"}, "export.address"),
    ],
)
def test_a_rule_that_is_none_is_malformed(parts: dict[str, object], code: str) -> None:
    with pytest.raises(Malformed, match=code):
        resolved(one(**parts), OBJECTS, generation=1, mode="observe")


def test_an_unknown_mode_or_no_generation_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="loud"):
        resolved(POLICY, OBJECTS, generation=1, mode="loud")
    with pytest.raises(ValueError, match="generation 0"):
        resolved(POLICY, OBJECTS, generation=0, mode="observe")


def test_soft_stops_all_zones_but_the_spared() -> None:
    soft = ruleset("soft")
    assert soft.spared.addresses == ("10.1.0.0/24", "2001:db8:1::/64")
    assert "00:09:fb:99:00:01" in soft.low.macs
    assert "10.20.0.0/24" in soft.low.addresses
    assert ruleset("enforce").low == Members()


@given(st.text(max_size=200))
def test_a_label_is_safe_in_any_comment(name: str) -> None:
    found = label(name)
    assert len(found) <= 60
    assert not set(found) & set(" \"'\n\r\\{};#>")
    assert found.isascii()


@given(st.text(min_size=61, max_size=90, alphabet="ab"), st.text(min_size=61, max_size=90, alphabet="ab"))
def test_two_long_names_are_two_labels(name: str, other: str) -> None:
    assert (label(name) == label(other)) == (name == other)


@given(st.lists(ADDRESSES, max_size=12))
def test_prefixes_cover_exactly_the_addresses(addresses: list[str]) -> None:
    found = [ipaddress.ip_network(one) for one in prefixes(addresses)]
    assert sum(one.num_addresses for one in found) == len({ipaddress.ip_address(one) for one in addresses})
    assert prefixes(reversed(addresses)) == prefixes(map(str, found))


def test_an_address_that_is_none_is_malformed() -> None:
    with pytest.raises(Malformed, match=r"export\.address"):
        Members(addresses=("10.0.0.300",)).tidy()
    with pytest.raises(Malformed, match=r"key\.mac"):
        Members(macs=("nothing",)).tidy()


def test_order_does_not_depend_on_the_order_of_rules() -> None:
    assert in_order(reversed(ruleset().permits)) == ruleset().permits


def test_a_text_with_other_characters_is_malformed() -> None:
    assert decoded("Écho".encode()) == "Écho"
    for data in (b"\xff", b"\x1b[2J", "a\x00"):
        with pytest.raises(Malformed):
            decoded(data)


def test_objects_are_looked_up_in_one_spelling() -> None:
    host = Host(id="x", zone="A", kind="x", macs=("00-09-FB-00-00-01",), addresses=("10.0.0.1", "10.0.0.0"))
    found = Objects(hosts=(host,)).of("kind:x", "A", POLICY)
    assert found == Members(macs=("00:09:fb:00:00:01",), addresses=("10.0.0.0/31",))
