"""Reports against other readers of PDF: qpdf finds no fault, poppler finds tags, title, language and table heads."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from garde.report.paper import pdf
from garde.report.reports import REPORTS
from garde.report.words import LANGUAGES
from tests.papers.hospital import facts

CASES = [(report, language) for report in REPORTS.names for language in LANGUAGES]


def run(*words: str | Path) -> str:
    program = shutil.which(str(words[0]))
    assert program, f"{words[0]} is not installed; .ci/run names the package"
    return subprocess.run([program, *words[1:]], capture_output=True, check=True).stdout.decode("utf-8", "replace")


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    report, language = request.param
    file = tmp_path_factory.mktemp("papers") / f"{report}-{language}.pdf"
    file.write_bytes(pdf(facts(report, language)))
    return report, language, file


def test_qpdf_finds_no_fault(case: tuple[str, str, Path]) -> None:
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", case[2])


def test_it_is_tagged_and_titled(case: tuple[str, str, Path]) -> None:
    report, language, file = case
    said = run("pdfinfo", file)
    assert re.search(r"^Tagged:\s+yes$", said, re.MULTILINE)
    assert re.search(rf"^Title:\s+{re.escape(REPORTS[report].title(language))}$", said, re.MULTILINE)
    assert re.search(r"^JavaScript:\s+no$", said, re.MULTILINE)


def test_the_catalogue_declares_language_marks_and_pdf_ua(case: tuple[str, str, Path]) -> None:
    _, language, file = case
    plain = file.with_suffix(".qdf")
    run("qpdf", "--qdf", "--object-streams=disable", file, plain)
    text = plain.read_bytes().decode("latin-1")
    assert f"/Lang ({language}" in text
    assert re.search(r"/MarkInfo <<\s*/Marked true", text)
    assert re.search(r"/DisplayDocTitle true", text), "ISO 14289-1 §7.1: the window shows the title"
    assert "/StructTreeRoot" in text
    assert re.search(r"pdfuaid:part[=>\s\"]*1", text), "ISO 14289-1 §5: the part is declared"


def test_headings_and_table_heads_are_tagged(case: tuple[str, str, Path]) -> None:
    said = run("pdfinfo", "-struct", case[2])
    tags = re.findall(r"^\s*(\w+)", said, re.MULTILINE)
    assert {"Document", "H1", "Table", "TR", "TH", "TD", "THead"} <= set(tags)
    assert said.count("/Scope /Column") == tags.count("TH"), "ISO 14289-1 §7.5: each head says what it is the head of"
    assert "Figure" not in tags, "a bar is for the eye; a figure would need a text of its own"


def test_fonts_travel_with_it(case: tuple[str, str, Path]) -> None:
    rows = run("pdffonts", case[2]).splitlines()[2:]
    assert rows and all(row.split()[-5] == "yes" for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_board_reads_one_page(tmp_path: Path, language: str) -> None:
    file = tmp_path / "board.pdf"
    file.write_bytes(pdf(facts("board", language)))
    assert re.search(r"^Pages:\s+1$", run("pdfinfo", file), re.MULTILINE)
