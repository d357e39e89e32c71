"""Reports on the pages: chosen, written, fetched, and found again in the log."""

from __future__ import annotations

import hashlib
import time

import pytest
from starlette.testclient import TestClient

from garde.model.issued import Issued
from garde.people.roles import roles
from garde.report.reports import REPORTS
from tests.unit.web.pages.conftest import Desk


def traces(desk: Desk) -> list[Issued]:
    return [one for _, one in desk.site.store.log(0, (Issued,), 100) if isinstance(one, Issued)]


def made(desk: Desk, **words: str) -> str:
    """Ask for a report and wait until it is written; its address."""
    answer = desk.client.post("/reports", data=words)
    assert answer.status_code == 303, answer.text[:500]
    return str(answer.headers["location"])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_report_is_offered(desk: Desk, language: str) -> None:
    page = desk.get("/reports", language)
    titles = {head.get_text() for head in page.select("li h2")}
    assert titles == {row.title(language) for row in REPORTS}
    chosen = page.select("select[name=language] option[selected]")
    assert {option["value"] for option in chosen} == {language}
    assert len(page.select("input[name=month]")) == sum(row.covers == "period" for row in REPORTS)


@pytest.mark.parametrize("report", REPORTS.names)
def test_a_report_is_written_and_fetched(desk: Desk, report: str) -> None:
    address = made(desk, report=report, language="en")
    page = desk.get(address)
    assert page.select_one("h1").get_text() == REPORTS[report].title("en")  # type: ignore[union-attr]
    paper = desk.client.get(f"{address}.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert "attachment" in paper.headers["content-disposition"]
    (trace,) = traces(desk)
    assert hashlib.sha256(paper.content).hexdigest() == trace.document
    assert hashlib.sha256(desk.client.get(f"{address}.json").content).hexdigest() == trace.facts
    assert trace.document in page.get_text() and trace.by == "demonstration"
    assert desk.client.get(f"/messages/{trace.id}").status_code == 200


def test_what_was_written_before_is_listed(desk: Desk) -> None:
    made(desk, report="board", language="fr")
    row = desk.get("/reports").select_one("section table tbody tr")
    assert row is not None and "One page for the board" in row.get_text()
    assert desk.client.get("/reports.json").json()["reports"][0]["report"] == "board"


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ({"report": "bord", "language": "fr"}, 404, "registry.unknown-name"),
        ({"report": "board", "language": "de"}, 404, "paper.language"),
        ({"report": "kit", "language": "fr", "ward": "Nowhere"}, 404, "paper.ward"),
        ({"report": "monthly", "language": "fr", "month": "october"}, 422, "paper.month"),
        ({}, 404, "registry.unknown-name"),
    ],
)
def test_what_cannot_be_written_is_said_on_the_page(desk: Desk, words: dict[str, str], status: int, code: str) -> None:
    answer = desk.client.post("/reports", data=words, headers={"accept-language": "fr"})
    assert answer.status_code == status and code in answer.text
    assert traces(desk) == []


def test_a_report_is_a_deed_of_the_audit(desk: Desk) -> None:
    made(desk, report="kit", language="fr")
    row = desk.get("/audit?verb=issued").select_one("tbody tr")
    assert row is not None and "wrote a report" in row.get_text() and "kit fr" in row.get_text()


def test_what_is_not_kept_is_missing(desk: Desk) -> None:
    for address in ("/reports/nothing", "/reports/nothing.pdf", "/reports/nothing.json"):
        assert desk.client.get(address).status_code == 404


def test_a_bare_site_offers_reports_too(bare: TestClient) -> None:
    assert bare.get("/reports").status_code == 200
    address = bare.post("/reports", data={"report": "register", "language": "fr"}).headers["location"]
    assert bare.get(f"{address}.pdf").content.startswith(b"%PDF-")


def test_a_large_report_is_written_meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garde.web.presses.AT_ONCE", -1)
    address = made(desk, report="board", language="fr")
    for _ in range(600):
        page = desk.get(address)
        if page.select_one("#written") is None:
            break
        assert page.select_one(f'#written a[href="{address}"]') is not None, "without scripts one looks again"
        paper = desk.client.get(f"{address}.pdf").status_code
        # It may be done between two looks; what is still being written has no paper.
        assert paper == 404 or desk.get(address).select_one("#written") is None
        time.sleep(0.1)
    assert desk.client.get(f"{address}.pdf").content.startswith(b"%PDF-")


def test_whoever_makes_reports_may_see_what_is_in_them() -> None:
    for role in roles():
        if "reports.make" in role.rights:
            assert {"devices.read", "findings.read"} <= role.rights, role.name
