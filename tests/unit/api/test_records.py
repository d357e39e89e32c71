"""Records that every list shares."""

from __future__ import annotations

import msgspec
import pytest

from garde.api.records import MOST, USUAL, Page, Paging


def test_a_page_says_whether_there_is_another() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Page(items=("a",)))) == {"items": ["a"], "next": None, "total": None}


def test_a_page_is_bounded() -> None:
    assert msgspec.convert({}, Paging).limit == USUAL
    for limit in (0, -1, MOST + 1):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"limit": limit}, Paging)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"lmit": 3}, Paging)
