"""The documentation of the interface as a person meets it: no barrier, no scripts, narrow, and a form that works."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Screen
from tests.browser.test_journeys import THEMES, width
from tests.pages import PUMP

DOCS = "/api/v1/docs"
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true })"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", ["en-GB", "fr-FR"])
def test_machines_find_no_barrier(screen: Screen, axe: str, lang: str, theme: str) -> None:
    page = screen.open(DOCS, locale=lang, color_scheme=theme)
    expect(page.locator("html")).to_have_attribute("lang", lang[:2])
    page.evaluate(OPEN)
    page.evaluate(axe)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("rules => axe.run({runOnly: rules})", rules)["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:4]]) for one in found] == []


def test_a_narrow_window_scrolls_one_way(screen: Screen) -> None:
    page = screen.open(DOCS, viewport={"width": 320, "height": 640})
    page.evaluate(OPEN)
    assert width(page) <= 0


def test_a_form_leads_to_the_answer_without_scripts(screen: Screen) -> None:
    page = screen.open(f"{DOCS}#devices.why", java_script_enabled=False)
    entry = page.locator("[id='devices.why']")
    entry.locator("summary").click()
    entry.get_by_label("device").fill(PUMP)
    entry.get_by_label("attribute").fill("ward")
    entry.get_by_role("button").click()
    assert page.url.endswith(f"/api/v1/devices/{PUMP}/why/ward")
    assert json.loads(page.locator("pre").inner_text())["claim"]["value"] == "Réa A"
