"""A cursor opens for its own list and for no other, whatever is done to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.api.cursor import LONGEST, made, opened
from garde.errors import Malformed

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PLACES: dict[Any, st.SearchStrategy[Any]] = {
    tuple[str, str]: st.tuples(WORDS, WORDS),
    tuple[bool, str, str]: st.tuples(st.booleans(), WORDS, WORDS),
    tuple[int, str]: st.tuples(st.integers(-(2**63), 2**63 - 1), WORDS),
    tuple[float, str]: st.tuples(st.floats(allow_nan=False), WORDS),
    tuple[bool, bool, tuple[int, ...], str, str]: st.tuples(
        st.booleans(), st.booleans(), st.lists(st.integers(0, 255), max_size=4).map(tuple), WORDS, WORDS
    ),
    int: st.integers(0, 2**63 - 1),
    str: WORDS,
}
KINDS = st.sampled_from(list(PLACES))


@given(st.data(), KINDS, WORDS)
def test_a_cursor_gives_its_place_back(data: st.DataObject, kind: Any, question: str) -> None:
    place = data.draw(PLACES[kind])
    assert opened(made(question, place), question, kind) == place


@given(st.data(), KINDS, WORDS, WORDS)
def test_it_opens_for_no_other_list(data: st.DataObject, kind: Any, question: str, other: str) -> None:
    cursor = made(question, data.draw(PLACES[kind]))
    if other != question:
        with pytest.raises(Malformed, match="cursor"):
            opened(cursor, other, kind)


@given(st.data(), WORDS, st.integers(0, 10_000), st.sampled_from("ABCxyz019-_=+/. é\0"))
def test_one_letter_changed_is_seen(data: st.DataObject, question: str, at: int, letter: str) -> None:
    cursor = made(question, data.draw(PLACES[tuple[str, str]]))
    at %= len(cursor)
    altered = cursor[:at] + letter + cursor[at + 1 :]
    if altered != cursor:
        with pytest.raises(Malformed):
            opened(altered, question, tuple[str, str])


@given(st.one_of(st.text(), st.binary(max_size=80).map(lambda raw: raw.hex())), KINDS)
def test_any_other_text_is_refused(text: str, kind: Any) -> None:
    with pytest.raises(Malformed):
        opened(text, "/devices", kind)


def test_a_place_of_another_kind_is_refused_though_its_checksum_is_right() -> None:
    with pytest.raises(Malformed):
        opened(made("/devices", [1, {"a": 2}]), "/devices", tuple[str, str])


def test_a_cursor_is_not_endless() -> None:
    with pytest.raises(Malformed):
        opened(made("/devices", "x" * LONGEST), "/devices", str)
