"""Zones at fixed places, and what flows between them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.ink import SEVERITIES
from garde.web.charts.marks import every
from garde.web.charts.zone_map import HIGH, MOST_ZONES, WIDE, Flow, Zone, ZoneMap, zone_map
from tests.charts import COUNTS, EN, NO_COUNTS, WORDS, cells, sound

LEVELS, SITES = ("care", "outside"), ("North", "South")
ZONES = (Zone("a", "Réa", 0, 0, 412, "high", "/devices"), Zone("b", "Lab", 0, 0, None), Zone("c", "Internet", 1, 1, 0))


def drawn(flows: tuple[Flow, ...] = (), zones: tuple[Zone, ...] = ZONES) -> ZoneMap:
    return ZoneMap("Map", LEVELS, SITES, zones, flows)


def test_the_tables_are_the_zones_and_the_flows() -> None:
    page = sound(zone_map(drawn((Flow("a", "c", 1400, "critical", "/devices"), Flow("a", "b", 3))), EN))
    assert cells(page) == [
        ["Zone", "Level", "Site", "Devices", "Severity"],
        ["Réa", "care", "North", "412", "high"],
        ["Lab", "care", "North", "unknown", "normal"],
        ["Internet", "outside", "South", "0", "normal"],
    ]
    assert cells(page, 1) == [
        ["From", "To", "Amount", "Severity"],
        ["Réa", "Internet", "1,400", "critical"],
        ["Réa", "Lab", "3", "within the rules"],
    ]
    assert len(page.find_all("table")) == 2
    assert len(sound(zone_map(drawn(), EN)).find_all("table")) == 1


def test_what_is_within_the_rules_is_one_line_and_what_is_not_has_a_sign() -> None:
    flows = (Flow("a", "b", 1), Flow("b", "a", 1), Flow("a", "c", 100), Flow("c", "a", 1, "high"))
    marks = zone_map(drawn(flows), EN).marks
    inks = [mark.ink for mark in marks if mark.tag == "path" and mark.at.startswith(' d="M') and "C" in mark.at]
    assert inks == ["muted run", "muted run thick", "high run dash"]
    assert next(mark.whole for mark in marks if mark.ink == "high run dash") == "Internet → Réa"


def test_two_directions_lie_apart() -> None:
    there, back = (zone_map(drawn((Flow(*pair, 1, "high"),)), EN) for pair in (("a", "c"), ("c", "a")))
    (first,), (second,) = (re.findall(r'd="M([\d.]+) ([\d.]+)C[-\d. ]+ ([\d.]+)"', one.svg) for one in (there, back))
    assert first[1] != second[2] and second[1] != first[2]


def test_within_a_column_lines_go_around_what_lies_between() -> None:
    down, up = (zone_map(drawn((Flow(*pair, 1, "high"),)), EN) for pair in (("a", "b"), ("b", "a")))
    box = next(mark.at for mark in every(down.marks) if mark.ink == "plate")
    left = float(box.split('x="')[1].split('"')[0])
    for chart, start, outward in ((down, left + WIDE, 1), (up, left, -1)):
        (line,) = re.findall(r'd="M([\d.]+) [\d.]+C([\d.]+) ', chart.svg)
        assert float(line[0]) == pytest.approx(start) and (float(line[1]) - start) * outward > 0


def test_no_zone_and_no_other_sign_hides_a_sign() -> None:
    zones = tuple(Zone(str(n), f"zone {n}", n % 2, n // 2 % 2, 1) for n in range(8))
    flows = tuple(Flow(str(a), str(b), 1, "high") for a in range(8) for b in range(8) if a != b and (a + b) % 3 == 0)
    marks = list(every(zone_map(drawn(flows, zones), EN).marks))
    corner = re.compile(r' x="([\d.]+)" y="([\d.]+)" width="(\d+)"')
    boxes, signs = [], []
    for mark in marks:
        if found := corner.match(mark.at):
            x, y, width = map(float, found.groups())
            if mark.ink == "plate":
                boxes.append((x, y))
            elif mark.ink == "surface" and width == 14:
                signs.append((x + 7, y + 7))
    assert len(signs) == len(flows) == len(set(signs))
    for x, y in signs:
        assert not any(left < x < left + WIDE and top < y < top + HIGH for left, top in boxes)


def test_zones_of_one_place_lie_below_each_other() -> None:
    boxes = [mark.at for one in zone_map(drawn(), EN).marks for mark in (one, *one.inside) if mark.ink == "plate"]
    assert len(set(boxes)) == 3


@pytest.mark.parametrize(
    ("flows", "sentence"),
    [
        ((), "Zones: 3; no flow between them."),
        ((Flow("a", "b", 1),), "Flows outside the rules: none of 1."),
        (
            (Flow("a", "b", 9, "high"), Flow("b", "c", 1, "critical"), Flow("a", "c", 2, "critical")),
            "Flows outside the rules: 3 of 3; gravest: Réa → Internet (critical).",
        ),
    ],
)
def test_the_conclusion(flows: tuple[Flow, ...], sentence: str) -> None:
    assert zone_map(drawn(flows), EN).sentence == sentence


def test_nothing_to_show() -> None:
    assert zone_map(drawn((), ()), EN).sentence == "Nothing to show."


@pytest.mark.parametrize(
    ("zones", "flows"),
    [
        ((*ZONES, ZONES[0]), ()),
        ((Zone("a", "x", 2, 0, 1),), ()),
        ((Zone("a", "x", 0, -1, 1),), ()),
        ((Zone("a", "x", 0, 0, 1, "dire"),), ()),
        (ZONES, (Flow("a", "z", 1),)),
        (ZONES, (Flow("a", "b", 1, "dire"),)),
        *((ZONES, (Flow("a", "b", value),)) for value in NO_COUNTS),
        *(((Zone("a", "x", 0, 0, value),), ()) for value in NO_COUNTS),
    ],
)
def test_what_cannot_be_drawn_is_refused(zones: tuple[Zone, ...], flows: tuple[Flow, ...]) -> None:
    with pytest.raises(Malformed):
        zone_map(drawn(flows, zones), EN)


def test_the_budget_of_a_map() -> None:
    """Reference of the pages §8: at most 60 zones and 2,000 marks."""
    zones = tuple(Zone(str(n), f"zone {n}", n % 2, n // 2 % 2, n) for n in range(MOST_ZONES))
    flows = tuple(Flow(str(n % 60), str(n // 60), n) for n in range(2_000 - MOST_ZONES))
    chart = zone_map(drawn(flows, zones), EN)
    assert len(chart.svg) < 200_000
    for refused in (drawn((*flows, flows[0]), zones), drawn((), (*zones, Zone("60", "x", 0, 0, 1)))):
        with pytest.raises(Refused, match="too much"):
            zone_map(refused, EN)


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 1), COUNTS, st.sampled_from(SEVERITIES)), min_size=1, max_size=7
    ),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), COUNTS, st.sampled_from(SEVERITIES)), max_size=9),
    WORDS,
)
def test_any_numbers_and_words(
    zones: list[tuple[int, int, float | None, str]], flows: list[tuple[int, int, float | None, str]], words: str
) -> None:
    made = tuple(Zone(str(n), words, level, site, *rest) for n, (level, site, *rest) in enumerate(zones))
    between = tuple(Flow(str(a % len(made)), str(b % len(made)), *rest) for a, b, *rest in flows)
    page = sound(zone_map(ZoneMap(words, (words, "b"), ("a", words), made, between), EN))
    assert len(cells(page)) == len(made) + 1
