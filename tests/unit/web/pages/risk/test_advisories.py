"""Weaknesses: whom they concern, what that asks for, and by when."""

from __future__ import annotations

from garde.web.pages.risk.advisories import AdvisoriesPage, AdvisoryPage
from garde.web.site import Site
from tests import feeds
from tests.pages import PUMP, Reader, documented
from tests.unit.web.pages.risk.conftest import known_as

WHERE = f"/risk/advisories/{feeds.CVE}"


def test_the_records_are_documented() -> None:
    assert documented(AdvisoriesPage) and documented(AdvisoryPage)


def test_a_weakness_names_devices_verdict_and_date(told: Site, writer: Reader) -> None:
    page = writer.page(WHERE)
    row = page.find(id="devices").find_parent("section").select_one("tbody tr")  # type: ignore[union-attr]
    assert row is not None and row.find("a", href=f"/devices/{PUMP}") is not None
    # Exploited, on the flat network of the hospital, on a device whose failure kills: called today by SSVC.
    assert "affected" in row.text and "out of the round" in row.text and "past" in row.text
    text = " ".join(page.text.split())
    assert "Known to be exploited (KEV) since 25 Aug 2025" in text and "used by ransomware" in text
    assert "EPSS 12 % (above 93 % of all)" in text and "CVSS 9.8" in text and "Install 2.2." in text
    rows = writer.get(f"{WHERE}.json").json()["devices"]
    assert [(one["device"], one["state"]) for one in rows] == [(PUMP, "affected")]
    assert len(writer.get(f"{WHERE}.csv").text.splitlines()) == 2


def test_a_version_beyond_it_is_cleared(told: Site, writer: Reader) -> None:
    known_as(told, software="2.2")
    page = writer.page(WHERE)
    assert "No device that you may see is concerned." in page.text and "Not affected, or fixed: 1" in page.text


def test_an_unknown_version_is_no_all_clear(told: Site, writer: Reader) -> None:
    known_as(told, software="")
    rows = writer.get(f"{WHERE}.json").json()["devices"]
    assert [one["state"] for one in rows] == ["unknown"]
    assert "of unknown version: 1" in writer.page("/risk/advisories").text


def test_the_list_counts_devices_and_searches(told: Site, writer: Reader) -> None:
    page = writer.page("/risk/advisories")
    assert page.find("a", href=f"{WHERE}#devices").text.strip() == "1"  # type: ignore[union-attr]
    assert page.find("a", href="/risk/advisories?exploited=1") is not None
    assert writer.page("/risk/advisories?exploited=1&q=27489").select("tbody tr") != []
    assert writer.page("/risk/advisories?q=nothing").select("tbody tr") == []


def test_without_documents_it_says_where_they_come_from(reader: Reader) -> None:
    assert "No document was imported yet" in reader.page("/risk/advisories").text
    assert reader.get(WHERE).status_code == 404
