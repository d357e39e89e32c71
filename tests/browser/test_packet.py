"""Down to the bytes: list → filter → device → Why → packet, in both languages and themes, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Screen
from tests.pages import PUMP

LANGUAGES = pytest.mark.parametrize(("language", "why"), [("en-GB", "Why"), ("fr-FR", "Pourquoi")])
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def a_scanner(page: Page) -> None:
    """From the list, filtered by a click, to a device."""
    page.locator('.facets a.keep[href="/devices?kind=CT"]').click()
    page.wait_for_url(re.compile("kind=CT"))
    page.locator("tr[data-row] th a").first.click()
    page.wait_for_url(re.compile("/devices/d-"))
    page.wait_for_load_state("networkidle")


@LANGUAGES
@THEMES
def test_in_a_drawer(screen: Screen, language: str, theme: str, why: str) -> None:
    page = screen.open("/devices", locale=language, color_scheme=theme)
    a_scanner(page)
    page.locator('a.why[href$="/why/model"]').first.click()
    drawer = page.locator("dialog#why")
    expect(drawer.locator("h1")).to_contain_text(why)
    expect(drawer.locator("table.hex mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator('a.why[href$="/why/model"]').first).to_be_focused()


@LANGUAGES
@THEMES
def test_without_scripts(screen: Screen, language: str, theme: str, why: str) -> None:
    page = screen.open("/devices", locale=language, color_scheme=theme, java_script_enabled=False)
    a_scanner(page)
    page.locator('a.why[href$="/why/model"]').first.click()
    page.wait_for_url(re.compile("/why/model$"))
    expect(page.locator("h1")).to_contain_text(why)
    expect(page.locator("table.hex mark").first).to_be_visible()


def test_rows_are_ticked_by_a_key(screen: Screen) -> None:
    page = screen.open("/devices?kind=INF_SYR")
    page.wait_for_load_state("networkidle")
    expect(page.locator("fieldset.bulk")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("fieldset.bulk")).to_be_visible()
    expect(page.locator(f'input[value="{PUMP}"]')).to_be_checked()


def test_the_keys_can_be_switched_off(screen: Screen) -> None:
    page = screen.open("/devices")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    page.locator("#keys-off").check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()


def test_a_persons_word_stands_and_is_taken_back(screen: Screen) -> None:
    page = screen.open("/devices?kind=CT", java_script_enabled=False)
    page.locator("tr[data-row] th a").first.click()
    page.locator("summary", has_text="Confirm or correct").click()
    form = page.locator('form:has(input[value="claim"])')
    form.locator("select").select_option("ward")
    form.locator("input[name=value]").fill("Imagerie B")
    form.locator("input[name=person]").fill("k.morel")
    form.locator("textarea").fill("I wheeled it there")
    form.locator("button").click()
    expect(page.locator(".identity")).to_contain_text("Imagerie B")
    page.get_by_role("button", name="Take back what was said of: ward").click()
    expect(page.locator(".identity")).not_to_contain_text("Imagerie B")
