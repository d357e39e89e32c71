"""Device text: shown, never obeyed."""

from __future__ import annotations

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from garde.model.visible import hidden
from garde.web.hostile import LONGEST, bdi
from tests.pages import HOSTILE


def test_markup_is_escaped_and_direction_is_named() -> None:
    shown = str(bdi(HOSTILE))
    assert "<script>" not in shown and "\u202e" not in shown
    assert "&lt;script&gt;" in shown and "⟨U+202E⟩" in shown


def test_a_long_value_is_clipped_and_whole_in_its_title() -> None:
    element = BeautifulSoup(str(bdi("x" * 200)), "html.parser").bdi
    assert element is not None
    assert (len(element.text), element["title"]) == (LONGEST, "x" * 200)
    assert "title" not in str(bdi("x" * LONGEST))


@given(st.text())
def test_nothing_that_steers_survives(text: str) -> None:
    assert not any(map(hidden, str(bdi(text, 10_000))))
    element = BeautifulSoup(str(bdi(text, 10_000)), "html.parser")
    assert [tag.name for tag in element.find_all(True)] == ["bdi"]
