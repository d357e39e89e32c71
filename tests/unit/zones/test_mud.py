"""MUD files of makers: read, bounded, and nothing guessed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.zones.zone import Conduit, Rule, drafted
from garde.zones.exports.neutral import Host, Objects, resolved
from garde.zones.exports.nftables import NFTABLES
from garde.zones.mud import DNS, MOST, MUD, MY_CONTROLLER, NTP, SAME_MAKER, File, read, rules
from tests.policies import MUD_FOLDER, listed, mud_texts

VENT: dict[str, Any] = json.loads((MUD_FOLDER / "maker.json").read_text())
DEVICE = "model:X|Y"
NAMES = {MY_CONTROLLER: "kind:GATE", DNS: "kind:DNS", NTP: "kind:NTP", SAME_MAKER: "model:X|Y"}


def file(change: Any = None) -> File:
    tree = copy.deepcopy(VENT)
    if change:
        change(tree)
    return read(json.dumps(tree).encode())


def line(tree: dict[str, Any], number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = tree["ietf-access-control-list:acls"]["acl"][0]["aces"]["ace"][number]
    return found


def test_a_makers_file_is_read() -> None:
    found = file()
    assert (found.url, found.hours, found.head.maker, found.head.model) == (
        "https://vendor.example/vent.json",
        48,
        "X",
        "Y",
    )
    assert (found.head.supported, found.head.firmware, found.head.about) == (True, "4.1", "ICU ventilator")
    assert found.at == 1_777_593_600_000_000_000
    assert found.signature == "https://vendor.example/vent.p7s"


def test_its_lines_become_rules_once_and_answers_none() -> None:
    found, unknown = rules(file(), DEVICE, NAMES)
    assert unknown == ()
    assert {(one.source, one.target, one.protocol, one.low) for one in found} == {
        (DEVICE, "kind:GATE", "tcp", 6464),
        (DEVICE, "kind:DNS", "udp", 53),
        (DEVICE, "kind:NTP", "udp", 123),
        (DEVICE, "name:update.vendor.example", "tcp", 443),
        ("kind:GATE", DEVICE, "tcp", 8443),
    }
    assert {one.basis for one in found} == {"declared"}
    assert {one.because for one in found} == {("mud: https://vendor.example/vent.json",)}


def test_a_peer_without_an_object_is_told_and_not_guessed() -> None:
    found, unknown = rules(file(), DEVICE, {DNS: "kind:DNS"})
    assert unknown == ("controller urn:ietf:params:mud:ntp", "my-controller")
    assert {one.target for one in found} == {"kind:DNS", "name:update.vendor.example"}


def test_the_end_of_support_is_a_fact() -> None:
    assert not file(lambda tree: tree[MUD].update({"is-supported": False})).head.supported


def test_unknown_extensions_are_kept() -> None:
    def more(tree: dict[str, Any]) -> None:
        tree[MUD]["acme:colour"] = {"red": 1}
        tree["acme:more"] = [1]

    assert file(more).extensions == {"acme:colour": {"red": 1}, "acme:more": [1]}


@pytest.mark.parametrize(
    "match",
    [
        {"ipv4": {"protocol": 6, "dscp": 4}},
        {"l2": {"ethertype": 5}},
        {MUD: {"my-controller": [None], "same-manufacturer": [None]}},
        {MUD: {"controller": "two words"}},
        {"ipv4": {"ietf-acldns:src-dnsname": "a.example"}},
        {"ipv4": {"protocol": 6}, "tcp": {"flags": "syn"}},
    ],
)
def test_a_match_that_a_rule_cannot_say_is_unread_and_permits_nothing(match: dict[str, Any]) -> None:
    found = file(lambda tree: line(tree).update({"matches": match}))
    assert len(found.unread) == 1 and found.unread[0].startswith("fr/")
    assert not any(one.low == 6464 for one in found.aces if one.from_device)


def test_a_line_that_drops_is_unread() -> None:
    assert file(lambda tree: line(tree).update({"actions": {"forwarding": "drop"}})).unread == ("fr/a1: drop",)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda tree: tree.pop(MUD), "mud.member"),
        (lambda tree: tree[MUD].update({"mud-version": 2}), "mud.version"),
        (lambda tree: tree[MUD].update({"mud-url": "http://vendor.example/a"}), "mud.url"),
        (lambda tree: tree[MUD].update({"mud-url": "https:a"}), "mud.url"),
        (lambda tree: tree[MUD].update({"cache-validity": 169}), "mud.validity"),
        (lambda tree: tree[MUD].update({"cache-validity": True}), "mud.validity"),
        (lambda tree: tree[MUD].pop("is-supported"), "mud.supported"),
        (lambda tree: tree[MUD].update({"last-update": "yesterday"}), "mud.time"),
        (lambda tree: tree[MUD].update({"last-update": "2026-05-01T00:00:00"}), "mud.time"),
        (lambda tree: tree[MUD].update({"systeminfo": "a\nb"}), "mud.text"),
        (
            lambda tree: tree[MUD]["from-device-policy"]["access-lists"].update({"access-list": [{"name": "no"}]}),
            "mud.list",
        ),
        (lambda tree: tree["ietf-access-control-list:acls"].update({"acl": 5}), "mud.lists"),
        (lambda tree: tree["ietf-access-control-list:acls"]["acl"].append({"name": "fr"}), "mud.lists"),
        (lambda tree: line(tree).update({"actions": {"forwarding": "perhaps"}}), "mud.forwarding"),
        (lambda tree: line(tree)["matches"]["ipv4"].update({"protocol": 256}), "mud.protocol"),
        (lambda tree: line(tree)["matches"]["ipv4"].update({"protocol": 17}), "mud.protocol"),
        (lambda tree: line(tree)["matches"]["ipv4"].update({"destination-ipv4-network": "::1/128"}), "mud.network"),
        (
            lambda tree: line(tree)["matches"]["tcp"].update({"destination-port": {"operator": "neq", "port": 5}}),
            "mud.port",
        ),
        (
            lambda tree: line(tree)["matches"]["tcp"].update({"destination-port": {"lower-port": 9, "upper-port": 5}}),
            "mud.port",
        ),
        (lambda tree: line(tree)["matches"]["tcp"].update({"ietf-mud:direction-initiated": "both"}), "mud.direction"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_document_is_malformed(change: Any, code: str) -> None:
    with pytest.raises(Malformed, match=code):
        file(change)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b"{" + b'"a":{' * 50,
        b" " * (MOST + 1),
        b"1" * 6000,
    ],
    ids=range(9),
)
def test_hostile_octets_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"mud\."):
        read(data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 70000) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


def _paths(tree: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [here, *(path for name, held in inner for path in _paths(held, (*here, name)))]


@given(st.sampled_from(_paths(VENT)[1:]), _JSON)
def test_any_value_anywhere_is_read_or_malformed(path: tuple[Any, ...], value: Any) -> None:
    tree = copy.deepcopy(VENT)
    place = tree
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    try:
        found = read(json.dumps(tree).encode())
    except Malformed as error:
        assert error.code.startswith("mud.")
    else:
        rules(found, DEVICE, NAMES)


def test_a_makers_file_becomes_a_ruleset_with_controllers_names_and_time() -> None:
    """Domain note 04 §9 test 4."""
    text = mud_texts()["maker.nft"]
    assert text == (MUD_FOLDER / "maker.nft").read_text(), "make golden, and read what changed"
    reading = NFTABLES.parse(listed(text))
    assert reading.strange == ()
    ports = {(one.target, one.protocol, one.low): one.targets for one in reading.ruleset.permits}
    assert ports["kind:DNS", "udp", 53] == ("10.20.0.53/32",)
    assert ports["kind:NTP", "udp", 123] == ("10.20.0.123/32",)
    assert ports["kind:GATE", "tcp", 6464] == ("10.20.0.4/32",)
    assert ports["name:update.vendor.example", "tcp", 443] == ("198.51.100.7/32", "2001:db8:ffff::7/128")


def test_a_manufacturer_that_the_site_knows_is_its_object() -> None:
    found = file(
        lambda tree: line(tree).update({"matches": {MUD: {"manufacturer": "acme.example"}, "ipv4": {"protocol": 6}}})
    )
    assert rules(found, DEVICE, NAMES)[1] == ("manufacturer acme.example",)
    made, unknown = rules(found, DEVICE, NAMES | {"manufacturer acme.example": "kind:GATE"})
    assert (
        unknown == ()
        and Rule(source=DEVICE, target="kind:GATE", protocol="tcp", basis="declared", because=(f"mud: {found.url}",))
        in made
    )


def test_a_policy_of_it_holds_for_its_model_alone() -> None:
    permitted, _ = rules(file(), DEVICE, NAMES)
    policy = drafted("m", 0, (), [Conduit(source="any", target="any", rules=permitted)])
    other = Host(id="d", zone="Z1", model="X|Z", macs=("00:09:fb:00:00:09",), addresses=("10.0.0.9",))
    ruleset, _ = resolved(policy, Objects(hosts=(other,)), generation=1, mode="enforce")
    assert not any(one.sources for one in ruleset.permits)
