"""A picture is known by its first octets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.photo import kind_of


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"\xff\xd8\xff\xdb", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF0000WEBPVP8 ", "image/webp"),
     (b"<svg onload='alert(1)'>", ""), (b"GIF89a", ""), (b"", "")],
)  # fmt: skip
def test_only_pictures_that_cannot_run_pass(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


@given(st.binary(max_size=20))
def test_any_bytes_have_a_kind_or_none(data: bytes) -> None:
    assert kind_of(data) in ("", "image/jpeg", "image/png", "image/webp")
