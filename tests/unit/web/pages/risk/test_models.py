"""Models: their spellings together, with versions, weaknesses, form and bill."""

from __future__ import annotations

from garde.model.finding import judgement
from garde.web.pages.risk.models import ModelPage, ModelsPage
from garde.web.site import Site
from tests import feeds
from tests.pages import PUMP, STRANGER, Reader, documented
from tests.unit.web.pages.risk.conftest import known_as

WHERE = "/risk/models/one?maker=Fresenius+Kabi&model=Agilia"


def test_the_records_are_documented() -> None:
    assert documented(ModelsPage) and documented(ModelPage)


def test_spellings_of_a_model_stand_together(told: Site, writer: Reader) -> None:
    known_as(told, STRANGER, manufacturer="FRESENIUS KABI AG", model="agilia", software="2.0")
    rows = {row["model"]: row for row in writer.get("/risk/models.json").json()}
    both = next(row for row in rows.values() if row["model"].lower() == "agilia")
    assert both["ids"] == [PUMP, STRANGER] and sorted(both["versions"]) == [["2.0", 1], ["2.1", 1]]
    for address in (WHERE, f"/risk/models/one?device={STRANGER}"):
        page = writer.page(address)
        assert {str(tag["href"]) for tag in page.select("section:has(#devices) th a")} == {
            f"/devices/{PUMP}", f"/devices/{STRANGER}",
        }  # fmt: skip


def test_a_model_shows_weaknesses_form_and_bill(told: Site, writer: Reader) -> None:
    page = writer.page(WHERE)
    assert page.find("a", href=f"/risk/advisories/{feeds.CVE}") is not None
    (form,) = told.library.forms
    assert page.find("a", href=f"/risk/forms/{form}") is not None
    assert page.find("a", href="/risk/software?name=openssl") is not None
    found = judgement("supplier.contradicted", 5, severity="high", device=PUMP, identifier="TXCF-2")
    told.say(found)
    assert writer.page(WHERE).find("a", href=f"/findings/{found.finding}") is not None


def test_a_model_without_a_form_is_asked_for(reader: Reader) -> None:
    page = reader.page(f"/risk/models/one?device={STRANGER}")
    assert "Until then it counts as a gap of 70 %" in page.text
    assert "Models without an MDS2 form, to obtain" in reader.page("/risk/models").text


def test_a_model_that_nobody_has_is_missing(reader: Reader) -> None:
    assert reader.get("/risk/models/one?maker=x&model=y").status_code == 404
    assert reader.get("/risk/models/one").status_code == 404
    assert reader.get(f"/risk/models/one?device={PUMP}").status_code == 404
