"""What people say, and that they came to the door, travels as messages."""

from __future__ import annotations

from garde.model.decision import OF_ACTIONS, OF_DEVICES, OF_FINDINGS, OF_PLATFORM, Access, Decision, word
from garde.model.key import Key
from garde.model.message import Message


def test_a_person_s_word_is_a_message() -> None:
    said = Decision(
        id="1", at=7, verb="claim", person="k.morel", keys=(Key("ip", "10.0.0.1"),), attribute="ward", value="Réa A"
    )
    assert isinstance(said, Message)
    assert said.source == "person"


def test_two_words_said_at_once_are_two() -> None:
    assert word("take", "k.morel", 7, about="f-1").id != word("take", "k.morel", 7, about="f-1").id


def test_only_remarks_and_agreement_are_about_several_nouns() -> None:
    assert set(OF_DEVICES) & set(OF_FINDINGS) == {"note"}
    assert set(OF_ACTIONS) & {*OF_DEVICES, *OF_FINDINGS} == {"approve"}
    assert not set(OF_PLATFORM) & {*OF_DEVICES, *OF_FINDINGS, *OF_ACTIONS}


def test_coming_to_the_door_is_a_message() -> None:
    assert isinstance(Access(id="a", at=1, person="k.morel", outcome="refused", way="password"), Message)
