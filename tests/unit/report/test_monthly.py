"""The month: what came, what went, what is known, and what nobody knows."""

from __future__ import annotations

import msgspec

from garde.report.spec import LISTED
from tests.papers.hospital import FINDINGS, HOSTILE, device, facts, finding, rows, value


def test_findings_by_severity() -> None:
    assert rows(facts("monthly", "en"), "severities") == [
        ("critical", 1, 0, 1),
        ("high", 1, 0, 1),
        ("medium", 0, 0, 1),
        ("low", 1, 1, 0),
    ]


def test_the_open_ones_stand_gravest_first_with_their_sentence() -> None:
    found = rows(facts("monthly", "fr"), "longest")
    assert [(row[0], row[2], row[5]) for row in found] == [
        ("critique", "scanner", 12),
        ("élevé", "vent-01", 2),
        ("moyen", "Garde", 70),
    ]
    assert found[0][1] == "Des sources se contredisent" and found[0][3] == "Imagerie"


def test_new_and_vanished_devices() -> None:
    record = facts("monthly", "en")
    assert [row[0] for row in rows(record, "new")] == ["scanner", HOSTILE]
    assert [row[0] for row in rows(record, "vanished")] == ["lost"]
    assert (value(record, "devices.new"), value(record, "devices.vanished"), value(record, "devices.heard")) == (
        2,
        1,
        5,
    )


def test_one_that_vanished_long_ago_is_gone_and_no_news() -> None:
    record = facts("monthly", "en", devices=(device("old", first=200, last=90),))
    assert (value(record, "devices.vanished"), value(record, "devices.gone"), rows(record, "vanished")) == (0, 1, [])


def test_what_nobody_knows_is_counted_by_maker() -> None:
    assert rows(facts("monthly", "en"), "unknown") == [(HOSTILE, 1)]
    assert rows(facts("monthly", "fr"), "conflicts") == [("scanner", "scanner", "Imagerie", "modèle")]


def test_a_long_list_says_what_it_leaves_out() -> None:
    many = tuple(finding(n, "low", first=5) for n in range(LISTED + 2))
    table = next(table for table in facts("monthly", "en", findings=many).tables if table.name == "longest")
    assert len(table.rows) == LISTED and table.note.startswith("2 more rows")


def test_a_word_of_another_grid_speaks_for_itself() -> None:
    odd = msgspec.structs.replace(FINDINGS[0], severity="dire", status="odd", rule="made.up")
    assert rows(facts("monthly", "en", findings=(odd,)), "longest")[0][:2] == ("dire", "made.up")


def test_coverage_is_a_share_in_the_readers_signs() -> None:
    assert ("kind", "80%") in rows(facts("monthly", "en"), "coverage")
