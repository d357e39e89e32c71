"""A stranger's text: nothing that acts on its neighbours stays as it is, and what people read stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.model.visible import hidden, named, visible


def test_direction_and_control_are_named_or_drawn() -> None:
    assert visible("a\u202eb\u200f") == "a⟨U+202E⟩b⟨U+200F⟩"
    assert visible("a\tb\x00\x7f\x85") == "a␉b␀␡⟨U+0085⟩"


def test_letters_of_every_script_stay() -> None:
    assert visible("Réa – 集中治療室 – وحدة") == "Réa – 集中治療室 – وحدة"


def test_a_number_beyond_the_first_plane_is_whole() -> None:
    assert named("\U000e0041") == "⟨U+E0041⟩"


@given(st.text())
def test_what_was_shown_once_is_shown_the_same_again(text: str) -> None:
    shown = visible(text)
    assert not any(map(hidden, shown))
    assert visible(shown) == shown
