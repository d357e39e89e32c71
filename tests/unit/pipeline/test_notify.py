"""Who is told: roles of the policy, whoever it is given to, once for a turn."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from garde.bus.log import LogBus
from garde.config import ChannelSection
from garde.findings.policy import parse
from garde.model.decision import Decision
from garde.model.finding import Changed, judgement
from garde.model.notice import Notice
from garde.pipeline import findings
from garde.pipeline.notify import stage, told
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
    return [one.channel for one in told(msgspec.structs.replace(TURN, **parts), CHANNELS)]


@pytest.mark.parametrize(
    ("parts", "channels"),
    [
        ({}, ["oncall"]),
        ({"severity": "critical"}, ["oncall", "worst"]),
        ({"roles": ()}, []),
        ({"roles": (), "holder": "role:rssi"}, ["oncall"]),
        ({"what": "assigned", "holder": "k.morel", "roles": ()}, ["morel"]),
        ({"what": "raised", "holder": "k.morel"}, ["oncall"]),
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
    (one,) = told(TURN, [ONCALL])
    assert (one.origin, one.about, one.roles, one.at, one.state) == ("c-1", "f-1", ("oncall",), 5, "waiting")


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
