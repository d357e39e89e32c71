"""One box for everything; what alone answers to an exact word is opened."""

from __future__ import annotations

import pytest

from garde.web.pages.search import SearchPage
from tests.pages import BIOMEDICAL, FINDING, PUMP, Reader


@pytest.mark.parametrize(
    ("text", "to"),
    [("00:09:fb:0b:ad:02", f"/devices/{PUMP}"), ("10.6.6.7", f"/devices/{PUMP}"), (FINDING, f"/findings/{FINDING}")],
)
def test_an_exact_word_opens_the_one_thing(reader: Reader, text: str, to: str) -> None:
    assert reader.get("/search", params={"q": text}).headers["location"] == to


def test_words_find_devices_findings_wards_and_people(reader: Reader) -> None:
    page = reader.page("/search?q=r%C3%A9a")
    assert page.select_one(f"a[href='/devices/{PUMP}']") is not None
    assert page.select_one("a[href='/ward/R%C3%A9a%20A']") is not None
    assert reader.page("/search?q=k.morel").select_one(f"a[href='/people/{BIOMEDICAL}']") is not None
    assert reader.page("/search?q=identity.conflict").select_one(f"a[href='/findings/{FINDING}']") is not None


def test_nothing_found_is_said(reader: Reader) -> None:
    assert "Nothing answers" in reader.page("/search?q=zzzz").text
    assert "Nothing answers" not in reader.page("/search").text
    assert SearchPage(text="").total == 0
