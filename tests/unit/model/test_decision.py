"""Decisions and findings travel as messages."""

from __future__ import annotations

from garde.model.decision import Decision, Finding
from garde.model.key import Key
from garde.model.message import Message


def test_a_person_s_word_is_a_message() -> None:
    word = Decision(
        id="1", at=7, verb="claim", person="k.morel", keys=(Key("ip", "10.0.0.1"),), attribute="ward", value="Réa A"
    )
    assert isinstance(word, Message)
    assert word.source == "person"


def test_a_finding_opens_open() -> None:
    found = Finding(
        id="2", at=7, rule="identity.conflict", device="d-1", severity="medium", reasons=("kind: ct, printer",)
    )
    assert found.status == "open"
