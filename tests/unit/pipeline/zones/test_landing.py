"""Proof of landing, told as a playbook under a hand clock (acceptance 6), and who uses another's address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garde.bus.log import LogBus
from garde.model.device import Device
from garde.model.finding import Finding
from garde.model.key import Key
from garde.model.message import Message
from garde.model.observation import Observation, observe
from garde.model.zones.place import MAB, AccessRequest, Landing, Onboarding, Placement, Seat, placed
from garde.pipeline import findings
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.pipeline.zones import landing
from garde.pipeline.zones.landing import GRACE, PATIENCE, SECOND
from garde.ports import Store
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from garde.zones.place import SETTLED
from tests.makers import START
from tests.unit.pipeline.test_runner import HandClock

MAC = "00:09:fb:01:02:03"


class Play:
    """A store, a runner and a clock that only the test moves."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, HandClock()
        self._bus = LogBus(store)
        self._runner = Runner(Registry(landing.STAGE, findings.stage()), store, self._bus, self.clock)

    def say(self, *messages: Message) -> None:
        self.clock.at = max(self.clock.at, *(message.at for message in messages))
        self._bus.publish(messages)
        self._runner.drain()

    def until(self, at: int) -> None:
        self.clock.at = at
        self._runner.drain()

    def found(self, rule: str = "nac.mismatch") -> list[Finding]:
        return [one for one in self.store.all(Finding) if one.rule == rule]

    @property
    def seat(self) -> Seat:
        (seat,) = self.store.all(Seat)
        return seat


@pytest.fixture
def play() -> Iterator[Play]:
    store = open_sqlite("", SHAPES)
    yield Play(store)
    store.close()


def decided(at: int = START, **parts: object) -> Placement:
    asked = AccessRequest(at=at, mac=MAC, kind=MAB, nas="sw-1", port="Gi1/0/7")
    return placed(asked, **{"zone": "Z1", "vlan": 120, "rule": "r", "rank": "explicit", "device": "d-1", **parts})


def told(at: int, **parts: object) -> Landing:
    return Landing(**{"id": f"la-{at}", "at": at, "mac": MAC, "nas": "sw-1", "port": "Gi1/0/7", **parts})  # type: ignore[arg-type]


def frame(at: int, vlan: int, source: str = "frame") -> Observation:
    return observe(
        sensor="s", at=at, subject=(Key("mac", MAC), Key("ip", "10.0.0.1")), attribute="vlan", value=str(vlan),
        source=source, weight=0.9,
    )  # fmt: skip


def test_where_decided_and_seen_agree_nothing_is_found(play: Play) -> None:
    play.say(decided(), told(START + SECOND, vlan=120), frame(START + 2 * SECOND, 120))
    play.until(START + 60 * SECOND)
    assert not play.found()
    assert (play.seat.vlan, play.seat.seen_vlan, play.seat.seen_port) == (120, 120, "Gi1/0/7")


@pytest.mark.parametrize("delay", [1, 9, 11, 40], ids=lambda seconds: f"{seconds}s")
@pytest.mark.parametrize("witness", ["switch", "wire"])
def test_a_switch_that_ignores_the_vlan_is_found_within_a_minute(play: Play, witness: str, delay: int) -> None:
    at = START + delay * SECOND
    play.say(decided())
    play.say(told(at, vlan=30) if witness == "switch" else frame(at, 30))
    play.until(START + 60 * SECOND)
    (one,) = play.found()
    assert one.last_at <= START + 60 * SECOND
    assert (one.device, one.severity, one.status) == ("d-1", "high", "open")
    assert {"vlan.decided: 120", "vlan.seen: 30"} <= set(one.reasons)


def test_a_device_that_turns_up_elsewhere_is_found_at_once(play: Play) -> None:
    play.say(decided())
    play.until(START + PATIENCE)
    play.say(told(START + 3600 * SECOND, nas="sw-2", port="Gi1/0/1"))
    (one,) = play.found()
    assert {"port.decided: sw-1 Gi1/0/7", "port.seen: sw-2 Gi1/0/1"} <= set(one.reasons)
    assert one.last_at == START + 3600 * SECOND


def test_the_moment_in_which_a_switch_moves_a_port_is_no_mismatch(play: Play) -> None:
    play.say(decided(), frame(START + 2 * SECOND, 30), frame(START + 3 * SECOND, 120))
    play.until(START + PATIENCE)
    assert not play.found()


def test_once_it_is_right_the_finding_is_over(play: Play) -> None:
    play.say(decided(), frame(START + GRACE, 30))
    assert play.found()[0].status == "open"
    play.say(frame(START + 2 * GRACE, 120))
    (one,) = play.found()
    assert (one.status, one.closed_by) == ("closed", "evidence")


def test_the_same_difference_is_judged_once_and_another_one_again(play: Play) -> None:
    play.say(decided(), *(told(START + GRACE + step * SECOND, vlan=30, status="alive") for step in range(5)))
    assert len(play.found()[0].causes) == 1
    play.say(told(START + 2 * GRACE, vlan=31))
    (one,) = play.found()
    assert len(one.causes) == 2 and "vlan.seen: 31" in one.reasons


