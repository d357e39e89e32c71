"""Judgements of the same thing meet in one finding, and say the same under the same id."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.decision import word
from garde.model.finding import CHANGES, Finding, changed, finding_id, judgement

WORDS = st.text(max_size=20)


@given(WORDS, WORDS, WORDS)
def test_the_same_thing_has_the_same_finding(rule: str, device: str, identifier: str) -> None:
    first = judgement(rule, 5, severity="low", device=device, identifier=identifier, reasons=("a: 1",))
    second = judgement(rule, 9, severity="high", device=device, identifier=identifier)
    assert first.finding == second.finding == finding_id(rule, device, identifier)
    assert first.id != second.id


def test_the_same_words_again_are_one_message_and_later_another() -> None:
    said = {"severity": "low", "device": "d-1"}
    one = judgement("r", 5, reasons=("a: 1", "b: 2"), **said)  # type: ignore[arg-type]
    assert one.id == judgement("r", 5, reasons=("b: 2", "a: 1"), **said).id  # type: ignore[arg-type]
    assert one.id != judgement("r", 6, reasons=("a: 1", "b: 2"), **said).id  # type: ignore[arg-type]


def test_it_asks_until_it_is_over_or_silenced() -> None:
    one = Finding(id="f", rule="r", severity="low")
    assert one.asks
    assert not Finding(id="f", rule="r", severity="low", silent=True).asks
    assert not Finding(id="f", rule="r", severity="low", status="accepted").asks
    assert not Finding(id="f", rule="r", severity="low", status="closed").asks


OPEN = Finding(id="f", rule="r", severity="medium")


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (None, {}, "opened"),
        ({}, {"status": "closed"}, "closed"),
        ({"status": "closed"}, {}, "reopened"),
        ({"status": "closed"}, {"severity": "critical"}, "reopened"),
        ({"status": "accepted"}, {}, "reopened"),
        ({"silent": True}, {}, "reopened"),
        ({}, {"severity": "high"}, "raised"),
        ({}, {"severity": "low", "holder": "role:ward"}, "lowered"),
        ({}, {"status": "taken", "holder": "k.morel"}, "assigned"),
        ({}, {"status": "waiting"}, "status"),
        ({}, {"silent": True}, "status"),
        ({"holder": "k.morel", "status": "taken"}, {}, "status"),
        ({}, {"reasons": ("a: 1",), "last_at": 9}, ""),
    ],
)
def test_a_turn_has_one_word(before: dict[str, object] | None, after: dict[str, object], what: str) -> None:
    earlier = None if before is None else msgspec.structs.replace(OPEN, **before)
    said = changed(earlier, msgspec.structs.replace(OPEN, **after), judgement("r", 5, severity="low"))
    assert (said.what if said else "") == what
    assert not what or what in CHANGES


def test_who_takes_it_need_not_be_told_so() -> None:
    taken = msgspec.structs.replace(OPEN, status="taken", holder="k.morel")
    alone = changed(OPEN, taken, word("take", "k.morel", 5, about="f"))
    given_by_another = changed(OPEN, taken, word("assign", "r.petit", 5, about="f", value="k.morel"))
    assert alone and alone.what == "status"
    assert given_by_another and given_by_another.what == "assigned"


def test_the_same_turn_is_one_message_and_carries_what_is_needed_to_speak_of_it() -> None:
    because = judgement("r", 5, severity="low", device="d-1")
    first, again = (changed(None, OPEN, because, ("rssi",)) for _ in range(2))
    assert first is not None and first == again
    assert (first.finding, first.cause, first.at, first.roles) == ("f", (because.id,), 5, ("rssi",))
