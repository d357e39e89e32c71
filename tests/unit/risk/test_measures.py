"""The catalogue of measures has both languages, and knows what may not be done without the supplier."""

from __future__ import annotations

from garde.risk.measures import measures


def test_every_measure_of_the_method_is_there() -> None:
    assert len(measures()) == 11
    assert {one.kind for one in measures()} == {"segment", "patch", "replace", "compensate", "organise"}


def test_nothing_changes_a_device_without_its_supplier_s_letter() -> None:
    assert all(one.letter for one in measures() if one.kind == "patch")
    assert not any(one.letter for one in measures() if one.kind in ("segment", "organise"))


def test_both_languages_say_something_of_their_own() -> None:
    for one in measures():
        words = (one.fr, one.en, one.kpi_fr, one.kpi_en)
        assert all(words) and len(set(words)) == 4
