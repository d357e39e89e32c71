"""Where an action stands after what was said and done; in whatever order, however often."""

from __future__ import annotations

import itertools
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Refused
from garde.model.decision import Decision
from garde.model.zones.action import ALL, MINUTE, TTL, Action, Event, Freeze, Step, ran
from garde.respond.life import LONGEST, allowed, asked, event_of, fold, matched, override_at, replanned, switched

START = 1_000_000 * MINUTE
PLAN = (Step(id="s-1", verb="quarantine", target="device:d-1"),)
UNDO = (Step(id="u-1", verb="release", target="device:d-1", undoes="s-1"),)


def action(**parts: Any) -> Action:
    fixed: dict[str, Any] = {
        "id": "a-1", "verb": "quarantine", "why": "f-1", "level": 4, "plan": PLAN, "undo": UNDO, "mode": "approval",
        "approve": ("rssi", "biomedical"), "at": START, "planned": (START, "c-1"), "device": "d-1",
    }  # fmt: skip
    return Action(**(fixed | parts))


ONE = action()


def say(verb: str, person: str = "anna", at: int = 1, one: Action = ONE, **parts: Any) -> Decision:
    fixed = {"approve": {"attribute": one.shown}, "override": {"attribute": one.shown}}.get(verb, {})
    return Decision(
        id=f"w-{verb}-{person}-{at}", at=START + at * MINUTE, verb=verb, person=person, about=one.id,
        **({"reason": "because"} | fixed | parts),
    )  # fmt: skip


def did(what: str, at: int, code: str = "") -> Event:
    return event_of(ran(ONE, what, START + at * MINUTE, by="gateway", code=code))


def after(*said: Decision | Event, one: Action = ONE, clock: int = 0, frozen: bool = False) -> Action:
    events = [event_of(each) if isinstance(each, Decision) else each for each in said]
    return fold(one, events, clock=START + clock * MINUTE, frozen=frozen)


ANNA = say("approve", "anna", value="rssi")
BRUNO = say("approve", "bruno", at=2, value="biomedical")


def test_two_people_in_two_roles_let_it_run() -> None:
    assert (after().status, after().needs) == ("waiting", ("rssi", "biomedical"))
    assert (after(ANNA).status, after(ANNA).needs) == ("waiting", ("biomedical",))
    both = after(ANNA, BRUNO)
    assert (both.status, both.wants, both.approvals) == ("approved", "apply", ("biomedical:bruno", "rssi:anna"))


def test_the_same_person_in_both_roles_is_one_person() -> None:
    twice = after(ANNA, say("approve", "anna", at=2, value="biomedical"))
    assert (twice.status, twice.needs) == ("waiting", ("biomedical",))


def test_an_approval_is_for_what_was_shown() -> None:
    assert after(say("approve", value="rssi", attribute="something else")).approvals == ()
    changed = msgspec.structs.replace(ONE, impact=("patients: possible",))
    assert after(ANNA, one=changed).approvals == ()


def test_silence_never_lets_it_run() -> None:
    assert after(ANNA, clock=59).status == "waiting"
    late = after(ANNA, BRUNO, clock=60)
    # They agreed in time, and nothing carried it out in time.
    assert (late.status, late.wants) == ("expired", "")
    assert after(ANNA, say("approve", "bruno", at=61, value="biomedical")).status == "waiting"


def test_what_is_confirmed_is_asked_for_too() -> None:
    one = action(confirm=("bedside", "clinician", "spare"))
    ready = [
        say("confirm", "anna", 3, one, attribute="clinician", value="Dr Roy"),
        say("confirm", "anna", 4, one, attribute="spare", value="VENT-12"),
    ]
    both = [say("approve", "anna", 1, one, value="rssi"), say("approve", "bruno", 2, one, value="biomedical")]
    assert after(*both, one=one).status == "waiting"
    assert after(*both, *ready, one=one).confirms == ("bedside",)
    looked = say("confirm", "chloe", 5, one, attribute="bedside", value="idle")
    assert after(*both, *ready, looked, one=one).status == "approved"
    again = say("confirm", "chloe", 6, one, attribute="bedside", value="in-use")
    assert after(*both, *ready, looked, again, one=one).status == "waiting"


