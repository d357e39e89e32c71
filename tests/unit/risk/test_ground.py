"""From conversations and rules to edges: direction, the Internet, zones, and chances that grow with what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.zones.zone import Conduit, Policy, Rule, Zone, drafted
from garde.risk.ground import INTERNET, Host, allowed, both, chance, observed, weakness
from garde.risk.paths import Edge, Ground, collapse, paths, without
from garde.risk.vulnerability.score import Facts, Weakness

SITE = ("10.0.0.0/8",)


def host(number: int, zone: str = "Z", **parts: object) -> Host:
    return Host(id=f"d-{number}", zone=zone, keys=(Key("ip", f"10.0.0.{number}"),), **parts)  # type: ignore[arg-type]


def talk(source: str, target: str, service: str = "", port: int = 0) -> Conversation:
    return Conversation(
        id=f"{source}>{target}/{service}{port}", at=0, sensor="s", source=Key("ip", source), target=Key("ip", target),
        protocol="tcp", service=service, port=port,
    )  # fmt: skip


def edges(ground: Ground) -> dict[tuple[str, str], Edge]:
    return {(edge.source, edge.target): edge for edge in ground.edges}


def policy(*rules: tuple[str, str, Rule]) -> Policy:
    zones = {name for source, target, _ in rules for name in (source, target)} - {"OUT"}
    conduits: dict[tuple[str, str], list[Rule]] = {}
    for source, target, rule in rules:
        conduits.setdefault((source, target), []).append(rule)
    return drafted(
        "p", 0, [Zone(name=name, fr=name, en=name) for name in zones],
        [Conduit(source=pair[0], target=pair[1], rules=tuple(found)) for pair, found in conduits.items()],
    )  # fmt: skip


def rule(source: str = "any", target: str = "any", **parts: object) -> Rule:
    return Rule(**({"source": source, "target": target, "protocol": "tcp", "low": 445, "high": 445} | parts))  # type: ignore[arg-type]


def test_who_asks_may_attack_who_answers() -> None:
    found = observed([host(1, "A"), host(2, "B")], [talk("10.0.0.1", "10.0.0.2", "dicom", 104)], SITE)
    (edge,) = found.edges
    assert (edge.source, edge.target, edge.conduit, edge.basis) == ("d-1", "d-2", ("A", "B"), "observed")
    assert edge.because == ("10.0.0.1>10.0.0.2/dicom104",) and edge.chance == chance(host(2), "dicom")


def test_the_internet_comes_in_and_answers() -> None:
    hosts = [host(1, "A"), host(2, "B")]
    every = [
        talk("9.9.9.9", "10.0.0.1", "http", 80), talk("10.0.0.2", "8.8.8.8", "tls", 443), talk("10.0.0.1", "10.0.0.1"),
    ]  # fmt: skip
    found = edges(observed(hosts, every, SITE))
    assert set(found) == {(INTERNET, "d-1"), (INTERNET, "d-2")}
    assert found[INTERNET, "d-1"].conduit == (INTERNET, "A")
    assert found[INTERNET, "d-2"].conduit == ("B", INTERNET)
    tool = edges(observed(hosts, [talk("10.0.0.2", "8.8.8.8", "", 5938)], SITE))
    assert tool[INTERNET, "d-2"].chance > found[INTERNET, "d-2"].chance


def test_an_end_that_is_no_device_stands_for_itself() -> None:
    found = observed([host(1)], [talk("10.9.9.9", "10.0.0.1", "smb")], SITE)
    assert edges(found).keys() == {("ip:10.9.9.9", "d-1")}
    assert {node.id for node in found.nodes} == {"d-1", "ip:10.9.9.9"}


@given(
    st.sampled_from(["smb", "telnet", "rdp", "dicom", "unheard-of", ""]), st.integers(0, 70000), st.floats(0, 1),
    st.frozensets(st.sampled_from(["smb1", "default credential", "telnet", "clear text"])),
)  # fmt: skip
def test_more_that_is_wrong_is_never_less_likely(service: str, port: int, known: float, seen: frozenset[str]) -> None:
    found = chance(host(1, chance=known, seen=seen), service, port)
    assert 0 <= chance(host(1), service, port) <= found < 1
    assert found >= chance(host(1, chance=known), service, port)


def test_chances() -> None:
    assert chance(host(1), "", 445) == chance(host(1), "smb")
    assert chance(host(1, seen=frozenset({"smb1"})), "smb") > chance(host(1), "smb")
    assert chance(host(1, seen=frozenset({"smb1"})), "dicom") == chance(host(1), "dicom")
    exploited = Facts(weaknesses=(Weakness(id="CVE-2017-0144", severity=8.1, exploited=True),))
    assert weakness(exploited) == pytest.approx(0.75)
    assert weakness(Facts()) == 0.0


def test_neighbours_finding_each_other_are_no_way() -> None:
    assert observed([host(1), host(2)], [talk("10.0.0.1", "10.0.0.2", "arp")], SITE).edges == ()
    assert allowed([host(1), host(2)], policy(("Z", "Z", rule(protocol="udp", low=5353, high=5353))), at=0).edges == ()


def test_rules_hold_within_their_conduit() -> None:
    hosts = [host(1, "A", kind="CT"), host(2, "B", kind="PACS"), host(3, "C", kind="PACS"), host(4, "A", kind="MR")]
    ground = allowed(hosts, policy(("A", "B", rule("kind:CT", "kind:PACS"))), at=0)
    assert [path.words for path in paths(ground, ["d-1"], ["d-2", "d-3"])] == ["d-1 > d-2"]
    assert paths(ground, ["d-4"], ["d-2", "d-3"]) == ()
    assert paths(without(ground, ("A", "B")), ["d-1"], ["d-2"]) == ()
    (step,) = paths(ground, ["d-1"], ["d-2"])[0].steps
    assert step.basis == "allowed" and step.because[0] == "kind:CT > kind:PACS tcp/445"


@pytest.mark.parametrize(
    ("word", "meant"),
    [("any", True), ("zone:B", True), ("zone:A", False), ("device:d-2", True), ("device:d-3", False),
     ("model:Acme|X", True), ("model:Acme|Y", False), ("ip:10.0.0.0/30", True), ("ip:10.0.1.0/24", False),
     ("name:pacs.local", True), ("name:other.local", False), ("kind:PACS", True)],
)  # fmt: skip
def test_objects_of_rules(word: str, meant: bool) -> None:
    keys = (Key("ip", "10.0.0.2"), Key("hostname", "pacs.local"))
    target = Host(id="d-2", zone="B", kind="PACS", maker="Acme", model="X", keys=keys)
    ground = allowed([host(1, "A"), target], policy(("A", "B", rule("any", word))), at=0)
    assert bool(paths(ground, ["d-1"], ["d-2"])) is meant


def test_a_rule_whose_time_is_over_lets_nothing_through() -> None:
    hosts = [host(1, "A"), host(2, "B")]
    for until, open_ in ((0, True), (9, True), (4, False)):
        ground = allowed(hosts, policy(("A", "B", rule(until=until))), at=5)
        assert bool(paths(ground, ["d-1"], ["d-2"])) is open_


def test_rules_that_reach_out_let_in() -> None:
    hosts = [host(1, "A"), host(2, "B")]
    out = policy(("A", "OUT", rule("zone:A", "name:vendor.example")), ("A", "B", rule()))
    assert [path.words for path in paths(allowed(hosts, out, at=0), [INTERNET], ["d-2"])] == ["internet > d-1 > d-2"]
    into = policy(("OUT", "B", rule("ip:0.0.0.0/0", "zone:B")))
    assert [path.words for path in paths(allowed(hosts, into, at=0), [INTERNET], ["d-2"])] == ["internet > d-2"]
    inner = policy(("A", "B", rule("any", "any")))
    assert paths(allowed(hosts, inner, at=0), [INTERNET], ["d-2"]) == ()


def test_wide_rules_stay_small() -> None:
    many = [Host(id=f"d-{number}", zone="A") for number in range(300)]
    ground = allowed(many, policy(("A", "A", rule())), at=0)
    assert len(ground.edges) == 600
    assert len(collapse(ground, ["d-7"]).nodes) == 3


def test_both_is_all_of_it() -> None:
    hosts = [host(1, "A"), host(2, "B"), host(3, "B")]
    seen = observed(hosts, [talk("10.0.0.2", "10.0.0.3", "smb")], SITE)
    ground = both(seen, allowed(hosts, policy(("A", "B", rule("device:d-1", "device:d-2"))), at=0))
    (path,) = paths(ground, ["d-1"], ["d-3"])
    assert [step.basis for step in path.steps] == ["allowed", "observed"]
