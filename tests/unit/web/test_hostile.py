"""Device text: shown, never obeyed."""

from __future__ import annotations

import unicodedata

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from garde.web.hostile import LONGEST, bdi, visible
from tests.pages import HOSTILE


def test_markup_is_escaped_and_direction_is_named() -> None:
    shown = str(bdi(HOSTILE))
    assert "<script>" not in shown and "\u202e" not in shown
    assert "&lt;script&gt;" in shown and "⟨U+202E⟩" in shown


def test_control_characters_have_pictures() -> None:
    assert visible("a\tb\x00\x7f") == "a␉b␀␡"


def test_letters_of_every_script_stay() -> None:
    assert visible("Réa – 集中治療室 – وحدة") == "Réa – 集中治療室 – وحدة"


def test_a_long_value_is_clipped_and_whole_in_its_title() -> None:
    element = BeautifulSoup(str(bdi("x" * 200)), "html.parser").bdi
    assert element is not None
    assert (len(element.text), element["title"]) == (LONGEST, "x" * 200)
    assert "title" not in str(bdi("x" * LONGEST))


@given(st.text())
def test_nothing_that_steers_survives(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in shown)
    element = BeautifulSoup(str(bdi(text, 10_000)), "html.parser")
    assert [tag.name for tag in element.find_all(True)] == ["bdi"]
