"""Every kind has a zone by a rule that can be named; a site's file loads through the same reader, or is refused."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.config import PRIVATE
from garde.errors import Malformed, Missing
from garde.inventory.kinds import kinds
from garde.zones.plan import load, packaged, parse

SMALL = """
[[zone]]
name = "A"
fr = "a"
en = "a"
networks = ["10.1.0.0/16", "fd00:1::/64"]
closed = true
[[zone]]
name = "B"
fr = "b"
en = "b"
groups = ["medical"]
networks = ["10.1.2.0/24"]
[[zone]]
name = "S"
fr = "s"
en = "s"
onboarding = true
[[zone]]
name = "O"
fr = "o"
en = "o"
outside = true
[[conduit]]
source = "*"
target = "B"
fr = "f"
en = "e"
services = ["udp/53", "icmp"]
"""


def test_every_kind_of_the_catalogue_has_a_zone_that_is_not_onboarding() -> None:
    plan = packaged()
    for kind in kinds().values():
        placed = plan.zone_of(kind.name, kind.response, kind.group)
        assert placed.zone != plan.onboarding, kind.name
        assert kind.response != "RP0" or kind.group != "medical" or placed.zone in ("Z1", "Z2", "Z4"), kind.name


@pytest.mark.parametrize(
    ("kind", "zone"),
    [
        ("VENT_ICU", "Z1"),
        ("FLUORO", "Z2"),
        ("CHEM", "Z3"),
        ("MON_CENT", "Z4"),
        ("PACS", "Z5"),
        ("MEDGAS", "Z6"),
        ("BED", "Z7"),
        ("unknown", "Z8"),
        ("TV", "Z10"),
        ("PRINT", "Z11"),
        ("SWITCH", "Z12"),
    ],
)
def test_the_packaged_plan_places_a_kind(kind: str, zone: str) -> None:
    row = kinds().get(kind)
    assert packaged().zone_of(kind, row.response if row else "", row.group if row else "").zone == zone


def test_a_person_outranks_a_closed_network_which_outranks_the_kind() -> None:
    plan = parse(SMALL)
    assert plan.zone_of("CT", "RP2", "medical", ["10.1.9.9"], "B")[:2] == ("B", "person")
    assert plan.zone_of("CT", "RP2", "medical", ["10.1.9.9"])[:2] == ("A", "closed")
    assert plan.zone_of("CT", "RP2", "medical", ["fd00:1::7"])[:2] == ("A", "closed")
    assert plan.zone_of("CT", "RP2", "medical", ["10.9.9.9"], "nowhere")[:2] == ("B", "group")
    assert plan.zone_of("", "", "", ["10.1.2.9"])[:2] == ("B", "network")
    assert plan.zone_of("", "", "", ["no address"])[:2] == ("S", "unknown")


def test_the_sentence_names_what_decided() -> None:
    placed = packaged().zone_of("CT", "RP2", "medical")
    assert "CT" in placed.fr and "CT" in placed.en and placed.fr != placed.en


def test_addresses_beyond_the_site_are_outside() -> None:
    plan = packaged().within(["10.0.0.0/8", "fd00::/8"])
    assert [plan.zone_at(one) for one in ("10.1.1.1", "fd00::1", "fe80::1", "00:11:22:33:44:55")] == ["Z8"] * 4
    assert [plan.zone_at(one) for one in ("192.0.2.1", "2001:db8::1")] == ["OUT", "OUT"]


@given(
    st.ip_addresses(),
    st.sampled_from([("10.0.0.0/8", "fd00::/8"), ("10.1.2.0/24", "10.1.0.0/16"), ("0.0.0.0/0",), PRIVATE]),
)
def test_the_outside_is_told_in_addresses(address: IPv4Address | IPv6Address, site: tuple[str, ...]) -> None:
    (outside,) = (zone for zone in packaged().within(site).zones if zone.name == "OUT")
    inside = any(address in ip_network(one) for one in site)
    told = any(address in ip_network(one) for one in outside.networks)
    group = address in ip_network("224.0.0.0/3") or address in ip_network("ff00::/8")
    assert told is (not inside and not group)


def test_every_zone_does_not_mean_the_outside() -> None:
    plan = packaged()
    assert plan.allows("Z1", "Z5", "udp", 123) and not plan.allows("OUT", "Z5", "udp", 53)
    assert not plan.allows("Z1", "Z1", "tcp", 445) and plan.allows("Z5", "Z2", "icmp", 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('name = "B"', 'nam = "B"'), "plan.field"),
        (('name = "B"', 'name = "A"'), "plan.value"),
        (("onboarding = true", ""), "plan.value"),
        (("outside = true", "onboarding = true"), "plan.value"),
        (('target = "B"', 'target = "C"'), "plan.value"),
        (("udp/53", "udp/99999"), "plan.value"),
        (("udp/53", "smtp"), "plan.value"),
        (("10.1.0.0/16", "10.1.0.0/99"), "plan.network"),
        (('name = "A"', 'name = "A"\nlevel = 7'), "plan.value"),
        (('name = "A"', 'name = "A"\nvlan = 5000'), "plan.value"),
        (('name = "A"', 'name = "A"\nkinds = ["CT", "CT"]'), "plan.value"),
        (('name = "A"', 'name = "a b"'), "plan.value"),
    ],
)
def test_a_plan_with_a_mistake_is_refused_by_name(change: tuple[str, str], code: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(SMALL.replace(change[0], change[1], 1), "own.toml")
    assert caught.value.code == code and caught.value.where.startswith("own.toml")


@given(st.text(max_size=300))
def test_any_text_is_a_plan_or_malformed(text: str) -> None:
    try:
        parse(text)
    except Malformed:
        return
    raise AssertionError("a plan without zones was taken")


def test_a_site_loads_its_own_file(tmp_path: Path) -> None:
    own = tmp_path / "plan.toml"
    own.write_text(SMALL, "utf-8")
    assert list(load(str(own)).areas) == ["A", "B", "S", "O"]
    assert load().areas.keys() == packaged().areas.keys()
    with pytest.raises(Missing):
        load(str(tmp_path / "none.toml"))
