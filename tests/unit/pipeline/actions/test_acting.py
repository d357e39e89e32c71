"""The agent: what runs, what waits, what is taken back, and what a person is told to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from garde.model.zones.action import MINUTE, Action, Outcome, Ran
from garde.pipeline.actions.acting import FIRST, SECOND, acting
from tests.response import DOWN, NETWORKS, NEVER, Gateway, Under, device

PUMP = device("d-pump", "10.0.0.5", "INF_SYR", ward="Réa A")
#: A computer that attacks by itself: nothing clinical about it.
STATION = device("d-pc", "10.0.0.30", "WORKSTATION", ward="Bloc")
ATTACKER = ("ip:203.0.113.9/32", "device:d-pump")


@pytest.fixture
def open_scene() -> Iterator[Callable[..., Under]]:
    opened: list[Under] = []

    def make(**parts: object) -> Under:
        opened.append(Under(PUMP, STATION, **parts))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def scene(open_scene: Callable[..., Under]) -> Under:
    return open_scene()


def attack(scene: Under, **parts: object) -> Action:
    scene.attack("threat.pump.command", "d-pump", **({"peer": "203.0.113.9"} | parts))  # type: ignore[arg-type]
    return scene.one("cut")


def test_what_may_run_runs_once_and_is_taken_back_when_its_time_is_over(scene: Under) -> None:
    attack(scene)
    scene.act(5)
    assert scene.gateway.cuts == {ATTACKER}
    assert [way for way, step in scene.gateway.asked if step.verb == "cut"] == ["apply"]
    scene.later(61)
    scene.act(5)
    assert scene.gateway.cuts == set()
    assert (scene.one("cut").status, scene.one("cut").ended_at) == ("undone", scene.clock.at)
    assert scene.ran().count("ran.apply") == scene.ran().count("ran.undo") + 1  # the capture goes on for a day
    assert scene.one("capture").status == "done"


def test_the_least_that_helps_comes_first(scene: Under) -> None:
    attack(scene)
    scene.act()
    assert [step.verb for _, step in scene.gateway.asked] == ["capture", "cut", "block"]


def test_a_patient_connected_since_stops_what_touches_the_device(scene: Under) -> None:
    scan = device("d-ct", "10.0.0.6", "CT", ward="Imagerie")
    scene.know(scan)
    scene.attack("threat.worm", "d-ct", peer="10.0.0.30")
    quarantine = scene.one("quarantine")
    scene.decide("confirm", quarantine, "chloe", attribute="bedside", value="idle")
    scene.decide("approve", quarantine, "bruno", value="biomedical")
    assert scene.one("quarantine").wants == "apply"
    scene.talk("10.0.0.6", "10.0.0.9", "dicom")
    scene.act()
    stopped = scene.one("quarantine")
    assert (stopped.status, stopped.note) == ("refused", "in-use")
    assert "device:d-ct" not in scene.gateway.touched
    assert scene.open("action.failed")


def test_a_look_at_the_bedside_that_is_too_old_is_asked_for_again(scene: Under) -> None:
    scene.know(device("d-ct", "10.0.0.6", "CT", ward="Imagerie"))
    scene.attack("threat.worm", "d-ct", peer="10.0.0.30")
    quarantine = scene.one("quarantine")
    scene.decide("confirm", quarantine, "chloe", attribute="bedside", value="idle")
    scene.later(20)
    scene.decide("approve", quarantine, "bruno", value="biomedical")
    scene.act()
    assert "device:d-ct" not in scene.gateway.touched
    scene.decide("confirm", quarantine, "chloe", attribute="bedside", value="idle")
    scene.act()
    assert "device:d-ct" in scene.gateway.touched
    # What may be bounced and what may not travels with the step.
    assert not next(step for _, step in scene.gateway.asked if step.verb == "quarantine").gentle


def test_a_device_that_turns_out_to_be_a_ventilator_is_not_touched(scene: Under) -> None:
    scene.attack("threat.ransomware", "d-pc")
    assert scene.one("quarantine").wants == "apply"
    scene.know(device("d-pc", "10.0.0.30", "VENT_ICU", ward="Réa A"))
    scene.act()
    assert (scene.one("quarantine").status, scene.one("quarantine").note) == ("refused", "changed")
    assert not scene.gateway.touched


def test_the_switch_holds_everything_but_what_is_taken_back(scene: Under) -> None:
    cut = attack(scene)
    scene.act()
    scene.freeze()
    scene.attack("threat.credentials.default", "d-pc", peer="203.0.113.8")
    scene.act()
    assert scene.gateway.cuts == {ATTACKER}
    scene.decide("undo", cut, "anna")
    scene.act()
    assert scene.gateway.cuts == set()
    scene.freeze(False)
    scene.act()
    assert scene.gateway.cuts == {("ip:203.0.113.8/32", "device:d-pc")}


def test_a_ward_bears_three_things_in_ten_minutes(scene: Under) -> None:
    for number in range(6):
        name = f"d-{number}"
        scene.know(device(name, f"10.1.0.{number}", "WORKSTATION", ward="Bloc"))
        scene.attack("threat.ransomware", name)
    scene.act(6)
    assert scene.gateway.touched == {"device:d-0", "device:d-1", "device:d-2"}
    assert len(scene.open("action.storm")) == 1
    scene.later(9)
    scene.act()
    assert len(scene.gateway.touched) == 3
    scene.later(1.1)
    scene.act()
    assert len(scene.gateway.touched) == 6
    assert {one.status for one in scene.actions("quarantine")} == {"done"}


def test_another_ward_is_not_held_up(scene: Under) -> None:
    for number in range(8):
        scene.know(device(f"d-{number}", f"10.1.0.{number}", "WORKSTATION", ward=f"W{number % 2}"))
        scene.attack("threat.ransomware", f"d-{number}")
    scene.act(6)
    assert len(scene.gateway.touched) == 6


def test_a_storm_in_one_ward_does_not_hide_another_one(scene: Under) -> None:
    for number in range(250):
        scene.know(device(f"d-{number}", f"10.1.1.{number}", "WORKSTATION", ward="Bloc"))
        scene.attack("threat.ransomware", f"d-{number}")
    attack(scene)
    scene.act()
    assert len(scene.gateway.touched & {f"device:d-{number}" for number in range(250)}) == 3
    assert scene.gateway.cuts == {ATTACKER}


def test_what_does_not_answer_is_tried_again_and_later_each_time(scene: Under) -> None:
    attack(scene)
    scene.gateway.trouble["apply cut"] = DOWN
    scene.act()
    assert (scene.one("cut").status, scene.one("cut").note) == ("running", "gateway.down")
    tries = len(scene.gateway.asked)
    scene.act()
    assert len(scene.gateway.asked) == tries
    scene.clock.at += int(FIRST * SECOND)
    scene.gateway.trouble.clear()
    scene.act()
    assert scene.gateway.cuts == {ATTACKER}
    assert scene.ran().count("failed.apply") == 1


def test_what_never_answers_in_time_is_taken_back_because_nobody_knows(scene: Under) -> None:
    attack(scene)
    scene.gateway.trouble["apply cut"] = DOWN
    scene.act()
    scene.later(61)
    scene.act()
    assert ("undo", "cut") in [(way, step.verb) for way, step in scene.gateway.asked]
    assert scene.one("cut").status == "undone"


def test_what_the_gateway_refuses_is_said_and_taken_back(scene: Under) -> None:
    scene.attack("threat.pump.command", "d-pump", peer=["203.0.113.9", "203.0.113.10"])
    scene.gateway.trouble["apply block"] = NEVER
    scene.act()
    assert {one.status for one in scene.actions("block")} == {"refused"}
    assert {one.note for one in scene.actions("block")} == {"gateway.never"}
    assert len(scene.open("action.failed")) == 2
    assert {step.verb for step in scene.gateway.force.values()} == {"capture", "cut"}


def test_what_cannot_be_taken_back_becomes_an_order(scene: Under) -> None:
    attack(scene)
    scene.act()
    scene.gateway.trouble["undo cut"] = Outcome(ok=False, code="stuck", detail="the rule is not there")
    scene.decide("undo", scene.one("cut"), "anna")
    scene.act()
    cut = scene.one("cut")
    assert cut.status == "done"
    assert scene.open("action.failed")
    assert [one for one in cut.events if one.verb == "order.undo"]


def test_without_an_enforcer_a_person_is_told_what_to_do_and_nothing_is_pretended(
    open_scene: Callable[..., Under],
) -> None:
    scene = open_scene(enforcers=())
    attack(scene)
    scene.act()
    cut = scene.one("cut")
    assert (cut.status, cut.by_hand, cut.done_at, cut.wants) == ("approved", True, 0, "")
    (order,) = (one for one in cut.events if one.verb == "order.apply")
    assert "203.0.113.9" in order.reason and "d-pump (10.0.0.5)" in order.reason
    assert "leave everything else" in order.reason and "ne rien changer d'autre" in order.reason
    assert {one.identifier for one in scene.open("action.by-hand")} == {one.id for one in scene.actions("cut", "block")}
    scene.decide("confirm", cut, "bruno", attribute="by-hand", value="applied")
    assert scene.one("cut").status == "done"
    assert cut.id not in {one.identifier for one in scene.open("action.by-hand")}
    scene.later(61)
    scene.act()
    assert "order.undo" in {one.verb for one in scene.one("cut").events}
    assert cut.id in {one.identifier for one in scene.open("action.by-hand")}
    scene.decide("confirm", cut, "bruno", attribute="by-hand", value="undone")
    assert scene.one("cut").status == "undone"
    assert scene.one("block").status == "undone"
    assert not scene.open("action.by-hand")


def test_an_enforcer_does_what_it_knows_and_the_rest_is_done_by_hand(open_scene: Callable[..., Under]) -> None:
    scene = open_scene(enforcers=(Gateway("coa", can=("quarantine",)), Gateway("nft", can=("cut",))))
    attack(scene)
    scene.act()
    assert (scene.one("cut").status, scene.one("block").by_hand) == ("done", True)
    assert {one.by for _, one in scene.store.log(0, (Ran,), 99) if isinstance(one, Ran)} == {"hand", "nft"}


def test_an_agent_that_died_asks_again_for_the_same_steps(scene: Under) -> None:
    attack(scene)
    scene.acting.turn()
    first = list(scene.gateway.asked)
    # It died before the stage heard of it; the log has one word of each try all the same.
    scene.acting = scene.agent()
    scene.acting.turn()
    scene.runner.drain()
    assert scene.gateway.asked == [*first, *first]
    assert scene.gateway.cuts == {ATTACKER}
    assert scene.ran().count("begun.apply") == scene.ran().count("ran.apply") == len(first)


def test_each_run_names_what_let_it(scene: Under) -> None:
    scene.know(device("d-srv", "10.0.0.9", "SERVER"))
    cut = attack(scene, peer="10.0.0.9")
    word = scene.decide("approve", cut, "anna", value="rssi")
    scene.act()
    runs = [one for _, one in scene.store.log(0, (Ran,), 99) if isinstance(one, Ran) and one.action == cut.id]
    assert runs and all(one.cause == (word.id,) for one in runs)


def test_a_thread_acts_until_it_is_stopped(scene: Under) -> None:
    attack(scene)
    applied = threading.Event()

    class Told(Gateway):
        def apply(self, step: object) -> Outcome:
            applied.set()
            return Outcome(ok=True)

    with acting((Told(),), NETWORKS, scene.store, scene.bus, scene.clock, print):
        assert applied.wait(timeout=30)
    assert not [one for one in threading.enumerate() if one.name == "garde-acting"]


def test_a_store_that_does_not_answer_is_said_once(scene: Under) -> None:
    said: list[str] = []
    heard = threading.Event()

    class Silent:
        def linked(self, *args: object) -> object:
            if said:
                heard.set()
            raise DOWN

    def say(line: str) -> None:
        said.append(line)
        heard.set()

    with acting((), NETWORKS, Silent(), scene.bus, scene.clock, say):  # type: ignore[arg-type]
        assert heard.wait(timeout=30)
    assert len(said) == 1 and "gateway.down" in said[0]


def test_an_offer_that_is_over_is_not_run(scene: Under) -> None:
    attack(scene)
    scene.clock.at += 61 * MINUTE
    scene.acting.turn()
    assert not scene.gateway.cuts
    scene.act()
    assert scene.one("cut").status == "expired"
