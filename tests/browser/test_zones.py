"""Journeys through zones: from a count to its proof, from a proposal to an accepted break, and an action undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from garde.model.risk.matrix import Approval
from garde.model.zones.action import ran
from garde.web.site import Site
from tests.browser.conftest import Screen, served
from tests.browser.test_journeys import THEMES, width
from tests.flowing import PUMP_AT, acting, cross, knock, live, threaten
from tests.pages import NOW, PUMP, hospital

PAGES = (
    "/zones",
    "/zones?view=map",
    "/zones?from=Z1&to=OUT",
    "/zones/flows?from=Z1&to=OUT",
    "/zones/close?from=Z1&to=OUT",
    "/zones/policy",
    "/onboarding?state=STAGING",
    "/actions",
    "/actions?shelf=running",
    f"/devices/{PUMP}",
)


class Ward:
    """A hospital with traffic, threats and stations at the door, and windows on it."""

    def __init__(self, site: Site, screen: Screen) -> None:
        self.site = site
        self.screen = screen


@pytest.fixture
def ward(tmp_path: Path, browser: Browser) -> Iterator[Ward]:
    with hospital(tmp_path) as site, served(site) as address:
        cross(site)
        live(site)
        knock(site)
        threaten(site)
        one = Ward(site, Screen(browser, address))
        yield one
        for context in browser.contexts:
            context.close()
        assert one.screen.trouble == []


def open_and(page: Page, words: str) -> None:
    """Open the form behind a summary."""
    page.locator("summary", has_text=words).first.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "bare"])
def test_from_the_matrix_to_the_conversation(ward: Ward, scripts: bool) -> None:
    page = ward.screen.open("/zones", java_script_enabled=scripts)
    page.locator("td a[href*='from=Z1&to=OUT']").first.click()
    page.wait_for_url("**from=Z1&to=OUT*")
    expect(page.locator("section[aria-labelledby=conduit]")).to_contain_text("tls 443")
    page.locator("section[aria-labelledby=conduit] tr[data-row] a", has_text="Why").click()
    if not scripts:
        page.wait_for_url("**/zones/flows*")
    expect(page.locator("#why-body")).to_contain_text(PUMP_AT)
    page.locator("#why-body a[href='/messages/c-made-1-443']").click()
    page.wait_for_url("**/messages/c-made-1-443")


@pytest.mark.parametrize(("locale", "button"), [("en-GB", "Accept this break"), ("fr-FR", "Accepter cette rupture")])
def test_a_proposal_is_tried_and_a_break_accepted_by_name(ward: Ward, locale: str, button: str) -> None:
    page = ward.screen.open("/zones/policy", locale=locale)
    page.locator("section[aria-labelledby=propose] input[name=person]").fill("anna")
    page.locator("section[aria-labelledby=propose] button.primary").click()
    page.wait_for_url("**/zones/policy/p-*")
    expect(page.locator("section[aria-labelledby=rules] tr[data-row]").first).to_be_visible()
    page.locator("section[aria-labelledby=fit] a[href$='/simulation']").click()
    first = page.locator("section[aria-labelledby=breaks] [data-row]").first
    first.locator("summary").click()
    first.locator("textarea").fill("agreed with the ward")
    first.locator("input[name=person]").fill("anna")
    first.locator("button", has_text=button).click()
    page.wait_for_url("**/simulation#*")
    expect(page.locator("section[aria-labelledby=breaks] [data-row]").first).to_contain_text("anna")
    (said,) = ward.site.store.all(Approval)
    assert (said.person, said.agrees, said.reason) == ("anna", True, "agreed with the ward")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "bare"])
def test_an_action_is_agreed_to_as_shown_and_taken_back(ward: Ward, scripts: bool) -> None:
    page = ward.screen.open("/actions", java_script_enabled=scripts)
    row = page.locator("[data-row]").first
    expect(row).to_contain_text("Imagerie")
    row.locator("h3 a").click()
    page.locator("form:has(input[value=approve]) input[name=person]").fill("anna")
    page.locator("form:has(input[value=approve]) button").click()
    expect(page.locator("section[aria-labelledby=acts]")).to_contain_text("anna")
    one = acting(ward.site, "cut", "d-ct")
    assert one.status == "approved"
    ward.site.say(ran(one, "ran.apply", NOW + 110 * 10**9, by="gateway"))
    page.reload()
    open_and(page, "Take it back…")
    form = page.locator("form:has(input[value=undo])")
    form.locator("textarea").fill("the scanner was repaired")
    form.locator("button").click()
    expect(page.locator("section[aria-labelledby=said]")).to_contain_text("the scanner was repaired")
    assert acting(ward.site, "cut", "d-ct").wants == "undo"


def test_everything_is_suspended_and_resumed(ward: Ward) -> None:
    page = ward.screen.open("/actions", locale="fr-FR")
    open_and(page, "Tout suspendre…")
    form = page.locator("section[aria-labelledby=switch] form")
    form.locator("textarea").fill("fausse alerte")
    form.locator("button").click()
    # Nobody suspends everything without saying that they know what it means.
    assert acting(ward.site, "block").status == "approved"
    form.locator("input[type=checkbox]").check()
    form.locator("button").click()
    expect(page.locator("#switch")).to_contain_text("Toutes les actions sont suspendues")
    assert acting(ward.site, "block").status == "frozen"
    open_and(page, "Reprendre…")
    form.locator("textarea").fill("vérifié")
    form.locator("input[type=checkbox]").check()
    form.locator("button").click()
    expect(page.locator("#switch")).to_contain_text("Tout suspendre")
    assert acting(ward.site, "block").status == "approved"


def test_a_station_is_taken_further(ward: Ward) -> None:
    page = ward.screen.open("/onboarding?state=STAGING")
    row = page.locator("[data-row]", has=page.locator(f"a[href='/devices/{PUMP}']"))
    for person in ("anna", "bruno"):
        row.locator("summary", has_text="Let it go further…").click()
        row.locator("input[value=APPROVED]").check()
        row.locator("textarea").fill("label read, MDS2 filed")
        row.locator("input[name=person]").fill(person)
        row.locator("button.primary").click()
        if person == "anna":
            expect(row).to_contain_text("Another person validates it in the other role")
    page.wait_for_url("**/onboarding?state=APPROVED")
    expect(page.locator("[data-row]")).to_have_count(1)


@pytest.mark.parametrize("theme", THEMES)
def test_machines_find_no_barrier(ward: Ward, axe: str, theme: str) -> None:
    for path in PAGES:
        page = ward.screen.open(path, color_scheme=theme)
        page.evaluate(axe)
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = page.evaluate("rules => axe.run({runOnly: rules})", rules)["violations"]
        assert [(path, one["id"], [node["html"][:120] for node in one["nodes"][:4]]) for one in found] == []


def test_narrow_windows_and_paper(ward: Ward) -> None:
    for path in PAGES:
        page = ward.screen.open(path, viewport={"width": 320, "height": 640})
        assert width(page) <= 0, path
        assert page.pdf()[:5] == b"%PDF-"
