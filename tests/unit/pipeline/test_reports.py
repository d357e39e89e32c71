"""A report is gathered, printed and leaves its trace; what was asked wrongly is named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from garde.errors import Malformed, Missing
from garde.model.codec import decode, encode
from garde.model.issued import Issued
from garde.model.message import Message
from garde.pipeline.reports import PERIOD, Wanted, check, facts_of, issue, month
from garde.report.facts import canonical, sha256
from tests.papers.hospital import DEVICES, DIRECTORY, FINDINGS, NOW


class Ear:
    """A bus that remembers what it was given."""

    def __init__(self) -> None:
        self.heard: list[Message] = []

    def publish(self, messages: Sequence[Message]) -> None:
        self.heard += messages

    def take(self, reader: str, kinds: Sequence[type[Message]], most: int, wait: float) -> None:
        return None

    def close(self) -> None:
        return None


def test_an_issue_leaves_both_digests() -> None:
    ear = Ear()
    document = issue(ear, Wanted("board", "fr"), DEVICES, FINDINGS, now=NOW + 5, by="k.morel", site="CHU")
    (trace,) = ear.heard
    assert isinstance(trace, Issued) and trace == document.issued
    assert trace.document == sha256(document.pdf) and trace.facts == sha256(canonical(document.facts))
    assert (trace.by, trace.report, trace.language, trace.at) == ("k.morel", "board", "fr", NOW + 5)
    assert trace.until - trace.since == PERIOD
    assert decode(encode(trace)) == trace
    assert document.name == "garde-board-fr-2026-11-24.pdf"


def test_nothing_is_left_when_nothing_was_printed() -> None:
    ear = Ear()
    with pytest.raises(Missing):
        issue(ear, Wanted("bord", "fr"), DEVICES, FINDINGS, now=NOW, by="p")
    assert ear.heard == []


def test_a_ward_is_the_scope_of_devices_and_findings() -> None:
    record = facts_of(Wanted("monthly", "en", ward="RÉA a"), DEVICES, FINDINGS, now=NOW, directory=DIRECTORY)
    figures = {figure.name: figure.value for figure in record.figures}
    assert record.ward == "Réa A"
    assert (figures["devices.total"], figures["findings.open"]) == (2, 1)


@pytest.mark.parametrize(
    ("wanted", "code", "hint"),
    [
        (Wanted("monthli", "fr"), "registry.unknown-name", "monthly"),
        (Wanted("board", "de"), "paper.language", "fr or en"),
        (Wanted("kit", "fr", ward="Blocc"), "paper.ward", "Bloc"),
    ],
)
def test_what_is_not_there_is_named(wanted: Wanted, code: str, hint: str) -> None:
    with pytest.raises(Missing) as caught:
        facts_of(wanted, DEVICES, FINDINGS, now=NOW)
    assert caught.value.code == code and hint in caught.value.hint


@pytest.mark.parametrize("text", ["2026-13", "2026", "2026-1", "٢٠٢٦-٠١", "1969-12", "0000-00", "2026-00"])
def test_what_is_no_month_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match=r"paper\.month"):
        month(text)


def test_a_month_that_is_not_over_ends_now_and_one_to_come_is_refused() -> None:
    record = facts_of(Wanted("monthly", "fr", month="2026-11"), DEVICES, FINDINGS, now=NOW)
    assert (record.since, record.until) == (month("2026-11")[0], NOW)
    for report in ("monthly", "board"):
        with pytest.raises(Malformed, match=r"paper\.month"):
            check(Wanted(report, "fr", month="2026-12"), DEVICES, NOW)
    check(Wanted("kit", "fr", month="2026-12"), DEVICES, NOW)


def test_a_past_month_does_not_count_what_came_later() -> None:
    record = facts_of(Wanted("monthly", "en", month="2026-10"), DEVICES, FINDINGS, now=NOW)
    figures = {figure.name: figure.value for figure in record.figures}
    assert (figures["devices.total"], figures["devices.unknown"], figures["findings.open"]) == (3, 0, 1)


def test_december_ends_with_the_year() -> None:
    (_, end), (start, _) = month("2026-12"), month("2027-01")
    assert end == start


def test_a_month_is_the_period_and_a_moment_takes_no_notice() -> None:
    record = facts_of(Wanted("monthly", "fr", month="2026-10"), DEVICES, FINDINGS, now=NOW)
    assert (record.since, record.until) == month("2026-10")
    assert facts_of(Wanted("register", "fr", month="2026-10"), DEVICES, (), now=NOW).since == NOW
