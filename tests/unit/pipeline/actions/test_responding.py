"""The stage as playbooks: threats and words in, actions and who must know of them out."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from garde.model.decision import Decision
from garde.model.finding import Finding
from garde.model.message import Message
from garde.model.zones.action import ALL, MINUTE, Action, Early, Freeze, Proposed, ran
from garde.pipeline.actions import responding
from garde.pipeline.runner import Runner
from garde.registry import Registry
from tests.response import NETWORKS, Under, device

PUMP = device("d-pump", "10.0.0.5", "INF_SYR", ward="Réa A")
SERVER = device("d-srv", "10.0.0.9", "SERVER", ward="")


@pytest.fixture
def scene() -> Iterator[Under]:
    one = Under(PUMP, SERVER)
    yield one
    one.close()


def test_a_threat_becomes_actions_each_with_its_message(scene: Under) -> None:
    finding = scene.attack("threat.pump.command", "d-pump", peer="203.0.113.9")
    assert [(one.verb, one.status) for one in scene.actions() if one.level >= 2] == [
        ("cut", "approved"),
        ("block", "approved"),
    ]
    assert all(one.why == finding for one in scene.actions())
    said = [one.action.id for _, one in scene.store.log(0, (Proposed,), 99) if isinstance(one, Proposed)]
    assert sorted(said) == sorted(one.id for one in scene.actions())


def test_those_whom_the_playbook_calls_get_a_finding_until_it_is_over(scene: Under) -> None:
    scene.attack("threat.pump.command", "d-pump", peer="203.0.113.9")
    for role in ("biomedical", "oncall", "rssi"):
        (one,) = scene.open(f"action.call.{role}")
        assert (one.severity, one.device, one.holder) == ("critical", "d-pump", f"role:{role}")
    scene.later(60)
    assert not scene.open("action.call.rssi")


def test_what_is_about_garde_itself_changes_nothing_on_the_network(scene: Under) -> None:
    scene.attack("access.guessing", "")
    assert scene.actions() == []


def test_what_is_no_threat_is_not_answered(scene: Under) -> None:
    scene.attack("identity.conflict", "d-pump", severity="low")
    before = scene.actions()
    scene.attack("threat.pump.command", "d-pump", peer="203.0.113.9", over=True)
    assert scene.actions() == before


def test_people_agree_and_a_word_of_one_is_not_enough(scene: Under) -> None:
    scene.know(device("d-gate", "10.0.0.7", "GATE", ward="Réa A"))
    scene.attack("threat.pump.command", "d-pump", peer="10.0.0.7")
    cut = scene.one("cut")
    assert (cut.status, cut.needs) == ("waiting", ("rssi", "biomedical"))
    scene.decide("approve", cut, "anna", value="rssi")
    scene.decide("approve", cut, "anna", value="biomedical")
    assert scene.one("cut").needs == ("biomedical",)
    scene.decide("approve", cut, "bruno", value="biomedical")
    assert (scene.one("cut").status, scene.one("cut").wants) == ("approved", "apply")


def test_a_silent_approver_is_spoken_of_and_nothing_runs(scene: Under) -> None:
    scene.attack("threat.pump.command", "d-pump", peer="10.0.0.9")
    assert scene.one("cut").status == "waiting"
    scene.later(9.9)
    assert not scene.open("action.silent")
    scene.later(0.2)
    assert {one.identifier for one in scene.open("action.silent")} == {one.id for one in scene.actions("cut", "block")}
    assert scene.one("cut").status == "waiting"
    scene.decide("approve", scene.one("cut"), "anna", value="rssi")
    assert {one.identifier for one in scene.open("action.silent")} == {scene.one("block").id}
    scene.later(60)
    assert scene.one("block").status == "expired"
    assert not scene.open("action.silent")


def test_worse_news_ask_again(scene: Under) -> None:
    scene.attack("threat.pump.command", "d-pump", peer="203.0.113.9", severity="medium")
    assert scene.one("cut").mode == "approval"
    scene.attack("threat.pump.command", "d-pump", peer="203.0.113.9", severity="high")
    assert (scene.one("cut").mode, scene.one("cut").status) == ("automatic", "approved")


def test_a_threat_that_comes_back_is_answered_anew(scene: Under) -> None:
    for over in (False, True, False):
        scene.attack("threat.pump.command", "d-pump", peer="203.0.113.9", over=over)
    first, second = scene.actions("cut")
    assert (first.status, second.status) == ("refused", "approved")


def test_a_person_who_reopens_a_finding_has_it_answered_anew(scene: Under) -> None:
    finding = scene.attack("threat.pump.command", "d-pump", peer="203.0.113.9")
    scene.act()
    scene.decide("close", finding, "anna")
    scene.act()
    assert scene.one("cut").status == "undone" and not scene.gateway.force
    scene.decide("reopen", finding, "anna")
    assert scene.one("cut").status == "approved"
    scene.act()
    assert scene.gateway.cuts == {("ip:203.0.113.9/32", "device:d-pump")}


def test_the_switch_reaches_every_open_action(scene: Under) -> None:
    scene.attack("threat.pump.command", "d-pump", peer="203.0.113.9")
    scene.freeze()
    assert {one.status for one in scene.actions() if one.level >= 2} == {"frozen"}
    scene.attack("threat.remote-session", "d-srv", peer="203.0.113.8")
    assert {one.status for one in scene.actions() if one.level >= 2} == {"frozen"}
    scene.freeze(False)
    assert {one.status for one in scene.actions() if one.level >= 2} == {"approved"}


def test_who_broke_the_glass_answers_for_it_within_three_days(scene: Under) -> None:
    scene.attack("threat.pump.command", "d-pump", peer="10.0.0.9")
    scene.decide("override", scene.one("cut"), "anna")
    (one,) = scene.open("action.override")
    assert (scene.one("cut").status, one.severity) == ("approved", "high")
    scene.later(72 * 60)
    assert scene.open("action.override")[0].severity == "critical"
    scene.decide("review", scene.one("cut"), "anna")
    assert scene.open("action.override")
    scene.decide("review", scene.one("cut"), "bruno")
    assert not scene.open("action.override")


def test_the_same_messages_again_change_nothing(scene: Under) -> None:
    scene.attack("threat.pump.command", "d-pump", peer="10.0.0.9")
    scene.decide("approve", scene.one("cut"), "anna", value="rssi")
    scene.act()
    before = scene.actions()
    with scene.store.begin() as unit:
        unit.advance("responding", "")
    scene.runner.drain()
    assert scene.actions() == before


def told(order: list[Message], batches: random.Random) -> tuple[list[Action], Freeze | None]:
    """What the stage alone makes of messages in this order, in batches of any size."""
    scene = Under(PUMP, SERVER)
    runner = Runner(Registry(responding.stage(NETWORKS)), scene.store, scene.bus, scene.clock)
    left = list(order)
    while left:
        size = batches.randint(1, len(left))
        scene.bus.publish(left[:size])
        runner.drain()
        left = left[size:]
    found = scene.actions(), scene.store.get(Freeze, [ALL]).get(ALL)
    scene.close()
    return found


def test_order_and_repetition_change_nothing() -> None:
    scene = Under(PUMP, SERVER)
    finding = scene.attack("threat.pump.command", "d-pump", peer="10.0.0.9")
    cut = scene.one("cut")
    scene.decide("approve", cut, "anna", value="rssi")
    scene.act()
    scene.decide("refuse", scene.one("block"), "bruno")
    scene.freeze()
    scene.decide("undo", scene.one("cut"), "anna")
    scene.freeze(False)
    scene.decide("close", finding, "anna")
    kinds = responding.stage(NETWORKS).consumes
    messages = [one for _, one in scene.store.log(0, kinds, 999) if one.at <= scene.clock.at]
    # The plan must not be older than what the stage knows of the device; so much the runs share.
    scene.close()
    assert len(messages) > 8
    first = told(messages, random.Random(0))
    assert first[0] and first[1]
    for seed in range(12):
        order = [*messages, *messages[::2]]
        shuffled = random.Random(seed)
        shuffled.shuffle(order)
        assert told(order, shuffled) == first


def test_what_is_said_before_the_plan_waits_for_it(scene: Under) -> None:
    probe = Under(PUMP, SERVER)
    probe.attack("threat.pump.command", "d-pump", peer="10.0.0.9")
    cut = probe.one("cut")
    probe.close()
    early = Decision(
        id="w-1", at=cut.at + MINUTE, verb="approve", person="anna", about=cut.id, value="rssi", attribute=cut.shown
    )
    scene.say(early, ran(cut, "begun.apply", cut.at + 2 * MINUTE, by="gateway"))
    scene.runner.drain()
    assert len(list(scene.store.all(Early))) == 1
    scene.attack("threat.pump.command", "d-pump", peer="10.0.0.9")
    assert (scene.one("cut").status, scene.one("cut").approvals) == ("running", ("rssi:anna",))


def test_a_word_about_a_finding_is_none_about_an_action(scene: Under) -> None:
    finding = scene.attack("threat.pump.command", "d-pump", peer="10.0.0.9")
    before = scene.actions()
    scene.decide("approve", finding, "anna", value="rssi", attribute="x")
    assert scene.actions() == before
    assert list(scene.store.all(Early)) == []
    assert {one.id for one in scene.store.all(Finding)} >= {finding}


def test_every_status_of_a_plan_is_reached_from_what_was_said_only() -> None:
    # One action, all orders of three words: the same end.
    probe = Under(PUMP, SERVER)
    probe.attack("threat.pump.command", "d-pump", peer="10.0.0.9")
    cut, finding = probe.one("cut"), probe.one("cut").why
    probe.close()
    words = [
        Decision(id="w-1", at=cut.at + 1, verb="approve", person="a", about=cut.id, value="rssi", attribute=cut.shown),
        Decision(id="w-2", at=cut.at + 2, verb="refuse", person="b", about=cut.id, reason="no"),
        Decision(id="w-3", at=cut.at + 3, verb="approve", person="c", about=cut.id, value="rssi", attribute=cut.shown),
    ]
    ends = set()
    for order in itertools.permutations(words):
        scene = Under(PUMP, SERVER)
        assert scene.attack("threat.pump.command", "d-pump", peer="10.0.0.9") == finding
        for one in order:
            scene.say(one)
            scene.runner.drain()
        ends.add((scene.one("cut").status, scene.one("cut").approvals))
        scene.close()
    assert ends == {("refused", ("rssi:a",))}
