"""The book of works: Garde's own rows, a site's over them, and errors that say where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Missing
from garde.risk.book import Book, load, packaged, parse
from garde.risk.measures import measures

OWN = """
[[price]]
measure = "segmentation"
unit = "never"

[[package]]
name = "vlan-rea"
measure = "segmentation"
cost = 4000
hours = 16
wards = ["Réa A"]
"""


def test_what_comes_with_garde_is_whole() -> None:
    book = packaged()
    assert set(book.prices.names) <= set(book.effects.names) <= set(measures().names)


def test_a_site_replaces_rows_and_adds_packages(tmp_path: Path) -> None:
    file = tmp_path / "works.toml"
    file.write_text(OWN, "utf-8")
    book = load(str(file))
    assert book.prices["segmentation"].unit == "never" and book.prices["replacement"].unit == "model"
    assert [entry.name for entry in book.entries] == ["vlan-rea"]
    assert book.effects["segmentation"] == packaged().effects["segmentation"]


def test_without_a_file_it_is_gardes() -> None:
    assert load("") is packaged()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="works.unreadable"):
        load(str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[effect]]\nmeasure = "prayer"', "'prayer' is no measure"),
        ('[[effect]]\nmeasure = "segmentation"\nnetwork = "flatt"', "'flatt' is no network"),
        ('[[effect]]\nmeasure = "segmentation"\nsupport = "old"', "'old' is no support"),
        ('[[effect]]\nmeasure = "segmentation"\nremoves = ["smb9"]', "'smb9' is no weakness"),
        ('[[effect]]\nmeasure = "segmentation"\nchance = 2.0', "not from 0 to 1"),
        ('[[price]]\nmeasure = "awareness"\nunit = "ward"', "'awareness' is no measure with an effect"),
        ('[[price]]\nmeasure = "segmentation"\nunit = "ward"\ncost = -1', "not negative"),
        ('[[price]]\nmeasure = "segmentation"\nunit = "bed"', "unit"),
        ('[[package]]\nname = "x"\nmeasure = "segmentation"\ncost = 1\nhours = 1\nwindow = "noon"', "is no window"),
    ],
    ids=["measure", "network", "support", "removes", "chance", "no-effect", "negative", "unit", "window"],
)
def test_a_wrong_word_is_named(text: str, what: str) -> None:
    with pytest.raises(Malformed, match=what) as caught:
        parse(text, "mine.toml", packaged())
    assert "mine.toml" in caught.value.where


@given(st.text(max_size=80))
def test_any_text_is_a_book_or_malformed(text: str) -> None:
    try:
        assert isinstance(parse(text, "x.toml", packaged()), Book)
    except Malformed as error:
        assert error.code.startswith("works.")


def test_a_price_grows_with_its_devices() -> None:
    price = packaged().prices["supplier patch"]
    assert price.of(4) == (price.cost + 1000, price.hours + 8)