def test_the_clinician_is_not_one_of_those_who_agree() -> None:
    one = action(confirm=("clinician",))
    both = [say("approve", "anna", 1, one, value="rssi"), say("approve", "bruno", 2, one, value="biomedical")]
    named = say("confirm", "anna", 3, one, attribute="clinician", value="bruno")
    assert after(*both, named, one=one).confirms == ("clinician",)


def test_an_option_waits_for_nobody_until_somebody_agrees() -> None:
    one = action(mode="option")
    assert after(one=one).status == "proposed"
    assert after(say("approve", "anna", 1, one, value="rssi"), one=one).status == "waiting"


def test_what_is_automatic_runs_at_once() -> None:
    one = action(mode="automatic", approve=())
    assert (after(one=one).status, after(one=one).wants) == ("approved", "apply")


def test_it_is_in_force_for_an_hour_and_then_taken_back() -> None:
    done = after(ANNA, BRUNO, did("begun.apply", 5), did("ran.apply", 6))
    assert (done.status, done.wants, done.until) == ("done", "", START + 6 * MINUTE + TTL)
    over = fold(done, clock=done.until)
    assert (over.status, over.wants) == ("done", "undo")
    back = fold(over, [did("ran.undo", 70)])
    assert (back.status, back.wants, back.open) == ("undone", "", False)


def test_a_person_may_take_it_back_or_put_the_end_off() -> None:
    done = [ANNA, BRUNO, did("ran.apply", 6)]
    assert after(*done, say("undo", "bruno", 7)).wants == "undo"
    longer = after(*done, say("extend", at=7, until=START + 300 * MINUTE), clock=200)
    assert (longer.wants, longer.until) == ("", START + 300 * MINUTE)
    endless = after(*done, say("extend", at=7, until=START + 10 * LONGEST))
    assert endless.until == START + 7 * MINUTE + LONGEST


def test_what_was_begun_and_stopped_is_taken_back_because_nobody_knows_how_far_it_came() -> None:
    begun = [ANNA, BRUNO, did("begun.apply", 5)]
    assert (after(*begun).status, after(*begun).wants) == ("running", "apply")
    assert after(*begun, say("refuse", at=6)).wants == "undo"
    assert after(*begun, clock=60).wants == "undo"
    refused = after(*begun, did("refused.apply", 6, "no-such-port"))
    assert (refused.wants, refused.note) == ("undo", "no-such-port")
    assert fold(refused, [did("ran.undo", 7)]).status == "refused"


def test_a_refusal_ends_it() -> None:
    no = after(ANNA, say("refuse", "bruno", 2), say("approve", "bruno", 3, value="biomedical"))
    assert (no.status, no.wants, no.note) == ("refused", "", "because")
    stopped = after(ANNA, BRUNO, did("refused.apply", 3, "in-use"))
    assert (stopped.status, stopped.note) == ("refused", "in-use")


def test_the_switch_suspends_what_has_not_run_and_not_what_is_taken_back() -> None:
    assert (after(ANNA, BRUNO, frozen=True).status, after(ANNA, BRUNO, frozen=True).wants) == ("frozen", "")
    assert after(ANNA, BRUNO).status == "approved"
    assert after(ANNA, BRUNO, did("ran.apply", 3), say("undo", at=4), frozen=True).wants == "undo"
    assert after(one=action(level=0, mode="automatic"), frozen=True).status == "approved"


def test_a_finding_that_a_person_closes_takes_its_actions_with_it() -> None:
    closed = Event(START + 9 * MINUTE, "t-1", "closed", "anna")
    done = [ANNA, BRUNO, did("ran.apply", 6)]
    assert after(*done, closed).wants == "undo"
    # Quiet may be because it is cut: it stays until its time.
    assert after(*done, msgspec.structs.replace(closed, person="")).wants == ""
    assert after(ANNA, msgspec.structs.replace(closed, person="")).status == "refused"
    again = action(at=START + 10 * MINUTE, planned=(START + 10 * MINUTE, "c-2"))
    back = fold(replanned(after(ANNA, closed), again))
    assert (back.status, back.approvals) == ("waiting", ())


