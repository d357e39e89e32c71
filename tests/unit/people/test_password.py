"""Passwords are kept as argon2id; easy ones are refused with what to do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.errors import Refused
from garde.people.password import LONGEST, acceptable, hashed, matches


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=10, deadline=None)
def test_only_the_same_password_matches(one: str, other: str) -> None:
    kept = hashed(one)
    assert (kept.startswith("$argon2id$") and one not in kept) or len(one) < 3
    assert matches(kept, one)
    assert matches(kept, other) == (one == other)


def test_nobody_s_password_matches_nothing() -> None:
    assert not matches("", "nobody has this password")
    assert not matches("not a hash", "x")


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaa", "password1234", "a.roy-a.roy-a.roy", "motdepasse123", "x" * (LONGEST + 1)]
)
def test_easy_passwords_are_refused(password: str) -> None:
    with pytest.raises(Refused) as caught:
        acceptable(password, "a.roy")
    assert caught.value.code == "password.weak"
    assert password not in str(caught.value)


def test_four_words_are_accepted() -> None:
    acceptable("correct horse battery staple", "a.roy")
