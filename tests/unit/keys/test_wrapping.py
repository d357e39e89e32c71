"""Wrapping: one form for all keys, and nothing in it can be changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import GardeError, Missing, Untrusted
from garde.keys import wrapping

KEY, NAME = wrapping.derived(bytes(32)), "ab" * 32


def test_the_wrapping_key_is_not_the_signing_key() -> None:
    assert wrapping.derived(bytes(32)) != bytes(32)
    assert len({wrapping.derived(bytes([number]) * 32) for number in range(9)}) == 9


@given(st.binary(max_size=200))
def test_a_secret_comes_back(secret: bytes) -> None:
    wrapped = wrapping.sealed(KEY, NAME, secret)
    assert wrapping.wrapper(wrapped) == NAME[:16]
    assert wrapping.unsealed(KEY, NAME, wrapped) == secret


@given(st.binary(max_size=80))
def test_any_octets_are_refused_in_garde_s_words(data: bytes) -> None:
    with pytest.raises(GardeError):
        wrapping.unsealed(KEY, NAME, data)
    with pytest.raises(GardeError):
        wrapping.unsealed(KEY, NAME, wrapping.FORM + data)


def test_another_key_is_told_from_an_altered_secret() -> None:
    wrapped = wrapping.sealed(KEY, NAME, b"x")
    with pytest.raises(Missing):
        wrapping.unsealed(KEY, "cd" * 32, wrapped)
    with pytest.raises(Untrusted):
        wrapping.unsealed(bytes(32), NAME, wrapped)
