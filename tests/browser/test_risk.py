"""Risk as a person meets it: from a cell to the reason, a committee that signs, a decision, and a plan; no barrier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from garde.model.risk.matrix import Matrix
from garde.web.site import Site
from tests import feeds
from tests.browser.conftest import Screen, served
from tests.browser.test_journeys import THEMES, width
from tests.pages import PUMP, STRANGER, Reader, hospital
from tests.unit.web.pages.risk.conftest import documents, known_as, sent

PAGES = (
    "/risk?by=ward",
    "/risk/devices",
    "/risk/treatments",
    "/risk/matrices",
    "/risk/matrices/{matrix}?with=now",
    "/risk/roadmap",
    "/risk/scoring?kind=INF_SYR",
    "/risk/models",
    f"/risk/models/one?device={PUMP}",
    "/risk/software?name=openssl&below=3.0.12",
    "/risk/advisories",
    f"/risk/advisories/{feeds.CVE}",
    "/risk/forms",
    "/risk/forms/{form}",
    "/risk/names",
    "/risk/sources",
    "/risk/sources/{source}",
    "/risk/money?run=1",
    f"/devices/{PUMP}",
    f"/devices/{PUMP}/risk",
    f"/devices/{STRANGER}/risk",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def prepared(site: Site) -> Site:
    """Give a hospital documents about its pump, and a name that waits for a person."""
    known_as(site, model="Agilia", software="2.1")
    known_as(site, STRANGER, manufacturer="Fresenius Cabi")
    assert sent(Reader(site), documents()).status_code == 303
    return site


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A hospital that is only read, and where it is served."""
    with hospital(tmp_path_factory.mktemp("risk")) as site, served(prepared(site)) as where:
        assert Reader(site).post("/risk/freeze", data={"person": "k.morel"}).status_code == 303
        yield site, where


@pytest.fixture
def risk(browser: Browser, place: tuple[Site, str]) -> Iterator[Screen]:
    """A screen on it; the test fails when a page said something or went elsewhere."""
    one = Screen(browser, place[1])
    yield one
    for context in browser.contexts:
        context.close()
    assert one.trouble == []


def filled(path: str, site: Site) -> str:
    """The address with what stands in its braces."""
    return path.format(
        matrix=next(iter(site.store.all(Matrix))).id,
        form=next(form.id for reading in site.risk.readings for form in reading.forms),
        source=next(one.source.id for one in site.risk.readings if one.source.format == "csaf"),
    )


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", PAGES)
def test_machines_find_no_barrier(risk: Screen, place: tuple[Site, str], axe: str, path: str, theme: str) -> None:
    place[0].risk.judged()
    page = risk.open(filled(path, place[0]), color_scheme=theme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:4]]) for one in found] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_narrow_window_scrolls_one_way(risk: Screen, place: tuple[Site, str], path: str) -> None:
    place[0].risk.judged()
    assert width(risk.open(filled(path, place[0]), viewport={"width": 320, "height": 640})) <= 0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", ["en-GB", "fr-FR"])
def test_from_a_cell_to_the_reason_and_its_document(risk: Screen, lang: str, theme: str) -> None:
    page = risk.open("/risk", locale=lang, color_scheme=theme)
    expect(page.locator("section:has(#plan) #plan-body figure")).to_be_visible()
    page.locator("figure.drawn svg a").first.click()
    page.locator("tr[data-row] a[data-why]").first.click()
    expect(page.locator("#why-body")).to_be_visible()
    expect(page.locator("#why-body #what-if")).to_be_visible()
    page.goto(f"/devices/{PUMP}/risk")
    page.locator("a[href^='/risk/sources/']").first.click()
    expect(page.locator("h1")).to_be_visible()


def test_a_committee_signs_and_decides_without_scripts(tmp_path: Path, browser: Browser) -> None:
    with hospital(tmp_path) as site, served(prepared(site)) as where:
        screen = Screen(browser, where)
        page = screen.open("/risk", java_script_enabled=False)
        page.locator("section:has(#agreed) input[name=person]").fill("k.morel")
        page.locator("section:has(#agreed) button").click()
        for number, role in enumerate(("biomedical", "clinical", "rssi")):
            page.locator("select[name=role]").select_option(role)
            page.locator("input[name=person]").fill(f"person {number}")
            page.locator("button[value=yes]").click()
        expect(page.locator("section:has(#signed)")).to_contain_text("Signed by the whole quorum")
        page.goto("/risk/devices")
        page.locator(f"input[value={PUMP}]").check()
        page.locator("select[name=option]").select_option("accept")
        page.locator("input[name=until]").fill("2026-12-01")
        page.locator("input[name=reason]").fill("replaced soon")
        page.locator("fieldset button").click()
        expect(page.locator("#meant")).to_have_text("1 device")
        page.locator("main button.primary").click()
        expect(page.locator("#wait")).to_be_visible()
        assert screen.trouble == []
        for context in browser.contexts:
            context.close()


def test_what_if_keeps_its_ticks_in_the_address(risk: Screen) -> None:
    page = risk.open("/risk/roadmap?budget=50000&hours=200,200", java_script_enabled=False)
    before = page.locator("section:has(#rows-1) tbody tr").count()
    page.locator("section:has(#rows-1) input[name=leave]").first.check()
    page.get_by_role("button", name="What if?").click()
    assert "leave=" in page.url and "budget=50000" in page.url
    expect(page.locator("input[name=leave][checked]")).to_have_count(1)
    assert page.locator("section:has(#rows-1) tbody tr").count() <= before
    assert page.pdf()[:5] == b"%PDF-"
