"""Why a device has its risk: terms, facts, documents, and what would be without each."""

from __future__ import annotations

from garde.model.finding import judgement
from garde.risk.vulnerability.score import Line, Term
from garde.web.pages.risk.why import MOST, RiskPage, _shown
from garde.web.site import Site
from tests import feeds
from tests.pages import PUMP, STRANGER, Reader, documented


def test_the_record_is_documented() -> None:
    assert documented(RiskPage)


def test_every_term_names_its_facts_and_evidence(told: Site, writer: Reader) -> None:
    page = writer.page(f"/devices/{PUMP}/risk")
    sources = {one.source.format: one.source.id for one in told.risk.readings}
    assert all(page.find("a", href=f"/risk/sources/{sources[name]}") is not None for name in ("csaf", "kev", "epss"))
    assert page.find("a", href=f"/risk/advisories/{feeds.CVE}") is not None
    record = writer.get(f"/devices/{PUMP}/risk.json").json()
    assert sum(term["points"] for term in record["terms"][-5:]) < record["vulnerability"] == 75
    plain = writer.get(f"/devices/{STRANGER}/risk.json").json()
    assert round(sum(term["points"] for term in plain["terms"][-5:]), 1) == plain["vulnerability"]
    assert [term["term"] for term in record["terms"][-5:]] == ["os", "cve", "mds2", "exposure", "configuration"]
    assert "TXCF-2 no" in " ".join(page.text.split()) and "the kind: syringe pump" in page.text
    assert "known to be exploited, and reachable: at least 75" in page.text
    lowered = next(one for one in told.risk.without(PUMP) if one.fact == feeds.CVE)
    assert f"Without: {feeds.CVE} → V {round(lowered.score.value)} instead of 75" in " ".join(page.text.split())


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
