"""Every verb has an undo and an order in both languages."""

from __future__ import annotations

import pytest

from garde.errors import Malformed
from garde.model.key import Key
from garde.model.zones.action import Step
from garde.respond.verbs import Verb, parse, verbs

STEP = Step(id="s", verb="cut", target="ip:10.9.9.9/32", other="device:d-{target}", other_keys=(Key("ip", "10.0.0.5"),))


@pytest.mark.parametrize("verb", list(verbs()), ids=lambda verb: verb.name)
def test_a_verb_can_be_taken_back_and_done_by_hand(verb: Verb) -> None:
    assert verb.undo not in verbs().names
    texts = [text.order(language, STEP, back=back) for text in (verb,) for language in ("fr", "en") for back in (0, 1)]
    assert len(set(texts)) == 4
    assert all("10.9.9.9" in text for text in texts)


def test_a_name_that_came_from_a_device_is_not_read_again() -> None:
    assert "d-{target} (10.0.0.5)" in verbs()["cut"].order("en", STEP)


def test_a_verb_without_an_undo_is_a_mistake_of_its_line() -> None:
    with pytest.raises(Malformed, match="v.toml, line 1"):
        parse('[[verb]]\nname = "x"\nlevel = 1\ntouches = "nobody"', "v.toml")
    with pytest.raises(Malformed, match="v.toml, line 3"):
        parse('[[verb]]\nname = "x"\nlevel = 6\ntouches = "nobody"', "v.toml")
