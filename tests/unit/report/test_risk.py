"""Risk on paper: the tables say what the picture says, in both languages."""

from __future__ import annotations

import msgspec
import pytest

from garde.report.board import BOARD
from garde.report.paper import pdf
from garde.report.risk import Picture, Planned, said
from garde.report.words import LANGUAGES, Words
from tests.papers.hospital import HOSTILE, NOW, material, rows

PICTURE = Picture(
    grid="CRIT-DMC 1",
    levels=4,
    cells=((4, 4, 3), (4, 2, 1), (1, 1, 9)),
    risks=((4, "critique", 3, 1), (3, "élevé", 1, 5), (1, "faible", 9, 9)),
    signed_at=NOW,
    signers=("A. Roy", HOSTILE),
    risen=2,
    fallen=1,
    plan=(Planned(quarter=1, work=HOSTILE, devices=12, cost=6_020, hours=41, removed=31),),
    budget=50_000,
    hours=200,
    removed=31,
)


def test_the_board_shows_matrix_movement_and_roadmap() -> None:
    record = BOARD.build(material("en", risk=PICTURE))
    assert len(record.sentences) == 4 and "2 devices have risen and 1 has fallen" in record.sentences[3]
    assert rows(record, "risk.matrix") == [("4", 0, 1, 0, 3), ("3", 0, 0, 0, 0), ("2", 0, 0, 0, 0), ("1", 9, 0, 0, 0)]
    assert rows(record, "risk.movement") == [("critique", 3, 1, "+2"), ("élevé", 1, 5, "-4"), ("faible", 9, 9, "0")]
    assert rows(record, "risk.roadmap") == [(1, HOSTILE, 12, 6_020, 41, 31)]
    notes = {table.name: table.note for table in record.tables}
    assert "50,000 €" in notes["risk.roadmap"] and "200 hours" in notes["risk.roadmap"]


def test_without_a_signature_nothing_is_compared() -> None:
    bare = msgspec.structs.replace(PICTURE, signed_at=0, signers=(), plan=())
    record = BOARD.build(material("fr", risk=bare))
    assert record.sentences[3].startswith("Aucune matrice de risque n’est signée")
    assert [table.name for table in record.tables] == ["trend", "risk.matrix", "risk.movement"]
    assert rows(record, "risk.movement")[0] == ("critique", 3)


def test_without_a_picture_the_page_is_as_before() -> None:
    record = BOARD.build(material("en"))
    assert len(record.sentences) == 3 and [table.name for table in record.tables] == ["trend"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_printed(language: str) -> None:
    assert pdf(BOARD.build(material(language, risk=PICTURE)))[:5] == b"%PDF-"


def test_one_is_said_as_one() -> None:
    alone = msgspec.structs.replace(PICTURE, risen=1, fallen=2, signers=("A. Roy",))
    assert "1 device has risen and 2 have fallen" in said(Words("en"), alone)
    assert "signée par A. Roy" in said(Words("fr"), alone)
