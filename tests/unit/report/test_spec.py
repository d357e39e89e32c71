"""Material: heads in the reader's language, lists that say what they leave out, periods that end where they should."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from garde.report.facts import DAY
from garde.report.spec import LISTED, STEPS, ends
from tests.papers.hospital import DEVICES, NOW, material


def at(year: int, month: int, day: int = 1) -> int:
    return int(dt.datetime(year, month, day, tzinfo=dt.UTC).timestamp()) * 10**9


def test_months_end_with_the_month() -> None:
    assert ends(at(2026, 2), at(2026, 3)) == [at(2025, m) for m in (10, 11, 12)] + [at(2026, m) for m in (1, 2, 3)]


def test_other_periods_end_by_their_length() -> None:
    found = ends(NOW - 30 * DAY, NOW)
    assert len(found) == STEPS and found[-1] == NOW
    assert {later - earlier for earlier, later in itertools.pairwise(found)} == {30 * DAY}


@pytest.mark.parametrize(("language", "title"), [("fr", "Numéro d’inventaire"), ("en", "Asset tag")])
def test_a_column_is_headed_by_the_attribute(language: str, title: str) -> None:
    assert material(language).column("asset_tag", "code").title == title


def test_a_cut_list_says_how_many_and_where() -> None:
    rows: list[tuple[str | int, ...]] = [(n,) for n in range(LISTED + 3)]
    kept, note = material("en").cut(rows, "devices: x")
    assert len(kept) == LISTED and note == "3 more rows are not printed. To find them: devices: x"
    assert material("en").cut(rows[:LISTED], "devices: x") == (tuple(rows[:LISTED]), "")


def test_a_kind_is_called_what_people_call_it() -> None:
    assert material("fr").kind(DEVICES[0]) == "respirateur de réanimation"
    assert material("fr").kind(DEVICES[-1]) == ""
