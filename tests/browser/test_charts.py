"""Charts in a browser: their tables opened, in both themes, narrow, by keyboard, and in the system's own colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from garde.web.charts.samples import SAMPLES
from tests.browser.conftest import Screen

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def opened(page: Page) -> Page:
    """Show every table beside its picture."""
    for name in SAMPLES:
        page.locator(f"section[aria-labelledby=chart-{name}] summary").click()
    expect(page.locator("figure.drawn table:visible")).to_have_count(len(SAMPLES) + 2)
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_machines_find_no_barrier_in_a_table(screen: Screen, axe: str, theme: str) -> None:
    page = opened(screen.open("/style", color_scheme=theme))
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run('figure.drawn', {runOnly: rules})", RULES)["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:4]]) for one in found] == []


def test_a_table_scrolls_inside_a_narrow_window(screen: Screen) -> None:
    page = opened(screen.open("/style", viewport={"width": 320, "height": 640}))
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_mark_is_reached_by_keyboard(screen: Screen) -> None:
    page = screen.open("/style", java_script_enabled=False)
    link = page.locator("section[aria-labelledby=chart-bars] svg a").first
    link.focus()
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/devices")


@pytest.mark.parametrize(("theme", "colour"), [("light", "rgb(179, 20, 42)"), ("dark", "rgb(255, 138, 147)")])
def test_a_mark_has_the_colour_of_the_theme(screen: Screen, theme: str, colour: str) -> None:
    page = screen.open("/style", color_scheme=theme)
    mark = page.locator("section[aria-labelledby=chart-bars] rect.critical")
    expect(mark).to_have_css("fill", colour)
    page.emulate_media(media="print")
    expect(mark).to_have_css("fill", "rgb(179, 20, 42)")


def test_forced_colours_keep_fills_and_gaps_apart(screen: Screen) -> None:
    page = screen.open("/style", forced_colors="active")
    fill = "mark => getComputedStyle(mark).fill"
    box = page.locator("section[aria-labelledby=chart-zone_map] rect.plate").first
    text = page.locator("section[aria-labelledby=chart-zone_map] text.muted").first
    assert box.evaluate(fill) != text.evaluate(fill)
