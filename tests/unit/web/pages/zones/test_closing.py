"""Closing a conduit: what would stop, how often, and whom to call."""

from __future__ import annotations

from garde.web.pages.zones.closing import ClosingPage, Lost
from tests.pages import PUMP, Reader, documented


def test_the_records_are_documented() -> None:
    assert documented(ClosingPage) and documented(Lost)


def test_it_names_what_would_stop_and_where(asker: Reader) -> None:
    page = asker.page("/zones/close?from=Z1&to=OUT&days=2")
    assert "It would break 1 flows that were seen in 2 days." in page.text
    row = page.select_one("tr[data-row]")
    assert row is not None and row.find("a", href=f"/devices/{PUMP}") is not None
    assert "2.0 a day" in row.text or "2 a day" in row.text
    assert "Réa A" in row.find_all("td")[-1].text
    assert page.find("a", href="/devices?ward=R%C3%A9a+A") is not None


def test_days_are_too_few_for_what_comes_once_a_month(asker: Reader) -> None:
    said = "calibration and quality control"
    assert said in asker.page("/zones/close?from=Z1&to=OUT&days=7").text
    assert said not in asker.page("/zones/close?from=Z1&to=OUT&days=40").text


def test_nothing_is_lost_where_nothing_went(asker: Reader) -> None:
    page = asker.page("/zones/close?from=Z3&to=Z6")
    assert "Nothing was seen" in page.text and page.select_one("tr[data-row]") is None
