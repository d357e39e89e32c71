"""The risk of one device in a few lines, on its page."""

from __future__ import annotations

from garde.web.pages.risk.panel import FEW, panel_of
from garde.web.site import Site
from tests.pages import PUMP, Reader


def test_what_lowers_it_most_stands_first(site: Site) -> None:
    panel = panel_of(site, PUMP, "fr")
    assert panel is not None and (panel.word, panel.severity) == ("élevé", "high")
    values = [change.score.value for change in panel.changes]
    assert values == sorted(values) and len(values) <= FEW
    assert all(value < panel.judged.vulnerability.value for value in values)
    whole = panel_of(site, PUMP, "fr", whole=True)
    assert whole is not None and whole.changes[: len(panel.changes)] == panel.changes


def test_a_device_that_is_not_judged_has_none(site: Site) -> None:
    assert panel_of(site, "d-none", "en") is None


def test_the_page_of_a_device_shows_it(reader: Reader) -> None:
    page = reader.page(f"/devices/{PUMP}")
    section = page.find(id="risk").find_parent("section")  # type: ignore[union-attr]
    assert section is not None and "V 26 instead of 36, level 2" in section.text
    assert section.find("a", href=f"/devices/{PUMP}/risk") is not None
