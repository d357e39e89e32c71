"""What is sealed opens with the same key and for the same purpose only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Untrusted
from garde.people.sealing import Sealing

BOX = Sealing(bytes(range(32)))


@given(st.binary(max_size=100), st.text(max_size=20))
def test_it_comes_back(plain: bytes, about: str) -> None:
    assert BOX.open(BOX.seal(plain, about), about) == plain


@given(st.binary(max_size=60))
def test_any_bytes_open_or_are_untrusted(sealed: bytes) -> None:
    with pytest.raises(Untrusted):
        BOX.open(sealed, "a")


def test_it_belongs_to_what_it_is_about() -> None:
    with pytest.raises(Untrusted):
        BOX.open(BOX.seal(b"x", "factor p-1"), "factor p-2")