def test_an_order_is_carried_out_by_a_person_who_says_so() -> None:
    ordered = [ANNA, BRUNO, did("order.apply", 3)]
    assert (after(*ordered).status, after(*ordered).wants, after(*ordered).by_hand) == ("approved", "", True)
    applied = [*ordered, say("confirm", "bruno", 9, attribute="by-hand", value="applied")]
    assert (after(*applied).status, after(*applied).done_at) == ("done", START + 9 * MINUTE)
    assert after(*applied, clock=70).wants == "undo"
    back = [*applied, did("order.undo", 70)]
    assert (after(*back, clock=71).status, after(*back, clock=71).wants) == ("done", "")
    undone = say("confirm", "bruno", 75, attribute="by-hand", value="undone")
    assert after(*back, undone, clock=75).status == "undone"
    # Nobody said that it was carried out: the order is withdrawn.
    assert after(*ordered, clock=61).wants == "undo"
    assert after(*ordered, did("order.undo", 61), clock=61).status == "undone"


def test_nobody_breaks_the_glass_of_what_is_firm() -> None:
    assert after(say("override")).status == "approved"
    firm = action(firm=True)
    assert after(say("override", one=firm), one=firm).status == "waiting"
    broken = after(say("override"))
    assert override_at(broken) == (START + MINUTE, False)
    assert override_at(fold(broken, [event_of(say("review", "anna", 9))])) == (START + MINUTE, False)
    assert override_at(fold(broken, [event_of(say("review", "bruno", 9))])) == (START + MINUTE, True)


def test_a_newer_plan_asks_again_and_leaves_alone_what_runs() -> None:
    newer = action(at=START + 5 * MINUTE, planned=(START + 5 * MINUTE, "c-2"), severity="critical")
    again = replanned(after(ANNA), newer)
    assert fold(again).needs == ("rssi", "biomedical")
    done = after(ANNA, BRUNO, did("ran.apply", 3))
    assert replanned(done, newer) is done
    undone = fold(done, [did("ran.undo", 4)])
    assert fold(replanned(undone, newer)).status == "waiting"
    assert replanned(again, ONE) is again


def test_the_last_word_about_the_switch_holds() -> None:
    on, off = (
        Decision(id=f"w-{n}", at=n, verb=verb, person="k", about=ALL) for n, verb in ((5, "freeze"), (9, "thaw"))
    )
    for words in ([on, off], [off, on], [on, off, on]):
        switch = Freeze()
        for word in words:
            switch = switched(switch, word)
        assert (switch.on, switch.said) == (False, (9, "w-9"))


SAID = [
    ANNA, BRUNO, say("approve", "anna", 3, value="biomedical"), say("refuse", "chloe", 4), say("undo", "anna", 8),
    say("extend", "anna", 9, until=START + 200 * MINUTE),
    say("confirm", "anna", 5, attribute="by-hand", value="applied"),
    say("confirm", "anna", 6, attribute="by-hand", value="undone"), say("override", "chloe", 2),
    did("begun.apply", 5), did("ran.apply", 6), did("failed.apply", 5, "down"), did("refused.apply", 7, "in-use"),
    did("order.apply", 4), did("order.undo", 12), did("ran.undo", 11),
    Event(START + 7 * MINUTE, "t-1", "closed", "anna"), Event(START + 8 * MINUTE, "t-2", "closed"),
]  # fmt: skip


