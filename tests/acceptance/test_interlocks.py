"""Issue 4, acceptance 4: a device in use is not touched, its attacker's path is cut, and all is in the evidence chain.

A thousand attacks drawn from a seed: kinds of device, evidence of use, attackers, playbooks, how sure the rule is, lax
policies, and people who agree to everything, also to what they may not, and who lie about the bedside.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from garde.evidence.verify import breaks
from garde.inventory.kinds import kinds
from garde.model.decision import Decision
from garde.model.zones.action import MINUTE, Action, Proposed, Ran
from garde.respond.decide import Policy, default, parse
from garde.respond.plan import playbooks
from garde.respond.use import signs
from tests.response import Gateway, Under, device

SCENES, ATTACKS = 50, 20
POLICIES: dict[str, Policy] = {
    "default": default(),
    "lax": parse('[[row]]\nmode = "automatic"', "lax.toml"),
    "nobody-asked": parse('[[row]]\nmode = "approval"', "nobody.toml"),
    "one-person": parse('[[row]]\nmode = "approval"\napprove = ["rssi"]', "one.toml"),
}
#: Who attacks: an address outside, one inside that nobody knows, a computer, a server, a gateway, a monitor in use.
ATTACKERS = ("outside", "unknown", "WORKSTATION", "SERVER", "GATE", "MON_BED")


def evidence_of(kind: str, draw: random.Random) -> str:
    """A service that shows that a device of this kind is in use."""
    firsts: dict[str, bool] = {}
    for sign in signs():
        if sign.service not in firsts and (not sign.kinds or kind in sign.kinds):
            firsts[sign.service] = True
    return draw.choice(sorted(firsts))


class Attack:
    """One device in use, one attacker, one rule."""

    def __init__(self, scene: Under, number: int, draw: random.Random) -> None:
        self.name, self.ip = f"d-{number}", f"10.1.{number}.1"
        self.kind = draw.choice(sorted(kinds()))
        who = draw.choice(ATTACKERS)
        self.far = f"203.0.113.{number + 1}" if who == "outside" else f"10.2.{number}.1"
        self.attacker = f"ip:{self.far}/32"
        self.in_use = {f"device:{self.name}"}
        scene.know(device(self.name, self.ip, self.kind, ward=f"ward {number}"))
        if who not in ("outside", "unknown"):
            self.attacker = f"device:a-{number}"
            scene.know(device(f"a-{number}", self.far, who, ward=f"ward {number}"))
        scene.talk(self.ip, "10.3.0.1", evidence_of(self.kind, draw))
        if who == "MON_BED":
            scene.talk(self.far, "10.3.0.1", "intellivue")
            self.in_use.add(self.attacker)
        book = draw.choice(list(playbooks()))
        rule = book.head.rules[0].replace("*", "threat.other")
        words = {"severity": draw.choice(["medium", "high", "critical"]), "confidence": draw.randint(0, 100)}
        if book.head.hostile == "peer":
            self.finding = scene.attack(rule, self.name, peer=self.far, **words)
        elif self.attacker.startswith("device:"):
            self.finding = scene.attack(rule, self.attacker[7:], peer=self.ip, **words)
        else:
            # The rule is about the device that is attacked all the same when the attacker is none.
            self.finding = scene.attack("threat.other", self.name, peer=self.far, **words)


def meddle(scene: Under, action: Action, draw: random.Random) -> None:
    """Everybody says everything, in any order; nothing refuses it before it reaches the log."""
    words = [("approve", person, role) for person in ("anna", "bruno") for role in ("rssi", "biomedical")]
    said = [(verb, person, {"value": role}) for verb, person, role in words]
    said.append(("override", "anna", {}))
    said += [
        ("confirm", "bruno", {"attribute": what, "value": value})
        for what, value in (("bedside", "idle"), ("clinician", "Dr Roy"), ("spare", "in place"))
    ]
    for verb, person, parts in draw.sample(said, draw.randint(0, len(said))):
        scene.decide(verb, action, person, **parts)


def agree(scene: Under, action: Action) -> None:
    """The two who must agree do, to what is shown."""
    for person, role in (("anna", "rssi"), ("bruno", "biomedical")):
        scene.decide("approve", action, person, value=role)


@pytest.mark.parametrize("seed", range(SCENES))
def test_a_device_in_use_is_not_touched_and_its_attacker_is_cut(seed: int) -> None:
    draw = random.Random(seed)
    scene = Under(policy=POLICIES[draw.choice(sorted(POLICIES))])
    attacks = [Attack(scene, number, draw) for number in range(ATTACKS)]
    for action in scene.actions():
        if draw.random() < 0.3:
            meddle(scene, action, draw)
    scene.act()
    for action in scene.actions("cut"):
        if action.status in ("proposed", "waiting"):
            agree(scene, action)
    scene.act()
    for attack in attacks:
        assert not attack.in_use & scene.gateway.touched, (attack.kind, attack.attacker)
        ends = {attack.attacker, f"device:{attack.name}"}
        assert any(set(cut) == ends for cut in scene.gateway.cuts), (attack.kind, attack.attacker)
        assert [one for one in scene.actions("call") if one.why == attack.finding]
    evident(scene)
    scene.close()


def evident(scene: Under) -> None:
    """Every plan, every word and every step of the gateway stands in the log, and the chain holds."""
    with scene.store.snapshot() as look:
        assert list(breaks(look)) == []
    log = [one for _, one in scene.store.log(0, (Proposed, Decision, Ran), 100_000)]
    planned = {one.action.id for one in log if isinstance(one, Proposed)}
    assert {one.id for one in scene.actions()} <= planned
    ran = {one.action for one in log if isinstance(one, Ran) and one.what == "begun.apply"}
    steps = {step.id: one.id for one in scene.actions() for step in one.plan}
    assert {steps[step.id] for _, step in scene.gateway.asked} <= ran
    known = {one.id for one in log}
    assert all(set(one.cause) <= known | causes(scene) for one in log if isinstance(one, Ran))


def causes(scene: Under) -> set[str]:
    """Turns of findings, which a run may name when nobody had to agree."""
    return {one.planned[1] for one in scene.actions()}


# --- what nobody gets past -------------------------------------------------------------------------------------------

VENT = device("d-vent", "10.0.0.5", "VENT_ICU", ward="Réa A")


@pytest.fixture
def scene() -> Iterator[Under]:
    """A ventilator that nobody sees in use, which says nothing: a worm comes from it."""
    one = Under(VENT)
    one.attack("threat.worm", "d-vent", severity="critical", confidence=100)
    yield one
    one.close()


AGREED = [
    ("approve", "anna", {"value": "rssi"}),
    ("approve", "bruno", {"value": "biomedical"}),
    ("confirm", "bruno", {"attribute": "clinician", "value": "Dr Roy"}),
    ("confirm", "bruno", {"attribute": "spare", "value": "VENT-12"}),
    ("confirm", "chloe", {"attribute": "bedside", "value": "idle"}),
]


def test_a_ventilator_is_isolated_only_when_two_people_a_clinician_a_spare_and_the_bedside_say_so(scene: Under) -> None:
    quarantine = scene.one("quarantine")
    assert (quarantine.status, quarantine.firm) == ("proposed", True)
    for verb, person, parts in AGREED:
        scene.act()
        assert not scene.gateway.touched
        scene.decide(verb, quarantine, person, **parts)
    scene.act()
    assert scene.gateway.touched == {"device:d-vent"}
    assert all(step.gentle for _, step in scene.gateway.asked)


@pytest.mark.parametrize("missing", range(len(AGREED)), ids=lambda number: "-".join(map(str, AGREED[number][:2])))
def test_without_one_of_them_it_is_not(scene: Under, missing: int) -> None:
    quarantine = scene.one("quarantine")
    for number, (verb, person, parts) in enumerate(AGREED):
        if number != missing:
            scene.decide(verb, quarantine, person, **parts)
    scene.decide("override", quarantine, "anna")
    scene.later(11)
    scene.act()
    assert not scene.gateway.touched


def test_a_forged_word_does_not_get_past(scene: Under) -> None:
    quarantine = scene.one("quarantine")
    for role in ("rssi", "biomedical"):
        scene.decide("approve", quarantine, "anna", value=role)
        scene.decide("approve", quarantine, "bruno", value=role, attribute="not what was shown")
        scene.decide("approve", quarantine, "policy:site", value="admin")
    for what in ("bedside", "clinician", "spare"):
        scene.decide("confirm", quarantine, "bruno", attribute=what, value="idle")
    scene.act()
    assert not scene.gateway.touched
    assert scene.one("quarantine").needs == ("biomedical",)


def test_nothing_that_is_agreed_runs_once_its_time_is_over(scene: Under) -> None:
    quarantine = scene.one("quarantine")
    for verb, person, parts in AGREED[:-1]:
        scene.decide(verb, quarantine, person, **parts)
    scene.later(61)
    scene.decide("confirm", quarantine, "chloe", attribute="bedside", value="idle")
    scene.act()
    assert not scene.gateway.touched
    assert scene.one("quarantine").status == "expired"


def test_what_ran_is_taken_back_by_itself_after_an_hour_also_while_all_is_suspended(scene: Under) -> None:
    quarantine = scene.one("quarantine")
    for verb, person, parts in AGREED:
        scene.decide(verb, quarantine, person, **parts)
    scene.act()
    scene.freeze()
    scene.later(60)
    scene.act()
    assert [way for way, step in scene.gateway.asked if step.verb == "quarantine"] == ["apply", "undo"]
    assert scene.one("quarantine").status == "undone"
    assert scene.clock.at >= scene.one("quarantine").done_at + 60 * MINUTE
    evident(scene)


def test_without_a_gateway_a_person_is_asked_and_the_same_people_must_agree() -> None:
    scene = Under(VENT, enforcers=())
    scene.attack("threat.worm", "d-vent", severity="critical", confidence=100)
    quarantine = scene.one("quarantine")
    for verb, person, parts in AGREED[1:]:
        scene.decide(verb, quarantine, person, **parts)
    scene.act()
    assert not scene.one("quarantine").by_hand
    scene.decide("approve", quarantine, "anna", value="rssi")
    scene.act()
    assert scene.one("quarantine").by_hand
    scene.close()


def test_every_enforcer_is_asked_by_the_same_name() -> None:
    assert Gateway().verbs == frozenset(step.verb for book in playbooks() for step in book.steps) - {"call"}
