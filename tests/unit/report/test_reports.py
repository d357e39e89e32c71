"""The table of reports: each row has its template, its titles, and the facts that the golden files hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.report.press import TEMPLATES
from garde.report.reports import REPORTS
from garde.report.words import LANGUAGES, catalogue
from tests.papers.generate import FOLDER, text
from tests.papers.hospital import facts


@pytest.mark.parametrize("report", REPORTS.names)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_facts_are_those_of_the_golden_file(report: str, language: str) -> None:
    golden = Path(FOLDER / f"{report}-{language}.golden.json").read_text("utf-8")
    assert text(report, language) == golden, "make golden, and read the diff"


@pytest.mark.parametrize("report", REPORTS.names)
def test_a_row_has_template_and_titles(report: str) -> None:
    row = REPORTS[report]
    assert (TEMPLATES / f"{report}.typ").is_file()
    assert row.title("fr") != row.title("en") and row.reader_fr and row.reader_en


def test_every_figure_has_its_name_and_its_query() -> None:
    for report in REPORTS.names:
        record = facts(report, "en")
        assert record.figures
        assert all(figure.name in catalogue() and figure.query for figure in record.figures)
        names = [figure.name for figure in record.figures]
        assert len(names) == len(set(names))
