"""Who is told: roles of the policy, whoever it is given to, once for a turn."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from garde.bus.log import LogBus
from garde.config import ChannelSection
from garde.findings.policy import parse
from garde.model.decision import Decision
from garde.model.device import Claim, Device
from garde.model.finding import Changed, judgement
from garde.model.key import Key
from garde.model.notice import Notice
from garde.model.person import Grant, Person
from garde.pipeline import findings
from garde.pipeline.notify import covers, stage, tells, told
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.unit.pipeline.test_runner import HandClock


def channel(name: str, **parts: Any) -> ChannelSection:
    return ChannelSection(name=name, kind="webhook", address="https://x.example/", **parts)


ONCALL = channel("oncall", roles=("oncall", "rssi"))
MOREL = channel("morel", people=("k.morel",))
WORST = channel("worst", roles=("oncall",), severities=("critical",))
CHANNELS = (ONCALL, MOREL, WORST)
TURN = Changed(
    id="c-1", at=5, finding="f-1", what="opened", before="", after="open", rule="r", severity="high", roles=("oncall",)
)


def names(**parts: Any) -> list[str]:
    turn = msgspec.structs.replace(TURN, **parts)
    return [one.channel for one in told(turn, CHANNELS, (), None)] if tells(turn) else []


@pytest.mark.parametrize(
    ("parts", "channels"),
    [
        ({}, ["oncall"]),
        ({"severity": "critical"}, ["oncall", "worst"]),
        ({"roles": ()}, []),
        ({"roles": (), "holder": "role:rssi"}, ["oncall"]),
        ({"what": "assigned", "holder": "k.morel", "roles": ()}, ["morel"]),
        ({"what": "raised", "holder": "k.morel"}, ["oncall", "morel"]),
        ({"what": "closed", "holder": "k.morel", "by": "k.morel"}, ["oncall"]),
        ({"what": "lowered"}, []),
        ({"what": "status"}, []),
        ({"symptom_of": "f-0"}, []),
        ({"asks": False}, []),
        ({"what": "closed", "after": "closed", "asks": False}, ["oncall"]),
    ],
)
def test_a_turn_is_told_to_those_it_concerns(parts: dict[str, Any], channels: list[str]) -> None:
    assert names(**parts) == channels


def test_a_notice_names_its_origin_and_for_whom_it_is() -> None:
    (one,) = told(TURN, [ONCALL], (), None)
    assert (one.origin, one.about, one.roles, one.at, one.state) == ("c-1", "f-1", ("oncall",), 5, "waiting")


MAIL = ChannelSection(
    name="mail", kind="mail", address="smtps://x.example", sender="g@x.example", roles=("ward", "oncall")
)
PUMP = Device(id="d-1", keys=(Key("ip", "10.0.0.1"),), kind="INF_SYR", claims={"ward": Claim("ward", "Réa A", 1.0)})


def person(name: str, *grants: Grant, mail: str = "x@chu.example", active: bool = True) -> Person:
    return Person(id=f"p-{name}", login=name, name=name, mail=mail, grants=grants, active=active)


PEOPLE = (
    person("rea", Grant("ward", ward="Réa A")),
    person("bloc", Grant("ward", ward="Bloc")),
    person("pumps", Grant("oncall", kind="INF_SYR")),
    person("far", Grant("oncall", site="Nord")),
    person("all", Grant("oncall"), Grant("ward", ward="Réa A")),
    person("mute", Grant("oncall"), mail=""),
    person("left", Grant("oncall"), active=False),
    person("rssi", Grant("rssi")),
)


@pytest.mark.parametrize(
    ("parts", "people"),
    [
        ({"device": "d-1", "roles": ("ward", "oncall")}, ["rea", "pumps", "all"]),
        ({"device": "d-1", "roles": ("ward",)}, ["rea", "all"]),
        ({"device": "", "roles": ("ward", "oncall")}, ["all"]),
        ({"device": "d-gone", "roles": ("ward", "oncall")}, ["all"]),
        ({"device": "d-1", "roles": (), "holder": "rssi"}, ["rssi"]),
        ({"device": "d-1", "roles": (), "holder": "rssi", "by": "rssi"}, []),
        ({"device": "d-1", "roles": ("ward",), "by": "rea"}, ["all"]),
        ({"device": "d-1", "roles": ("rssi",)}, []),
    ],
)
def test_mail_without_recipients_goes_to_each_whose_role_holds_there(parts: dict[str, Any], people: list[str]) -> None:
    device = PUMP if parts["device"] == "d-1" else None
    notices = list(told(msgspec.structs.replace(TURN, **parts), [MAIL], PEOPLE, device))
    assert [one.person for one in notices] == [f"p-{name}" for name in people]
    assert len({one.id for one in notices}) == len(notices)


def test_a_limited_role_does_not_hold_where_nothing_is_known() -> None:
    assert covers(Grant("ward"), None) and covers(Grant("ward", ward="Réa A", kind="INF_SYR"), PUMP)
    assert not covers(Grant("ward", ward="Réa A"), None) and not covers(Grant("ward", site="Nord"), PUMP)


def followed(person: str, verb: str, at: int) -> Decision:
    return Decision(id=f"w-{person}-{at}", at=at, verb=verb, person=person, keys=PUMP.keys, about=person)


def test_who_follows_the_device_is_told_while_a_role_of_theirs_holds_there() -> None:
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    words = [
        followed("rea", "follow", 1),
        followed("rea", "unfollow", 2),
        followed("rea", "follow", 3),
        followed("pumps", "follow", 1),
        followed("pumps", "unfollow", 2),
        followed("bloc", "follow", 1),
        followed("k.morel", "follow", 1),
    ]
    with store.begin() as unit:
        unit.put([PUMP, *PEOPLE, *words])
    bus.publish([msgspec.structs.replace(TURN, device="d-1", roles=())])
    Runner(Registry(stage([MAIL, MOREL])), store, bus, HandClock()).drain()
    assert {(one.channel, one.person) for one in store.all(Notice)} == {("mail", "p-rea"), ("morel", "")}
    store.close()


def test_the_stage_finds_the_people_and_the_place_in_the_state() -> None:
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    with store.begin() as unit:
        unit.put([PUMP, *PEOPLE])
    bus.publish([msgspec.structs.replace(TURN, device="d-1", roles=("ward",))])
    Runner(Registry(stage([MAIL])), store, bus, HandClock()).drain()
    assert {one.person for one in store.all(Notice)} == {"p-rea", "p-all"}
    store.close()


def test_from_judgement_to_notice_once_whatever_is_delivered_again() -> None:
    store, clock = open_sqlite("", SHAPES), HandClock()
    bus = LogBus(store)
    policy = parse('[[row]]\nrule = "*"\nnotify = ["oncall"]', "p.toml")
    runner = Runner(Registry(findings.stage(policy), stage(CHANNELS)), store, bus, clock)
    seen = judgement("r", 100, severity="high", device="d-1")
    bus.publish([seen, Decision(id="w-1", at=200, verb="assign", person="p", about=seen.finding, value="k.morel")])
    runner.drain()
    first = list(store.all(Notice))
    assert (first[0].channel, first[0].what) == ("oncall", "opened")
    assert {(one.channel, one.what) for one in first[1:]} == {("morel", "assigned"), ("oncall", "assigned")}
    sent = msgspec.structs.replace(first[0], state="sent")
    with store.begin() as unit:
        unit.put([sent])
        unit.advance("findings", "")
        unit.advance("notify", "")
    runner.drain()
    assert list(store.all(Notice)) == [sent, *first[1:]]
    store.close()
