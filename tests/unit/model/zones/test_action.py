"""Actions: the same plan is the same action, and an approval is for exactly what was shown."""

from __future__ import annotations

import msgspec
import pytest

from garde.model.zones.action import OVER, STATUSES, Action, Event, Step, action_id, proposed, ran

CUT = Step(id="s", verb="cut", target="ip:10.9.9.9", other="device:d-1")
ACTION = Action(id="a-1", verb="cut", why="f-1", reach=("ip:10.9.9.9",), impact=("in-use: yes",), plan=(CUT,))


def test_the_same_step_for_the_same_outbreak_is_one_action() -> None:
    parts = ("f-1", 1, "worm", 2, "ip:10.9.9.9/32")
    others = [("f-2", *parts[1:]), ("f-1", 2, *parts[2:]), (*parts[:3], 3, parts[4]), (*parts[:4], "ip:10.9.9.8/32")]
    assert action_id(*parts) == action_id(*parts)
    assert len({action_id(*parts), *(action_id(*other) for other in others)}) == 5


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("reach", ("device:d-1",)),
        ("impact", ("in-use: no",)),
        ("plan", (msgspec.structs.replace(CUT, target="device:d-1"),)),
        ("plan", (msgspec.structs.replace(CUT, gentle=False),)),
    ],
    ids=["reach", "impact", "target", "gentle"],
)
def test_what_an_approver_must_see_changes_with_what_is_touched(part: str, value: object) -> None:
    assert msgspec.structs.replace(ACTION, **{part: value}).shown != ACTION.shown


def test_what_was_said_of_it_does_not_change_what_was_shown() -> None:
    said = (Event(1, "w-1", "approve"),)
    assert msgspec.structs.replace(ACTION, events=said, status="waiting").shown == ACTION.shown


@pytest.mark.parametrize("status", STATUSES)
def test_an_action_is_open_until_nothing_more_follows(status: str) -> None:
    assert msgspec.structs.replace(ACTION, status=status).open is (status not in OVER)


def test_a_plan_and_a_try_are_each_one_message() -> None:
    assert proposed(ACTION, ("c",)).id == proposed(ACTION, ("c",)).id
    first, second = (ran(ACTION, "failed.apply", at, by="gateway", code="down") for at in (5, 9))
    assert first.id == second.id
    assert ran(ACTION, "failed.apply", 9, by="gateway", code="down", turn=1).id != first.id