def test_what_was_seen_before_the_decision_says_nothing_about_it(play: Play) -> None:
    play.say(frame(START - SECOND, 30), told(START - 5 * SECOND, vlan=30), decided())
    play.until(START + 60 * SECOND)
    assert not play.found()


def test_a_session_does_not_make_an_old_tag_new(play: Play) -> None:
    play.say(decided(vlan=30), frame(START + GRACE, 30))
    moved = decided(START + 100 * SECOND, vlan=120)
    play.say(moved, told(START + 101 * SECOND, placement=moved.id), told(START + 150 * SECOND, status="alive"))
    play.until(START + 200 * SECOND)
    assert not play.found(), "the switch says no VLAN, and the wire has shown none since"


def test_an_old_port_is_not_held_against_a_new_decision(play: Play) -> None:
    play.say(decided(), told(START + SECOND))
    new = AccessRequest(at=START + 100 * SECOND, mac=MAC, kind=MAB, nas="sw-2", port="1")
    play.say(placed(new, vlan=120, rank="explicit"), frame(START + 120 * SECOND, 120))
    play.until(START + 200 * SECOND)
    assert not play.found()
    assert play.seat.place == ("sw-2", "1")


def test_an_echo_of_the_decision_came_behind_it_whatever_the_clocks_say(play: Play) -> None:
    one = decided(START + SECOND // 2)
    play.say(one)
    play.say(told(START, vlan=30, placement=one.id))
    play.until(START + 60 * SECOND)
    assert len(play.found()) == 1


def test_two_tags_in_one_frame(play: Play) -> None:
    play.say(decided(), frame(START + GRACE, 120), frame(START + GRACE, 7))
    play.until(START + 60 * SECOND)
    assert [one.status for one in play.found()] in ([], ["closed"])
    assert play.seat.seen_vlan == 120


def test_frames_of_strangers_and_other_witnesses_are_passed_over(play: Play) -> None:
    play.say(frame(START, 30))
    assert not list(play.store.all(Seat))
    play.say(decided(START + 1), frame(START + GRACE + 1, 30, source="lldp"), told(START + GRACE + 2, status="stop"))
    play.until(START + 60 * SECOND)
    assert not play.found() and not play.seat.seen_at


def test_a_switch_that_keeps_its_own_vlan_is_not_held_against_one(play: Play) -> None:
    play.say(decided(vlan=0, zone="", rank="kept"), frame(START + GRACE, 30))
    assert not play.found()


def test_an_older_decision_that_comes_late_changes_nothing(play: Play) -> None:
    new = decided(START + SECOND, vlan=121)
    play.say(new)
    play.say(decided(), decided())
    assert (play.seat.vlan, play.seat.placement) == (121, new.id)


def test_a_refusal_leaves_the_seat_where_it_was(play: Play) -> None:
    play.say(decided(), decided(START + SECOND, accepted=False, vlan=0, zone=""))
    assert (play.seat.accepted, play.seat.vlan) == (False, 120)


def test_something_that_uses_an_address_is_a_threat_until_it_is_gone(play: Play) -> None:
    play.say(decided(rank="contradicted", vlan=998, contradictions=("wire.os: windows",)))
    (one,) = play.found("nac.spoofed")
    assert (one.severity, one.kind, one.device) == ("high", "threat", "d-1") and "wire.os: windows" in one.reasons
    play.say(decided(START + SECOND, contradictions=("wire.os: windows",), rank="fingerprint"))
    assert play.found("nac.spoofed")[0].severity == "critical", "it stays in its place: somebody must go there now"
    play.say(decided(START + 2 * SECOND))
    assert play.found("nac.spoofed")[0].status == "closed"


@pytest.mark.parametrize(
    ("kind", "heard", "rank", "state", "unmanaged"),
    [
        ("unknown", 0, "unknown", "STAGING", False),
        ("MON_BED", 0, "unknown", "STAGING", False),
        ("MON_BED", SETTLED, "kept", "PROFILED", True),
        ("PRINT", SETTLED, "contradicted", "QUARANTINE", False),
    ],
    ids=range(4),
)
def test_a_placement_takes_its_device_a_step(
    play: Play, kind: str, heard: int, rank: str, state: str, unmanaged: bool
) -> None:
    with play.store.begin() as unit:
        unit.put([Device(id="d-1", keys=(Key("mac", MAC),), kind=kind, first_at=START - heard, last_at=START)])
    play.say(decided(rank=rank))
    (one,) = play.store.all(Onboarding)
    assert (one.id, one.state, one.unmanaged) == ("d-1", state, unmanaged)


def test_messages_that_come_twice_change_nothing(play: Play) -> None:
    story = [decided(), told(START + SECOND, vlan=30), frame(START + GRACE, 30)]
    play.say(*story)
    before = (play.seat, play.found())
    play.say(*story)
    assert (play.seat, play.found()) == before
