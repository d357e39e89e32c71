"""Why a device has its risk: terms, facts, documents, and what would be without each."""

from __future__ import annotations

import json

from garde.model.finding import judgement
from garde.risk.vulnerability import formats
from garde.risk.vulnerability.score import Line, Term
from garde.web.pages.risk.why import MOST, RiskPage, _shown
from garde.web.site import Site
from tests import feeds
from tests.pages import PUMP, Reader, documented
from tests.unit.web.pages.risk.conftest import known_as


def advised(site: Site) -> str:
    """Let a document say that the pump is affected; the id of the document."""
    document = feeds.csaf()
    maker = document["product_tree"]["branches"][0]
    maker["name"], maker["branches"][0]["name"] = "Fresenius Kabi", "Agilia"
    reading = formats.read(json.dumps(document).encode())
    with site.store.begin() as unit:
        unit.put([reading])
    site.risk.refresh()
    return reading.source.id


def test_the_record_is_documented() -> None:
    assert documented(RiskPage)


def test_every_term_names_its_facts_and_evidence(own: Site, writer: Reader) -> None:
    known_as(own, model="Agilia", software="2.1")
    source = advised(own)
    page = writer.page(f"/devices/{PUMP}/risk")
    assert page.find("a", href=f"/risk/sources/{source}") is not None
    assert page.find("a", href=f"/risk/advisories/{feeds.CVE}") is not None
    record = writer.get(f"/devices/{PUMP}/risk.json").json()
    assert round(sum(term["points"] for term in record["terms"][-5:])) == round(record["vulnerability"])
    assert [term["term"] for term in record["terms"][-5:]] == ["os", "cve", "mds2", "exposure", "configuration"]
    assert "no MDS2 form: ask the supplier for it" in page.text


def test_it_is_the_body_of_the_drawer(reader: Reader) -> None:
    page = reader.page(f"/devices/{PUMP}/risk")
    assert page.select_one("article#why-body") is not None
    assert "Without: end of support unknown → V 26 instead of 36, level 2" in " ".join(page.text.split())


def test_a_device_that_is_not_there_has_none(reader: Reader) -> None:
    assert reader.get("/devices/d-none/risk").status_code == 404
    assert reader.get("/devices/d-none/risk.json").status_code == 404


def test_a_contradiction_is_shown_on_the_device(own: Site, writer: Reader) -> None:
    found = judgement("supplier.contradicted", 5, severity="high", device=PUMP, identifier="TXCF-2")
    own.say(found)
    page = writer.page(f"/devices/{PUMP}")
    section = page.find(id="risk").find_parent("section")  # type: ignore[union-attr]
    assert section is not None and section.find("a", href=f"/findings/{found.finding}") is not None


def test_long_terms_show_what_weighs_most() -> None:
    lines = tuple(Line(str(number), number / 100) for number in range(MOST + 5))
    shown, left = _shown(Term("cve", 0.5, 15.0, lines))
    assert left == 5 and shown[0].value == 0.44 and len(shown) == MOST
