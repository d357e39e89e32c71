"""Supplier forms: answers, gaps, what must be read, what is contradicted, and whom nobody asked."""

from __future__ import annotations

from garde.model.finding import judgement
from garde.web.pages.risk.forms import FormPage, FormsPage
from garde.web.site import Site
from tests.pages import PUMP, STRANGER, Reader, documented


def test_the_records_are_documented() -> None:
    assert documented(FormsPage) and documented(FormPage)


def test_a_form_shows_answers_gaps_and_contradictions(told: Site, writer: Reader) -> None:
    told.say(judgement("supplier.contradicted", 5, severity="high", device=PUMP, identifier="TXCF-2"))
    assert writer.get("/risk/forms").status_code == 200
    (name,) = told.library.forms
    page = writer.page(f"/risk/forms/{name}")
    answers = {
        row.find("th").text.strip(): " ".join(row.find("td").text.split())  # type: ignore[union-attr]
        for row in page.select("section:has(#answers) tbody tr")
    }
    assert answers["TXCF-2"] == "no contradicted" and answers["CSUP-1"] == "see note to be read"
    rows = [row.find_all(["th", "td"]) for row in page.select("section:has(#gaps) tbody tr")]
    gaps = {row[0].text: row[1].text.strip() for row in rows}
    assert gaps["TXCF"] == "100 %" and gaps["AUDT"] == "70 %"
    row = writer.page("/risk/forms").select_one("section:has(#forms) tbody tr")
    assert row is not None and "Fresenius Kabi Agilia" in row.text


def test_a_model_without_a_form_is_a_task(told: Site, writer: Reader) -> None:
    rows = writer.get("/risk/forms.csv").text.splitlines()
    assert not any("Agilia" in row for row in rows) and len(rows) >= 2
    assert writer.page("/risk/forms").select("section:has(#missing) tbody tr") != []


def test_without_any_it_says_what_a_form_is(reader: Reader) -> None:
    assert "No MDS2 form was imported yet" in reader.page("/risk/forms").text
    assert reader.get("/risk/forms/none").status_code == 404
    assert reader.page(f"/risk/models/one?device={STRANGER}").find(id="form") is not None
