"""Marks as SVG: short, escaped, linked only within the site."""

from __future__ import annotations

import pytest

from garde.errors import Malformed, Refused
from garde.web.charts.ink import HATCHES
from garde.web.charts.marks import (
    ROOM,
    every,
    filled,
    inside_site,
    keys,
    legend,
    linked,
    path,
    rect,
    said,
    severity,
    sign,
    text,
    tile,
    written,
)  # fmt: skip
from tests.charts import EN, HOSTILE


def test_a_mark_is_written_in_classes_or_in_colours() -> None:
    mark = rect(0, 4, 12, 8, "high")
    assert written(mark, "k", paper=False) == '<rect y="4" width="12" height="8" class="high"/>'
    assert written(mark, "k", paper=True) == '<rect y="4" width="12" height="8" fill="#a84300"/>'


def test_a_fill_is_whole_hatched_or_an_outline() -> None:
    assert 'class="critical"' in written(filled(0, 0, 9, 9, "critical"), "k", False)
    assert 'fill="url(#k-high)"' in written(filled(0, 0, 9, 9, "high"), "k", False)
    assert 'class="muted run"' in written(filled(0, 0, 9, 9, "unknown"), "k", False)


def test_a_tile_is_the_colour_with_lines_of_the_surface() -> None:
    assert tile("low", "k", paper=True) == (
        '<pattern id="k-low" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect width="6" height="6" fill="#3d5a6c"/>'
        f'<path d="{HATCHES["low"]}" fill="none" stroke="#ffffff" stroke-width="1.5"/></pattern>'
    )


def test_hostile_text_is_shown_and_whole_under_the_pointer() -> None:
    out = written(text(0, 0, HOSTILE, most=12), "k", False)
    assert "<script" not in out and "\u202e" not in out and "…</text>" in out
    assert "⟨U+202E⟩␀" in out
    assert "<title>" not in written(text(0, 0, "short", most=12), "k", False)


def test_text_that_is_said_ends() -> None:
    assert len(said("<" * 4000)) < 2000


def test_a_link_is_of_the_page_alone() -> None:
    (mark,) = linked("/devices?q=a&b", text(0, 0, "x"))
    assert written(mark, "k", False) == '<a href="/devices?q=a&amp;b"><text x="0" y="0">x</text></a>'
    assert written(mark, "k", True) == '<g><text x="0" y="0">x</text></g>'
    assert len(list(every([mark]))) == 2
    assert linked("", rect(0, 0, 1, 1), name="n") == (rect(0, 0, 1, 1),)


def test_a_link_has_a_name() -> None:
    (mark,) = linked("/devices", rect(0, 0, 1, 1), name="<b>")
    assert written(mark, "k", False) == ('<a href="/devices"><title>&lt;b&gt;</title><rect width="1" height="1"/></a>')


@pytest.mark.parametrize("link", ["javascript:alert(1)", "//x", "http://x", "/\\x", "/a\nb", "x", " /"])
def test_no_link_leaves_the_site(link: str) -> None:
    with pytest.raises(Refused, match="outside this site"):
        inside_site(link)


@pytest.mark.parametrize("link", ["", "/devices", "#s1", "?page=2"])
def test_a_link_within_the_site(link: str) -> None:
    assert inside_site(link) == link


def test_an_unknown_severity_is_refused() -> None:
    assert severity("high") == "high"
    with pytest.raises(Malformed, match="severity"):
        severity("dire")


def test_the_shape_of_a_severity() -> None:
    assert sign("high", 10, 10) == path("M10 5L15 10L10 15L5 10Z", "high")


def test_a_legend_breaks_its_lines() -> None:
    marks, right, below = legend([(fill, "x" * 25) for fill in HATCHES], 10)
    assert len(marks) == len(HATCHES) and right <= ROOM and below == 10 + 4 * 20
    assert legend([], 10) == ([], 0.0, 10)


def test_keys_are_of_what_is_used_worst_first() -> None:
    marks, _, _ = keys(EN, ["low", "critical", "", "low"], 0)
    assert [mark.inside[1].text for mark in marks] == ["critical", "low"]
