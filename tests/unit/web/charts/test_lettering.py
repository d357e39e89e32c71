"""Numbers and words made to fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.web.charts.lettering import LARGEST, LETTER, amount, brief, clip, column, exact, letters, total
from tests.charts import COUNTS, EN, FR, NO_COUNTS, WORDS


@pytest.mark.parametrize("value", NO_COUNTS)
def test_what_is_no_count_is_refused(value: float) -> None:
    with pytest.raises(Malformed) as caught:
        amount(value, "Réa A")
    assert caught.value.code == ("chart.negative" if -float("inf") < value < 0 else "chart.number")
    assert caught.value.where == "Réa A"


@pytest.mark.parametrize("value", [None, 0, 0.0, 1e-9, LARGEST])
def test_what_is_a_count_is_kept(value: float | None) -> None:
    assert amount(value) == value


@given(COUNTS)
def test_a_number_is_short_in_a_picture(value: float | None) -> None:
    for t in (EN, FR):
        assert 0 < len(brief(value, t)) <= 10


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "0", "0"),
        (1234, "1,234", "1\u202f234"),
        (1.005, "1", "1"),
        (2.345, "2.35", "2,35"),
        (0.0012, "0.001", "0,001"),
        (None, "unknown", "inconnu"),
    ],
)
def test_numbers_in_a_table(value: float | None, english: str, french: str) -> None:
    assert (exact(value, EN), exact(value, FR)) == (english, french)


@given(WORDS, st.integers(1, 40))
def test_words_fit_their_room(words: str, most: int) -> None:
    shown = clip(words, most)
    assert letters(shown) <= most
    assert not any(ord(char) < 0x20 or 0x202A <= ord(char) <= 0x202E for char in shown)


def test_wide_letters_count_double() -> None:
    assert (letters("abc"), letters("監視")) == (3, 4)
    assert clip("監視装置", 5) == "監視…"


def test_a_column_is_as_wide_as_its_longest_label() -> None:
    assert column(["a", "abcd"], 20) == 4 * LETTER + 8
    assert column(["x" * 90], 20) == 20 * LETTER + 8
    assert total([1, None, 2.5]) == 3.5
