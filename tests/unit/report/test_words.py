"""Words: both languages complete, plurals and spaces as their readers write them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from garde.errors import Missing
from garde.findings.rules import rules
from garde.model.finding import SEVERITIES, STATUSES
from garde.report.facts import DAY
from garde.report.reports import REPORTS
from garde.report.words import LANGUAGES, Words, catalogue
from tests.papers.hospital import NOW, facts

REPORT = Path(__file__).parents[3] / "src" / "garde" / "report"


def test_every_word_is_there_in_both_languages_with_the_same_places() -> None:
    for row in catalogue().values():
        assert row.fr.strip() and row.en.strip(), row.name
        assert bool(row.fr_one) == bool(row.en_one), row.name
        for other in (row.fr_one, row.en, row.en_one):
            assert not other or set(re.findall(r"{\w+}", other)) == set(re.findall(r"{\w+}", row.fr)), row.name


def test_no_word_is_dead() -> None:
    text = "".join(file.read_text("utf-8") for file in (*REPORT.glob("*.py"), *REPORT.glob("templates/*.typ")))
    figures = {figure.name for report in REPORTS.names for figure in facts(report, "fr").figures}
    lists = {f"severity.{name}" for name in SEVERITIES} | {f"status.{name}" for name in STATUSES}
    lists |= {f"certainty.{name}" for name in ("accepted", "proposed", "unknown")}
    lists |= {"monthly.new", "monthly.vanished"}
    said = set(re.findall(r"[\"']([a-z][\w.-]*)[\"']", text))
    said |= {f"column.{name}" for name in said}
    assert set(catalogue()) - said - figures - lists == set()
    assert (figures | lists) - set(catalogue()) == set()


@pytest.mark.parametrize(("language", "n", "text"), [("fr", 0, "0 dispositif"), ("fr", 1, "1 dispositif")])
def test_french_counts_nothing_as_one(language: str, n: int, text: str) -> None:
    assert Words(language)("devices.many", n=n) == text


def test_english_counts_nothing_as_many() -> None:
    assert Words("en")("devices.many", n=0) == "0 devices"
    assert Words("en")("devices.many", n=20000) == "20,000 devices"


def test_french_is_set_as_french() -> None:
    words = Words("fr")
    assert words("devices.many", n=20000) == "20\u202f000 dispositifs"
    assert words.percent(93) == "93\u202f%" or words.percent(93) == "93\u00a0%"
    assert words.set("L'heure : « oui » ; non ?") == "L’heure\u00a0: «\u00a0oui\u00a0»\u202f; non\u202f?"
    assert words.day(NOW - 23 * DAY) == "1er novembre 2026"
    assert words.month(NOW) == "novembre 2026"
    assert words.moment(NOW) == "24 novembre 2026, 12\u00a0h\u00a000 UTC"


def test_english_is_set_as_english() -> None:
    words = Words("en")
    assert words.percent(93) == "93%"
    assert words.moment(NOW) == "24 November 2026, 12:00 UTC"
    assert words.several(["a", "b", "c"]) == "a, b and c"
    assert words.several(["a"]) == "a" and words.several([]) == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("at", [-1, 0, 2**63 - 1, 10**30])
def test_a_time_that_no_calendar_has_is_no_date(language: str, at: int) -> None:
    words = Words(language)
    assert isinstance(words.date(at) + words.day(at) + words.moment(at) + words.month(at), str)
    assert at > 0 or words.date(at) == ""


def test_a_stranger_to_a_list_speaks_for_itself() -> None:
    assert Words("fr").label("severity", "dire") == "dire"
    assert Words("fr").label("severity", "high") == "élevé"


def test_a_third_language_is_missing() -> None:
    with pytest.raises(Missing, match=r"paper\.language"):
        Words("de")


def test_the_rules_of_findings_can_be_printed() -> None:
    assert all(rule.sentence(language) for rule in rules() for language in LANGUAGES)
