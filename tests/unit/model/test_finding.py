"""Judgements of the same thing meet in one finding, and say the same under the same id."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.model.finding import Finding, finding_id, judgement

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
