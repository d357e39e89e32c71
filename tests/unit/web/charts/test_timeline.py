"""What lasted from when to when."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.ink import SEVERITIES
from garde.web.charts.timeline import LATEST, LONG, MOST_LANES, SECOND, Lane, Span, Timeline, timeline
from tests.charts import EN, FR, WORDS, cells, sound

HOUR = 3600 * SECOND
LAST = LATEST * SECOND


def one(*spans: Span, first: int = 0, last: int = 8 * HOUR, now: int | None = None) -> Timeline:
    return Timeline("t", first, last, (Lane("Switch", spans),), now)


def test_the_table_has_the_exact_times() -> None:
    data = one(Span(HOUR, 2 * HOUR, "down", "critical", "/devices"), Span(90 * HOUR, 91 * HOUR))
    assert cells(sound(timeline(data, EN))) == [
        ["What", "From (UTC)", "To (UTC)", "Note", "Severity"],
        ["Switch", "1 Jan 1970 01:00:00", "1 Jan 1970 02:00:00", "down", "critical"],
        ["Switch", "4 Jan 1970 18:00:00", "4 Jan 1970 19:00:00", "", "normal"],
    ]


@pytest.mark.parametrize(
    ("last", "ticks"),
    [
        (8 * HOUR, ["1 janv.", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00"]),
        (48 * HOUR, ["1 janv.", "06:00", "12:00", "18:00", "2 janv.", "06:00", "12:00", "18:00", "3 janv."]),
        (24 * HOUR * 364, ["janv. 1970", "avr. 1970", "juil. 1970", "oct. 1970", "déc. 1970"]),
        (30 * SECOND, ["1 janv.", "00:00:10", "00:00:20", "00:00:30"]),
    ],
)
def test_the_axis_has_round_times(last: int, ticks: list[str]) -> None:
    svg = timeline(one(last=last), FR).svg
    assert re.findall(r'class="muted small">([^<]+)<', svg) == ticks


def test_spans_are_cut_at_the_window() -> None:
    def edges(chart: Timeline) -> list[tuple[float, float]]:
        found = re.findall(r'<rect x="([\d.]+)"[^>]* width="([\d.]+)"', timeline(chart, EN).svg.partition("</defs>")[2])
        return [(float(x), float(width)) for x, width in found]

    ((x, width),) = edges(one(Span(0, LAST)))
    assert width == LONG
    ((half, width),) = edges(one(Span(4 * HOUR, 5 * HOUR)))
    assert (half - x, width) == pytest.approx((LONG / 2, LONG / 8))
    assert edges(one(Span(9 * HOUR, 10 * HOUR))) == []


def test_a_point_has_the_shape_of_its_severity() -> None:
    shapes = [timeline(one(Span(HOUR, HOUR, "", name)), EN).marks[-1 if not name else -2] for name in ("high", "")]
    assert [mark.tag for mark in shapes] == ["path", "rect"]


def test_words_stand_in_a_span_that_has_room_for_them() -> None:
    def shown(*spans: Span) -> bool:
        return ">maintenance<" in timeline(one(*spans), EN).svg

    assert shown(Span(0, 4 * HOUR, "maintenance"))
    assert not shown(Span(0, HOUR // 2, "maintenance"))
    assert not shown(Span(0, 4 * HOUR, "maintenance"), Span(HOUR, HOUR))


def test_now_is_a_line_within_the_window() -> None:
    assert ">now<" in timeline(one(now=HOUR), EN).svg
    assert ">now<" not in timeline(one(now=9 * HOUR), EN).svg


@pytest.mark.parametrize(
    ("spans", "sentence"),
    [
        ((), "Events: 0."),
        ((Span(0, 1, "calm"),), "Events: 1."),
        (
            (Span(5, 6, "late", "high"), Span(7, 8, "down", "critical"), Span(2, 3, "", "critical")),
            "Events: 3; gravest: Switch (critical).",
        ),
    ],
)
def test_the_conclusion(spans: tuple[Span, ...], sentence: str) -> None:
    assert timeline(one(*spans), EN).sentence == sentence


def test_nothing_to_show() -> None:
    assert timeline(Timeline("t", 0, 1, ()), EN).sentence == "Nothing to show."


@pytest.mark.parametrize(
    "data",
    [
        one(first=5, last=4), one(first=5, last=5), one(first=-1), one(last=LAST + 1),
        one(Span(5, 4)), one(Span(-1, 4)), one(Span(0, 1, "", "dire")),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(data: Timeline) -> None:
    with pytest.raises(Malformed):
        timeline(data, EN)


def test_too_many_lanes_and_spans_are_refused() -> None:
    with pytest.raises(Refused):
        timeline(Timeline("t", 0, 1, (Lane("a", ()),) * (MOST_LANES + 1)), EN)
    with pytest.raises(Refused):
        timeline(one(*(Span(n, n + 1) for n in range(2_001))), EN)


TIMES = st.integers(0, LAST)


@given(
    st.lists(st.tuples(TIMES, TIMES, WORDS, st.sampled_from(SEVERITIES)), max_size=6),
    st.lists(TIMES, min_size=2, max_size=2, unique=True).map(sorted),
    WORDS,
)
def test_any_times_and_words(spans: list[tuple[int, int, str, str]], window: list[int], words: str) -> None:
    made = tuple(Span(min(a, b), max(a, b), *rest) for a, b, *rest in spans)
    page = sound(timeline(Timeline(words, window[0], window[1], (Lane(words, made), Lane("", ())), now=window[0]), EN))
    assert len(cells(page)) == len(made) + 1
