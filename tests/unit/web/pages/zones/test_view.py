"""What pages of zones share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.web.pages.zones.view import days_said, grave, zone_name
from garde.zones.plan import packaged


@given(st.text(max_size=6))
def test_any_word_is_one_to_sixty_days(text: str) -> None:
    assert 1 <= days_said(text) <= 60


@pytest.mark.parametrize(
    ("source", "target", "severity"),
    [("Z1", "OUT", "critical"), ("OUT", "Z5", "critical"), ("Z10", "Z4", "critical"), ("Z2", "Z3", "high")],
)
def test_how_grave_a_flow_out_of_rule_is(source: str, target: str, severity: str) -> None:
    assert grave(packaged(), source, target) == severity


def test_a_zone_has_its_name_in_both_languages() -> None:
    assert zone_name(packaged(), "Z2", "fr") == "Imagerie" and zone_name(packaged(), "Z2", "en") == "Imaging"
    assert zone_name(packaged(), "Z99", "en") == "Z99"
