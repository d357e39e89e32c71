"""What a person may say of an action: their rights, their roles, and what was shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garde.errors import Missing, Refused
from garde.model.person import Grant, Person
from garde.model.zones.action import ALL
from garde.people.door import Visitor
from garde.people.roles import RIGHTS as KNOWN
from garde.pipeline.actions.agreeing import RIGHTS, SWITCH, decided, switching
from tests.response import Under, device


def who(login: str, *grants: Grant, bound: frozenset[str] | None = None) -> Visitor:
    return Visitor(person=Person(id=f"p-{login}", login=login, name=login), grants=grants, bound=bound)


ANNA = who("anna", Grant("rssi"))
BRUNO = who("bruno", Grant("biomedical", ward="Réa A"))
BOTH = who("both", Grant("rssi"), Grant("biomedical"))
NETWORK = who("nina", Grant("network"))
WARD = who("walid", Grant("ward", ward="Réa A"))


@pytest.fixture
def scene() -> Iterator[Under]:
    one = Under(device("d-pump", "10.0.0.5", "INF_SYR", ward="Réa A"), device("d-gate", "10.0.0.7", "GATE"))
    one.attack("threat.pump.command", "d-pump", peer="10.0.0.7")
    yield one
    one.close()


def test_two_people_agree_each_in_a_role_of_theirs(scene: Under) -> None:
    cut = scene.one("cut")
    for visitor, role in ((ANNA, "rssi"), (BRUNO, "biomedical")):
        said = decided(scene.store, visitor, cut.id, "approve", scene.clock.at + 1, shown=cut.shown)
        assert (said.person, said.value, said.attribute) == (visitor.login, role, cut.shown)
        scene.say(said)
        assert role not in scene.one("cut").needs
    assert scene.one("cut").status == "approved"


def test_who_holds_both_roles_is_one_person_and_says_both(scene: Under) -> None:
    cut = scene.one("cut")
    scene.say(decided(scene.store, BOTH, cut.id, "approve", scene.clock.at + 1, shown=cut.shown))
    assert scene.one("cut").needs == ("biomedical",)
    with pytest.raises(Refused, match="same-person"):
        decided(scene.store, BOTH, cut.id, "approve", scene.clock.at + 2, shown=cut.shown)
    scene.say(decided(scene.store, ANNA, cut.id, "approve", scene.clock.at + 3, shown=cut.shown))
    assert scene.one("cut").approvals == ("biomedical:both", "rssi:anna")


@pytest.mark.parametrize(
    ("visitor", "verb", "error", "code"),
    [
        (NETWORK, "approve", Refused, "access.right"),
        (WARD, "undo", Missing, "action.unknown"),
        (who("x", Grant("biomedical", ward="Bloc")), "approve", Missing, "action.unknown"),
        (who("x", Grant("rssi"), bound=frozenset({"actions.read"})), "approve", Refused, "access.right"),
        (Visitor(), "approve", Missing, "action.unknown"),
        (ANNA, "dance", Refused, "action.verb"),
    ],
    ids=["role", "ward", "elsewhere", "token", "stranger", "verb"],
)
def test_who_may_not_is_told_so_or_sees_nothing(
    scene: Under, visitor: Visitor, verb: str, error: type[Exception], code: str
) -> None:
    with pytest.raises(error, match=code):
        decided(scene.store, visitor, scene.one("cut").id, verb, scene.clock.at + 1, reason="because", shown="x")


def test_what_was_not_shown_is_not_agreed_to(scene: Under) -> None:
    with pytest.raises(Refused, match="shown"):
        decided(scene.store, ANNA, scene.one("cut").id, "approve", scene.clock.at + 1)


def test_an_action_that_is_not_there_is_missing(scene: Under) -> None:
    with pytest.raises(Missing):
        decided(scene.store, ANNA, "a-none", "approve", scene.clock.at)


def test_suspending_is_for_those_whose_right_reaches_everything(scene: Under) -> None:
    said = switching(ANNA, "freeze", scene.clock.at, "false alerts")
    assert (said.verb, said.about) == ("freeze", ALL)
    for visitor in (NETWORK, BRUNO, Visitor()):
        with pytest.raises(Refused, match=r"access\.right"):
            switching(visitor, "freeze", scene.clock.at, "why")
    with pytest.raises(Refused, match="reason"):
        switching(ANNA, "thaw", scene.clock.at, " ")


def test_what_is_suspended_is_not_agreed_to(scene: Under) -> None:
    cut = scene.one("cut")
    scene.freeze()
    scene.runner.drain()
    with pytest.raises(Refused, match=r"action\.frozen"):
        decided(scene.store, ANNA, cut.id, "approve", scene.clock.at + 1, shown=cut.shown)


def test_every_verb_needs_a_right_that_there_is() -> None:
    assert {*RIGHTS.values(), SWITCH} <= set(KNOWN)
