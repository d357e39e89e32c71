"""The board's page: three sentences that say what the figures say, and the trend."""

from __future__ import annotations

import pytest

from garde.report.words import LANGUAGES
from tests.papers.hospital import FINDINGS, facts, rows, value


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_sentences(language: str) -> None:
    assert len(facts("board", language).sentences) == 3


def test_the_sentences_carry_the_figures() -> None:
    record = facts("board", "en")
    first, second, third = record.sentences
    assert first.startswith("Garde knows 5 devices in the hospital, 2 of them new") and "80%" in first
    assert second.startswith(
        "3 findings are open, 1 of them critical and 1 high; within the period, opened: 3, closed: 1"
    )
    assert third == "The oldest critical or high finding has been waiting for 12 days."
    assert value(record, "devices.before") == 3


def test_the_third_sentence_speaks_of_what_is_gravest() -> None:
    calm = facts("board", "en", findings=FINDINGS[2:])
    assert calm.sentences[2].startswith("No critical or high finding is waiting; the identity of 1 device remains")
    quiet = facts("board", "en", findings=(), devices=())
    assert quiet.sentences[2].endswith("no source contradicts another.")


def test_the_trend_ends_now() -> None:
    found = rows(facts("board", "en"), "trend")
    assert [row[1:] for row in found][-2:] == [(3, 1, 0), (5, 3, 2)]
    assert found[3][1:] == (3, 2, 1), "the finding that was closed 40 days ago was open 60 days ago"
    assert len(found) == 6 and found[-1][0] == "24 Nov 2026"
