"""What of a topic may leave: two plain levels, never a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.it.topic import first_levels


@pytest.mark.parametrize(
    ("topic", "shown"),
    [
        ("ward3/monitors/bed-12/hr", "ward3/monitors"),
        ("/leading/slash", "leading/slash"),
        ("patient/dupont", "patient/+"),
        ("Patients/10045533/hr", "Patients/+"),
        ("adt/10045533", "adt/+"),
        ("12-34-56-78/x", "+/x"),
        ("a b/c", "+/c"),
        ("sensors/#", "sensors/#"),
        ("", ""),
    ],
)
def test_levels(topic: str, shown: str) -> None:
    assert first_levels(topic) == shown


@given(st.text(max_size=80))
def test_never_more_than_two_levels_and_no_number_of_a_record(topic: str) -> None:
    shown = first_levels(topic)
    assert shown.count("/") <= 1
    assert not any(level.isdigit() and len(level) >= 4 for level in shown.split("/"))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_never_what_follows_a_person(name: str) -> None:
    assert first_levels(f"patient/{name}") == "patient/+"
