"""Journeys of a person: from the list to the byte, by mouse, by keyboard, without scripts, on paper, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Screen
from tests.pages import BIOMEDICAL, FINDING, PUMP, STRANGER

PAGES = (
    "/devices",
    "/devices?certainty=unknown&ward=none",
    f"/devices/{PUMP}",
    f"/devices/{STRANGER}",
    f"/devices/{STRANGER}/why/model",
    f"/devices/{PUMP}/why/ward",
    "/",
    "/alerts",
    "/alerts?shelf=closed",
    f"/findings/{FINDING}",
    "/oncall",
    "/wall",
    "/ward/R%C3%A9a%20A",
    "/search?q=r%C3%A9a",
    "/people",
    f"/people/{BIOMEDICAL}",
    "/kiosks",
    "/sensors",
    "/audit",
    "/evidence",
    "/sign-in",
    "/kiosk",
    "/import",
    "/reports",
    "/ward/R%C3%A9a%20A/kit",
    "/glossary",
    "/style",
    "/accessibility",
    "/nowhere",
)
THEMES = ("light", "dark")


def width(page: Page) -> int:
    """How far a page reaches to the right of its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", ["en-GB", "fr-FR"])
def test_from_the_list_to_the_reason(screen: Screen, lang: str, theme: str) -> None:
    page = screen.open("/devices", locale=lang, color_scheme=theme)
    page.locator(".facets a.keep").first.click()
    expect(page.locator(".chips li")).to_have_count(1)
    page.goto(f"/devices/{PUMP}")
    expect(page.locator("html")).to_have_attribute("lang", lang[:2])
    page.locator("[data-row] a[href*='/why/manufacturer']").first.click()
    expect(page.locator("#why-body")).to_be_visible()
    expect(page.locator("#why-body")).to_contain_text("Fresenius Kabi")


def test_by_keyboard_only(screen: Screen) -> None:
    page = screen.open("/devices")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("fresenius")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").evaluate("field => field.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/devices/{PUMP}*")
    page.keyboard.press("j")
    page.keyboard.press("w")
    expect(page.locator("#why-body")).to_be_visible()


def test_without_scripts(screen: Screen) -> None:
    page = screen.open("/devices", java_script_enabled=False)
    page.locator("#q").fill("fresenius")
    page.locator("#q").press("Enter")
    page.locator("tr[data-row] th a").first.click()
    page.locator("[data-row] a[href*='/why/ward']").first.click()
    assert "/why/ward" in page.url
    assert "k.morel" in page.locator("#why-body").inner_text()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", PAGES)
def test_machines_find_no_barrier(screen: Screen, axe: str, path: str, theme: str) -> None:
    page = screen.open("/style", color_scheme=theme)
    page.goto(path)
    if path == "/nowhere":
        screen.trouble.clear()  # the browser itself writes the status of the answer
    page.evaluate(axe)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("rules => axe.run({runOnly: rules})", rules)["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:4]]) for one in found] == []


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/nowhere"])
def test_a_narrow_window_scrolls_one_way(screen: Screen, path: str) -> None:
    assert width(screen.open(path, viewport={"width": 320, "height": 640})) <= 0


def test_forced_colours_and_paper_keep_what_matters(screen: Screen) -> None:
    page = screen.open("/devices?certainty=proposed", forced_colors="active")
    expect(page.locator(".chips")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".chips")).to_be_visible()
    expect(page.locator(".facets")).to_be_hidden()
    assert page.pdf()[:5] == b"%PDF-"
