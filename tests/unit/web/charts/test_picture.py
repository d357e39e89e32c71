"""A picture: named, concluded, with its numbers; as part of a page and as a document."""

from __future__ import annotations

import pytest

from garde.errors import Refused
from garde.web.charts.marks import filled, linked, rect, text
from garde.web.charts.picture import MOST, Anchor, cell, chart, crowded, drawing, empty, framed, table
from tests.charts import EN, FR, HOSTILE, cells, sound


def test_a_chart_of_nothing_says_so() -> None:
    for t, words in ((EN, "Nothing to show."), (FR, "Rien à montrer.")):
        page = sound(empty(t, "Devices"))
        assert page.find("text").text == words and page.find("desc").text == words
        assert page.find("table") is None


def test_a_page_shows_picture_sentence_and_table() -> None:
    one = chart(
        EN, "Title", "One sentence.", (10.2, 9), [rect(0, 0, 1, 1)], [table(EN, "Title", ("a", "b"), [("x", 1234)])]
    )
    page = sound(one)
    assert page.svg["viewbox"] == "0 0 11 9" and page.svg["role"] == "img"
    assert page.figcaption.text == "One sentence."
    assert page.details.summary.text == "View as table"
    assert cells(page) == [["a", "b"], ["x", "1,234"]]
    assert page.select_one("tbody th[scope=row]").text == "x"


def test_what_holds_links_is_a_group_that_can_be_entered() -> None:
    marks = linked("/devices", rect(0, 0, 1, 1))
    assert sound(framed("t", "s", (1, 1), marks)).svg["role"] == "group"
    assert "<a" not in framed("t", "s", (1, 1), marks).paper()


def test_hostile_words_are_words() -> None:
    one = chart(EN, HOSTILE, HOSTILE, (1, 1), [text(0, 0, HOSTILE)], [table(EN, HOSTILE, (HOSTILE,), [(HOSTILE,)])])
    page = sound(one)
    assert "<script>" in page.caption.text and page.find("bdi") is not None


def test_too_much_is_refused() -> None:
    crowded(MOST)
    with pytest.raises(Refused) as caught:
        framed("t", "s", (1, 1), [rect(0, 0, 1, 1)] * (MOST + 1))
    assert (caught.value.code, caught.value.where) == ("chart.too-many", "2001 > 2000")


def test_ids_depend_on_what_is_drawn() -> None:
    marks = [filled(0, 0, 9, 9, "high")]
    first, second = (framed(title, "s", (9, 9), marks).svg for title in ("one", "two"))
    assert first.replace("one", "two") != second
    assert framed("one", "s", (9, 9), marks).svg == first


def test_cells() -> None:
    assert cell(None, FR) == "inconnu"
    assert cell(Anchor("x", "/devices"), EN) == '<a href="/devices"><bdi>x</bdi></a>'
    assert cell(Anchor("x", ""), EN) == "<bdi>x</bdi>"
    with pytest.raises(Refused):
        cell(Anchor("x", "javascript:1"), EN)


def test_a_drawing_is_for_the_eye_only() -> None:
    assert str(drawing([rect(0, 0, 1, 1)], 2, 3)) == (
        '<svg class="chart" viewBox="0 0 2 3" width="2" height="3" aria-hidden="true">'
        '<rect width="1" height="1"/></svg>'
    )
