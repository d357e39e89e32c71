"""A crossing counts what it is given, and its sources about right."""

from __future__ import annotations

import pytest

from garde.model.zones.crossing import BITS, Crossing, crossing_id, place

EMPTY = Crossing(id="x", day=0, source="Z2", target="Z5", service="dicom 104")


def test_first_and_last_are_the_extremes() -> None:
    one = EMPTY.with_talk("a", 1, 10, 90, outside=False, at=50).with_talk("a", 2, 20, 40, outside=True, at=30)
    assert (one.first, one.last, one.flows, one.outside, one.packets, one.octets) == (30, 90, 2, 1, 3, 30)


@pytest.mark.parametrize("many", [1, 100, 5000])
def test_sources_are_counted_about_right(many: int) -> None:
    marks = 0
    for number in range(many):
        marks |= 1 << place(f"d-{number}")
    assert abs(Crossing.heard(marks) - many) <= max(1, many * 0.04)
    assert Crossing.heard((1 << BITS) - 1) > 20_000


def test_the_id_begins_with_the_word_of_its_day_and_pair() -> None:
    assert crossing_id(3, "Z2", "Z5", "dns 53") == crossing_id(3, "Z2", "Z5", "") + "-dns 53"
