"""The kit: each ward's devices, numbers and procedures, and lines to fill in where nothing was written."""

from __future__ import annotations

from garde.report.directory import Directory
from garde.report.kit import BLANK
from garde.report.register import by_ward
from tests.papers.hospital import DEVICES, facts, rows


def test_a_sheet_for_each_ward_by_room_and_bed() -> None:
    record = facts("kit", "fr")
    sheets = [table for table in record.tables if table.name == "sheet"]
    assert len(sheets) == len(by_ward(DEVICES)) == 4
    assert [row[:3] for row in sheets[2].rows] == [("101", "1", "BM-2"), ("101", "2", "vent-01")]


def test_a_device_leads_to_its_procedure() -> None:
    found = {row[2]: row[-1] for row in rows(facts("kit", "fr"), "sheet")}
    assert (found["vent-01"], found["lost"], found["scanner"]) == ("A", "B", "–")


def test_procedures_are_in_the_readers_language_and_spaces() -> None:
    french, english = (facts("kit", language).procedures[0] for language in ("fr", "en"))
    assert french.title == "Plus de ventilation" and french.steps[0] == "Ballon au lit\u00a0: oui\u202f?"
    assert english.title == "Ventilation is gone" and english.steps == ("Bag at the bedside", "4 21 00")
    assert english.scope == "For: ICU ventilator; all wards"


def test_a_ward_is_told_whom_it_calls() -> None:
    notes = {table.title.partition(" (")[0]: table.note for table in facts("kit", "en").tables}
    assert notes["Réa A"] == "To call for this ward: Cadre de réanimation 4 33 10" and notes["Bloc"] == ""


def test_one_ward_gets_what_holds_there() -> None:
    record = facts("kit", "en", ward="Bloc", devices=DEVICES[3:4])
    assert [procedure.mark for procedure in record.procedures] == ["A", "B"]
    assert [row[1] for row in rows(record, "contacts")] == ["4 21 00"]


def test_nothing_written_leaves_lines_and_says_so() -> None:
    record = facts("kit", "en", directory=Directory())
    assert rows(record, "contacts") == [("", "", "", "")] * BLANK
    assert "[site] directory" in record.sentences[-1]
    assert len(facts("kit", "en").sentences) == 2
