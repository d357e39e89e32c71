"""A small hospital: the ways to its record, and what closing one takes away."""

from __future__ import annotations

import pytest

from garde.errors import Malformed, Missing
from garde.model.device import Device
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.zones.zone import Conduit, Policy, Rule, Zone, drafted
from garde.pipeline.risk.attacks import Attack, as_record, attack, ground_of, group_of, pair, zone_in
from garde.risk.exposure import MONTH
from garde.risk.vulnerability.score import Facts, Seen, Weakness

SITE = ("10.0.0.0/8",)


def device(number: int, kind: str, net: int = 0) -> Device:
    return Device(id=f"d-{number}", keys=(Key("ip", f"10.0.{net}.{number}"),), kind=kind)


def talk(source: str, target: str, service: str = "smb", at: int = 0) -> Conversation:
    return Conversation(
        id=f"{source}>{target}", at=at, sensor="s", source=Key("ip", source), target=Key("ip", target),
        protocol="tcp", service=service, port=445,
    )  # fmt: skip


PC, CT, PACS, EHR = device(1, "WORKSTATION"), device(2, "CT"), device(3, "PACS"), device(4, "EHR")
DEVICES = (PC, CT, PACS, EHR)
TALKS = (
    talk("9.9.9.9", "10.0.0.1", "http"), talk("10.0.0.1", "10.0.0.2"), talk("10.0.0.2", "10.0.0.3", "dicom"),
    talk("10.0.0.1", "10.0.0.4", "tls"),
)  # fmt: skip


def found(start: str, *close: tuple[str, str], **more: object) -> Attack:
    ground = ground_of(DEVICES, {}, more.pop("talks", TALKS), networks=SITE)  # type: ignore[arg-type]
    return attack(ground, start, close=close, **more)  # type: ignore[arg-type]


def ways(one: Attack) -> list[str]:
    return [path.words for path in one.ways]


def test_from_everywhere() -> None:
    assert ways(found("internet")) == ["internet > d-1 > d-4", "internet > d-1 > d-2 > d-3"]
    assert ways(found("office")) == ["office > d-4", "office > d-2 > d-3"]
    assert ways(found("d-2")) == ["d-2 > d-3"]
    assert ways(found("internet", to=("EHR",))) == ["internet > d-1 > d-4"]
    assert ways(found("internet", most=1)) == ["internet > d-1 > d-4"]
    assert ways(found("d-3")) == []


def test_closing_shows_what_it_takes_away() -> None:
    one = found("office", ("computer", "information"))
    assert one.effect is not None and [path.words for path in one.effect.vanished] == ["office > d-4"]
    assert one.effect.lost == ("d-4",) and one.effect.after < one.effect.before
    record = as_record(one)
    assert record["effect"]["vanished"] == ["office > d-4"] and len(record["effect"]["paths"]) == 1
    assert record["paths"][0]["steps"][0]["because"] == ["10.0.0.1>10.0.0.4"]
    assert "effect" not in as_record(found("office"))
    both = found("office", ("computer", "information"), ("medical", "information"))
    assert both.effect is not None and both.effect.after == 0.0


def test_what_is_wrong_with_a_device_makes_the_way_over_it_likelier() -> None:
    facts = {
        "d-2": Facts(weaknesses=(Weakness(id="CVE-2017-0144", severity=8.1, exploited=True),), seen=(Seen("smb1"),)),
        "d-3": Facts(weaknesses=(Weakness(id="CVE-2021-1", severity=9.8, exploited=True),)),
    }
    ground = ground_of(DEVICES, facts, TALKS, networks=SITE)
    assert ways(attack(ground, "office")) == ["office > d-2 > d-3", "office > d-4"]


def test_what_was_seen_a_month_before_the_last_does_not_count() -> None:
    later = (talk("10.0.0.2", "10.0.0.1", at=MONTH + 1), *TALKS)
    assert ways(found("office", talks=later)) == []


def policy(*nets: str) -> Policy:
    zones = [Zone(name=name, fr=name, en=name, networks=(net,)) for name, net in zip(("A", "B"), nets, strict=True)]
    rule = Rule(source="any", target="kind:EHR", protocol="tcp", low=443, high=443)
    return drafted("p", 0, zones, [Conduit(source="B", target="A", rules=(rule,))])


def test_a_policy_opens_ways_of_its_own() -> None:
    devices = (CT, EHR, device(9, "INF_SYR", 1))
    drawn = policy("10.0.0.0/24", "10.0.1.0/24")
    ground = ground_of(devices, {}, (), networks=SITE, policy=drawn)
    assert ways(attack(ground, "d-9")) == ["d-9 > d-4"] and ways(attack(ground, "d-2")) == []
    assert attack(ground, "d-9", close=[("B", "A")]).left == ()


def test_zones_by_the_narrowest_network() -> None:
    zone = zone_in(policy("10.0.0.0/8", "10.0.1.0/24"))
    assert (zone(CT), zone(device(9, "CT", 1))) == ("A", "B")
    assert zone(Device(id="x", keys=(Key("ip", "192.168.1.1"),), kind="CT")) == group_of(CT) == "medical"
    assert group_of(Device(id="x", keys=())) == "unknown"
    with pytest.raises(Malformed) as raised:
        zone_in(policy("10.0.0.0/8", "10.0.1.9/24"))
    assert raised.value.code == "policy.network"


def test_what_is_not_known_is_named() -> None:
    with pytest.raises(Missing) as raised:
        found("office", ("computer", "nowhere"))
    assert raised.value.code == "paths.zone" and "information" in raised.value.hint
    with pytest.raises(Missing) as raised:
        found("office", to=("MR",))
    assert raised.value.code == "paths.target"


@pytest.mark.parametrize("text", ["", "a", ":", "a:", " :b"])
def test_a_pair_has_two_zones(text: str) -> None:
    with pytest.raises(Malformed):
        pair(text)


def test_pairs() -> None:
    assert pair(" a : b:c ") == ("a", "b:c")