@given(st.lists(st.sampled_from(range(len(SAID))), max_size=12), st.integers(0, 120), st.booleans(), st.randoms())
def test_order_and_repetition_change_nothing(
    numbers: list[int], clock: int, frozen: bool, order: random.Random
) -> None:
    said = [SAID[number] for number in numbers]
    whole = after(*said, clock=clock, frozen=frozen)
    again = [*said, *said[: len(said) // 2]]
    order.shuffle(again)
    piecemeal = ONE
    for each in again:
        piecemeal = after(each, one=piecemeal, frozen=order.random() < 0.5)
    assert fold(piecemeal, clock=START + clock * MINUTE, frozen=frozen) == whole


@given(st.lists(st.sampled_from(range(len(SAID))), max_size=12), st.integers(0, 120))
def test_it_never_runs_without_two_people_or_a_broken_glass(numbers: list[int], clock: int) -> None:
    said = [SAID[number] for number in numbers]
    firm = action(firm=True)
    replaced = [
        msgspec.structs.replace(each, attribute=firm.shown)
        if isinstance(each, Decision) and each.verb in ("approve", "override")
        else each
        for each in said
    ]
    one = after(*replaced, one=firm, clock=clock)
    if one.status == "approved":
        people = {each.partition(":")[2] for each in one.approvals}
        assert len(people) == 2 and one.needs == ()


@pytest.mark.parametrize(
    ("said", "one", "code"),
    [
        (say("dance"), ONE, "action.verb"),
        (say("freeze"), ONE, "action.verb"),
        (say("refuse", reason=" "), ONE, "action.reason"),
        (say("approve", value="rssi"), after(say("refuse")), "action.over"),
        (say("approve", value="rssi", attribute="x"), after(), "action.shown"),
        (say("approve", value="network"), after(), "action.role"),
        (say("approve", "anna", 3, value="biomedical"), after(ANNA), "action.same-person"),
        (say("approve", "chloe", 3, value="rssi"), after(ANNA, BRUNO), "action.approve"),
        (say("override", one=action(firm=True)), fold(action(firm=True)), "action.firm"),
        (say("confirm", attribute="weather", value="fine"), after(), "action.confirm"),
        (say("confirm", attribute="bedside", value="perhaps"), after(), "action.bedside"),
        (say("confirm", attribute="by-hand", value="applied"), after(), "action.by-hand"),
        (say("confirm", attribute="clinician", value="anna"), after(ANNA), "action.clinician"),
        (say("undo"), after(ANNA), "action.undo"),
        (say("extend", until=START + 2 * MINUTE), after(ANNA), "action.extend"),
        (say("review"), after(), "action.review"),
        (say("review", "anna"), after(say("override", "anna")), "action.review"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_said_is_refused_before_it_is_said(said: Decision, one: Action, code: str) -> None:
    with pytest.raises(Refused) as caught:
        allowed(one, said)
    assert caught.value.code == code


def test_what_is_suspended_is_not_agreed_to() -> None:
    with pytest.raises(Refused, match="thaw"):
        allowed(after(), ANNA, frozen=True)
    allowed(after(), ANNA)


def test_who_holds_several_roles_says_all_of_them_and_fills_the_one_that_is_left() -> None:
    assert asked(after(ANNA), ("rssi", "biomedical", "network")) == "rssi biomedical"
    assert asked(after(), ("network",)) == ""
    both = say("approve", "bruno", at=1, value="rssi biomedical")
    assert after(both).needs == ("biomedical",)
    allowed(after(both), ANNA)
    assert after(both, say("approve", "anna", at=2, value="rssi")).status == "approved"
    assert after(both, say("approve", "anna", at=2, value="biomedical")).status == "approved"


@given(
    st.dictionaries(st.sampled_from("abcd"), st.sets(st.sampled_from(["r", "s", "t"])), max_size=4),
    st.sampled_from([("r",), ("r", "s"), ("r", "s", "t")]),
)
def test_as_many_roles_are_filled_as_can_be(agreed: dict[str, set[str]], roles: tuple[str, ...]) -> None:
    found = matched(roles, agreed)
    assert len(set(found.values())) == len(found)
    assert all(role in agreed[person] for role, person in found.items())
    choices = itertools.product(*[[None, *(who for who in agreed if role in agreed[who])] for role in roles])
    best = max(len({who for who in choice if who}) for choice in choices if _once(choice))
    assert len(found) == best


def _once(choice: tuple[str | None, ...]) -> bool:
    seated = [who for who in choice if who]
    return len(set(seated)) == len(seated)
