"""Findings in figures: what came, went and waits, by the definition that stands in the module."""

from __future__ import annotations

import msgspec

from garde.model.finding import SEVERITIES
from garde.report.judgements import WORST, ages, closed, grave, opened, waiting
from tests.papers.hospital import FINDINGS, NOW, finding, material


def test_came_went_and_waits() -> None:
    paper = material("en")
    assert (opened(paper).value, closed(paper).value, waiting(paper).value) == (3, 1, 3)


def test_one_that_is_closed_later_was_open_then() -> None:
    paper = material("en", until=NOW - 11 * 86_400 * 10**9)
    assert waiting(paper).value == 3


def test_an_accepted_finding_still_waits() -> None:
    accepted = msgspec.structs.replace(FINDINGS[0], status="accepted")
    assert waiting(material("en", findings=(accepted,))).value == 1


def test_the_gravest_and_the_oldest_of_them() -> None:
    critical, high, oldest = grave(material("en"))
    assert (critical.value, high.value, oldest.value) == (1, 1, 12)
    assert tuple(reversed(SEVERITIES)) == WORST


def test_each_open_finding_has_one_age() -> None:
    findings = tuple(finding(n, "low", first=n) for n in range(1, 90))
    found = ages(material("en", findings=findings))
    assert [figure.value for _, figure in found] == [1, 6, 23, 59]
    assert [label for label, _ in found] == ["up to 1 day", "1 to 7 days", "7 to 30 days", "more than 30 days"]
