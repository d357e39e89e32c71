"""A finding's life, told as playbooks: what was seen and said, and where it stands."""

from __future__ import annotations

import itertools

import pytest

from garde.errors import Refused
from garde.findings.life import allowed, decide, expire, fold, speaks_as
from garde.findings.policy import Row
from garde.model.decision import Decision
from garde.model.finding import Finding, Judgement, judgement

ROW = Row(rule="*", approve=("rssi", "biomedical"))


def seen(at: int, *, over: bool = False, severity: str = "medium", value: str = "a") -> Judgement:
    return judgement(
        "identity.conflict", at, severity=severity, device="d-1", identifier="model", reasons=(f"model: {value}",),
        over=over,
    )  # fmt: skip


def said(verb: str, at: int, person: str = "k.morel", value: str = "", until: int = 0) -> Decision:
    return Decision(
        id=f"w-{at}", at=at, verb=verb, person=person, about="f", value=value, until=until, reason="because"
    )


def opened() -> Finding:
    return fold(None, seen(10), ROW)


def test_it_opens_with_what_was_judged() -> None:
    one = opened()
    assert (one.status, one.severity, one.reasons, one.first_at, one.count) == ("open", "medium", ("model: a",), 10, 1)
    assert one.causes == (seen(10).id,)


def test_the_policy_raises_and_assigns() -> None:
    one = fold(None, seen(10), Row(rule="*", raise_="critical", assign="biomedical"))
    assert (one.severity, one.holder) == ("critical", "role:biomedical")


def test_evidence_closes_it_and_new_evidence_opens_it_again() -> None:
    closed = fold(opened(), seen(20, over=True), ROW)
    assert (closed.status, closed.closed_at, closed.closed_by) == ("closed", 20, "evidence")
    again = fold(closed, seen(30, value="b"), ROW)
    assert (again.status, again.count, again.closed_at, again.first_at) == ("open", 2, 0, 10)


def test_whatever_is_delivered_twice_changes_nothing() -> None:
    steps = [seen(10), seen(20, value="b"), seen(30, over=True)]
    one: Finding | None = None
    for step in steps:
        one = fold(one, step, ROW)
        assert fold(one, step, ROW) == one
    assert one is not None
    for step in steps:
        assert fold(one, step, ROW) == one


def test_a_person_takes_it_and_gives_it_back() -> None:
    taken = decide(opened(), said("take", 11), ROW)
    assert (taken.status, taken.holder) == ("taken", "k.morel")
    assert decide(taken, said("release", 12), ROW).status == "open"
    assert decide(taken, said("assign", 12, value="a.roy"), ROW).holder == "a.roy"


def test_it_is_accepted_when_every_role_agreed_by_another_person() -> None:
    asked = decide(opened(), said("accept", 11, "k.morel", "rssi", until=99), ROW)
    assert (asked.status, asked.pending, asked.approvals) == ("open", "w-11", ("rssi:k.morel",))
    same = decide(asked, said("approve", 12, "k.morel", "biomedical"), ROW)
    assert same.status == "open"
    other = decide(asked, said("approve", 13, "dr.blin", "biomedical"), ROW)
    assert (other.status, other.until, other.pending) == ("accepted", 99, "")


def test_a_role_that_need_not_agree_counts_for_nothing() -> None:
    asked = decide(opened(), said("accept", 11, "k.morel", "network", until=99), ROW)
    assert asked.approvals == () and asked.status == "open"


def test_what_was_said_runs_out() -> None:
    silent = decide(opened(), said("silence", 11, until=50), ROW)
    assert not silent.asks
    assert expire(silent, 49) == silent
    assert expire(silent, 50).asks
    accepted = decide(opened(), said("accept", 11, value="rssi", until=50), Row(rule="*", approve=("rssi",)))
    assert accepted.status == "accepted"
    assert expire(accepted, 50).status == "open"


def test_an_earlier_word_than_the_last_one_changes_nothing() -> None:
    taken = decide(opened(), said("take", 20), ROW)
    assert decide(taken, said("release", 15), ROW) == taken
    assert decide(taken, said("take", 20), ROW) == taken


def test_the_order_of_judgements_of_one_delivery_does_not_matter_to_the_end() -> None:
    steps = [seen(10), seen(20, value="b"), seen(30, value="c")]
    ends = set()
    for order in itertools.permutations(steps):
        one: Finding | None = None
        for step in order:
            one = fold(one, step, ROW)
        assert one is not None
        ends.add((one.status, one.reasons, one.first_at, one.last_at))
    assert ends == {("open", ("model: c",), 10, 30)}


@pytest.mark.parametrize(
    ("verb", "until", "reason", "code"),
    [
        ("dance", 0, "why", "finding.verb"),
        ("accept", 9, " ", "finding.reason"),
        ("silence", 0, "why", "finding.until"),
        ("accept", 0, "why", "finding.until"),
        ("close", 0, "why", "finding.evidence"),
        ("approve", 0, "why", "finding.approve"),
    ],
)
def test_what_may_not_be_said(verb: str, until: int, reason: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        allowed(opened(), verb, until, reason)
    assert caught.value.code == code


def test_what_no_evidence_can_close_a_person_closes() -> None:
    report = fold(None, judgement("ward.report", 5, severity="high", identifier="r1"), ROW)
    allowed(report, "close", 0, "cable was loose")
    assert decide(report, said("close", 9), ROW).closed_by == "k.morel"


def test_somebody_agrees_in_a_role_that_is_still_missing() -> None:
    given = Finding(id="f", rule="*", approvals=("rssi:a.roy",))
    assert speaks_as(("network", "rssi", "biomedical"), ROW.approve, given) == "biomedical"
    assert speaks_as(("network", "rssi"), ROW.approve, given) == "rssi"
    assert speaks_as(("network",), ROW.approve, given) == "network"
    assert speaks_as((), ROW.approve, given) == ""
