"""Write what each report says of the hospital on paper, in both languages: `python -m tests.golden` runs this."""

from __future__ import annotations

from pathlib import Path

import msgspec

from garde.report.facts import canonical
from garde.report.reports import REPORTS
from garde.report.words import LANGUAGES
from tests.papers.hospital import facts

FOLDER = Path(__file__).parent


def text(report: str, language: str) -> str:
    """The golden text of a report."""
    return msgspec.json.format(canonical(facts(report, language)), indent=1).decode("utf-8") + "\n"


if __name__ == "__main__":
    for report in REPORTS.names:
        for language in LANGUAGES:
            (FOLDER / f"{report}-{language}.golden.json").write_text(text(report, language), encoding="utf-8")
