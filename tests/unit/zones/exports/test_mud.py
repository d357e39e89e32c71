"""MUD files that are written: of RFC 8520's form, and what was meant."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.zones.zone import Rule
from garde.zones.exports.mud import differs, models, written
from garde.zones.mud import DNS, MY_CONTROLLER, NTP, SAME_MAKER, Head, read, rules
from tests.policies import MUD_FOLDER, POLICY, US, mud_texts

HEAD = Head(maker="Acme", model="V1", firmware="2.0")
DEVICE = "model:Acme|V1"
URL = "https://garde.example/mud/v1.json"
NAMES = {DNS: "kind:DNS", NTP: "kind:NTP", MY_CONTROLLER: "kind:GATE"}


def _closed(needed: list[str], **members: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": needed, "properties": members}


def _named(inner: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": inner}


_TEXT = {"type": "string", "minLength": 1}
_PORT = {
    "oneOf": [
        _closed(
            ["operator", "port"],
            operator={"enum": ["eq", "lte", "gte", "neq"]},
            port={"type": "integer", "minimum": 0, "maximum": 65535},
        ),
        _closed(
            ["lower-port", "upper-port"],
            **{name: {"type": "integer", "minimum": 0, "maximum": 65535} for name in ("lower-port", "upper-port")},
        ),
    ]
}
_IP = {
    "protocol": {"type": "integer", "minimum": 0, "maximum": 255},
    "ietf-acldns:src-dnsname": _TEXT,
    "ietf-acldns:dst-dnsname": _TEXT,
}
_L4 = {"source-port": _PORT, "destination-port": _PORT}
_EMPTY = {"const": [None]}
_LISTS = _closed(
    ["access-lists"],
    **{"access-lists": _closed([], **{"access-list": {"type": "array", "items": _closed(["name"], name=_TEXT)}})},
)
#: The trees of RFC 8520 §2 and RFC 8519 §4 in the JSON of RFC 7951, with no member that they do not have.
SCHEMA = _closed(
    ["ietf-mud:mud", "ietf-access-control-list:acls"],
    **{
        "ietf-mud:mud": _closed(
            ["mud-version", "mud-url", "last-update", "is-supported"],
            **{
                "mud-version": {"const": 1},
                "mud-url": {"type": "string", "pattern": "^https://"},
                "mud-signature": {"type": "string"},
                "last-update": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"},
                "cache-validity": {"type": "integer", "minimum": 1, "maximum": 168},
                "is-supported": {"type": "boolean"},
                "systeminfo": {"type": "string", "maxLength": 60},
                "mfg-name": {"type": "string"},
                "model-name": {"type": "string"},
                "firmware-rev": {"type": "string"},
                "from-device-policy": _LISTS,
                "to-device-policy": _LISTS,
            },
        ),
        "ietf-access-control-list:acls": _closed(
            [],
            acl={
                "type": "array",
                "items": _closed(
                    ["name", "type", "aces"],
                    name={"type": "string", "minLength": 1, "maxLength": 64},
                    type={"enum": ["ipv4-acl-type", "ipv6-acl-type"]},
                    aces=_closed(
                        ["ace"],
                        ace=_named(
                            _closed(
                                ["name", "matches", "actions"],
                                name={"type": "string", "minLength": 1, "maxLength": 64},
                                matches=_closed(
                                    [],
                                    **{
                                        "ietf-mud:mud": _closed(
                                            [],
                                            **{
                                                "manufacturer": _TEXT,
                                                "model": _TEXT,
                                                "controller": _TEXT,
                                                "same-manufacturer": _EMPTY,
                                                "local-networks": _EMPTY,
                                                "my-controller": _EMPTY,
                                            },
                                        ),
                                        "ipv4": _closed(
                                            [],
                                            **_IP,
                                            **{f"{end}-ipv4-network": _TEXT for end in ("source", "destination")},
                                        ),
                                        "ipv6": _closed(
                                            [],
                                            **_IP,
                                            **{f"{end}-ipv6-network": _TEXT for end in ("source", "destination")},
                                        ),
                                        "tcp": _closed(
                                            [],
                                            **_L4,
                                            **{"ietf-mud:direction-initiated": {"enum": ["to-device", "from-device"]}},
                                        ),
                                        "udp": _closed([], **_L4),
                                    },
                                ),
                                actions=_closed(["forwarding"], forwarding={"enum": ["accept", "drop", "reject"]}),
                            )
                        ),
                    ),
                ),
            },
        ),
    },
)

_PEER = st.sampled_from(
    [
        "kind:DNS",
        "kind:NTP",
        "kind:GATE",
        "kind:PACS",
        "zone:Z5",
        "device:d é/1",
        "name:a.example",
        "ip:10.0.0.0/8",
        "ip:2001:db8::/32",
        "any",
    ]
)


@st.composite
def _rules(draw: st.DrawFn) -> Rule:
    protocol = draw(st.sampled_from(["tcp", "udp"]))
    low, high = sorted((draw(st.integers(1, 65535)), draw(st.integers(1, 65535))))
    if protocol == "tcp" and draw(st.booleans()):
        low = high = 0
    ends = draw(st.permutations([DEVICE, draw(_PEER)]))
    return Rule(source=ends[0], target=ends[1], protocol=protocol, low=low, high=high)


@given(st.lists(_rules(), max_size=6), st.integers(0, 4 * 10**18))
def test_reading_gives_back_the_rules_and_the_form_is_that_of_the_standard(permitted: list[Rule], at: int) -> None:
    data = written(permitted, URL, HEAD, at=at, names=NAMES)
    jsonschema.validate(json.loads(data), SCHEMA)
    found = read(data)
    back, unknown = rules(found, DEVICE, NAMES)
    bare = {(one.source, one.target, one.protocol, one.low, one.high) for one in back}
    assert bare == {(one.source, one.target, one.protocol, one.low, one.high) for one in permitted}
    assert (unknown, found.unread, found.head.model, found.at) == ((), (), "V1", at // 10**9 * 10**9)
    assert differs(permitted, data, NAMES) == ((), ())


def test_every_list_that_is_named_is_there() -> None:
    tree = json.loads(
        written([Rule(source=DEVICE, target="kind:DNS", protocol="udp", low=53, high=53)], URL, HEAD, at=0, names=NAMES)
    )
    named = {
        one["name"]
        for way in ("from", "to")
        for one in tree["ietf-mud:mud"][f"{way}-device-policy"]["access-lists"]["access-list"]
    }
    assert (
        named
        == {acl["name"] for acl in tree["ietf-access-control-list:acls"]["acl"]}
        == {"fr-v4", "fr-v6", "to-v4", "to-v6"}
    )


def test_the_words_of_the_standard_name_the_peers() -> None:
    permitted = [
        Rule(source=DEVICE, target=target, protocol="tcp", low=80, high=80)
        for target in ("kind:DNS", "kind:GATE", "model:Acme|V2", "kind:PACS")
    ]
    peers = {one.peer for one in read(written(permitted, URL, HEAD, at=0, names=NAMES)).aces}
    assert peers == {
        f"controller {DNS}",
        MY_CONTROLLER,
        SAME_MAKER,
        "controller https://garde.example/objects/kind%3APACS",
    }


def test_who_begins_is_said_for_tcp() -> None:
    data = written(
        [Rule(source="kind:GATE", target=DEVICE, protocol="tcp", low=80, high=80)], URL, HEAD, at=0, names=NAMES
    )
    assert {one.initiated for one in read(data).aces} == {"to-device"}


def test_what_has_neither_ports_nor_who_begins_is_both_ways() -> None:
    ping = Rule(source=DEVICE, target="kind:GATE", protocol="icmp")
    data = written([ping], URL, HEAD, at=0, names=NAMES)
    assert len(rules(read(data), DEVICE, NAMES)[0]) == 2
    assert differs([ping], data, NAMES) == ((), ())


def test_a_permission_more_or_less_is_found() -> None:
    dns = Rule(source=DEVICE, target="kind:DNS", protocol="udp", low=53, high=53)
    ntp = Rule(source=DEVICE, target="kind:NTP", protocol="udp", low=123, high=123)
    data = written([dns], URL, HEAD, at=0, names=NAMES)
    assert differs([dns, ntp], data, NAMES) == ((), (ntp,))
    assert differs([], data, NAMES) == ((dns,), ())
    assert differs([Rule(source=DEVICE, target="kind:DNS", protocol="udp", low=53, high=53, dscp=8)], data, NAMES) == (
        (),
        (),
    )


def test_a_policy_has_a_file_for_each_model() -> None:
    assert set(models(POLICY)) == {US}
    assert len(models(POLICY)[US]) == 2


@pytest.mark.parametrize("name", sorted(mud_texts()))
def test_the_text_is_the_golden_one(name: str) -> None:
    assert mud_texts()[name] == (MUD_FOLDER / name).read_text(), "make golden, and read what changed"


def test_an_address_that_is_none_is_malformed_and_a_foreign_rule_a_mistake() -> None:
    with pytest.raises(Malformed, match=r"mud\.url"):
        written([], "http://garde.example/a", HEAD, at=0, names={})
    with pytest.raises(ValueError, match="no rule of model:Acme"):
        written([Rule(source="any", target="any", protocol="tcp")], URL, HEAD, at=0, names={})
