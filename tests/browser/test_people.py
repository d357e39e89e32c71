"""Journeys of people who sign in: each does what they came for, in both languages and themes, and without scripts."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from garde.app import open_keys
from garde.config import Config
from garde.keeping import Proof
from garde.model.finding import judgement
from garde.model.person import Grant, Person
from garde.web.site import Site
from tests.browser.conftest import Screen, served
from tests.pages import BIOMEDICAL, FINDING, PUMP, StandingClock, hospital

SECRET = "correct horse battery"
LOOKS = [("en-GB", "light"), ("en-GB", "dark"), ("fr-FR", "light"), ("fr-FR", "dark")]
WARD = "/ward/R%C3%A9a%20A"


class Hospital:
    """A hospital where people sign in, and windows of them."""

    def __init__(self, site: Site, address: str, browser: Browser) -> None:
        self.site = site
        self.screen = Screen(browser, address)

    def add(self, login: str, *roles: str, ward: str = "") -> None:
        grants = tuple(Grant(role, ward=ward) for role in roles)
        self.site.register.add("t", self.site.now(), login=login, name=login, grants=grants, secret=SECRET)

    def enter(self, login: str, **options: Any) -> Page:
        page = self.screen.open("/sign-in", **options)
        page.locator("input[name=login]").fill(login)
        page.locator("input[name=password]").fill(SECRET)
        page.locator("main button.primary").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.wait_for_load_state("load")
        return page


@pytest.fixture
def place(tmp_path: Path, browser: Browser) -> Iterator[Hospital]:
    with hospital(tmp_path, demonstration=False) as site, served(site) as address:
        one = Hospital(site, address, browser)
        yield one
        for context in browser.contexts:
            context.close()
        assert one.screen.trouble == []


@pytest.mark.parametrize(("locale", "theme"), LOOKS)
def test_the_first_administrator_sets_garde_up(place: Hospital, locale: str, theme: str) -> None:
    with place.site.store.begin() as unit:
        unit.drop(Person, [BIOMEDICAL])
    page = place.screen.open("/", locale=locale, color_scheme=theme, java_script_enabled=False)
    page.wait_for_url("**/setup")
    for name, value in (
        ("code", place.site.setup_code), ("login", "root"), ("name", "Root"), ("password", SECRET), ("again", SECRET),
    ):  # fmt: skip
        page.locator(f"input[name={name}]").fill(value)
    page.locator("main button.primary").click()
    page.wait_for_url("**/people?setup=1")
    page.locator("#add ~ form input[name=login]").fill("a.roy")
    page.locator("#add ~ form input[name=name]").fill("Anna Roy")
    page.locator("#add ~ form select[name=role]").select_option("ward")
    page.locator("#add ~ form input[name=ward]").fill("Réa A")
    page.locator("#add ~ form button").click()
    expect(page.locator("h1")).to_have_text("Anna Roy")
    expect(page.locator(".tag, #roles ~ ul li").first).to_contain_text("Réa A")


@pytest.mark.parametrize(("locale", "theme"), LOOKS)
def test_from_the_situation_to_a_decision(place: Hospital, locale: str, theme: str) -> None:
    place.add("k.rssi", "rssi")
    page = place.enter("k.rssi", locale=locale, color_scheme=theme)
    expect(page.locator(".sentences li")).to_have_count(5)
    page.locator("section:has(#decide) a[href*='/findings/']").first.click()
    page.locator("button[value=take]").click()
    page.locator("details:has(input[value=silence]) summary").click()
    form = page.locator("form:has(input[value=silence])")
    form.locator("input[name=until]").fill("2026-07-01")
    form.locator("textarea").fill("the maker comes in June")
    form.locator("button").click()
    expect(page.locator("#said ~ ol")).to_contain_text("the maker comes in June")
    page.goto("/alerts?shelf=silent")
    expect(page.locator("table.queue tbody tr")).to_have_count(1)
    page.goto("/audit?person=k.rssi")


def test_a_decision_by_keyboard_alone(place: Hospital) -> None:
    place.add("k.rssi", "rssi")
    page = place.enter("k.rssi")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/alerts")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/findings/{FINDING}")
    page.keyboard.press("a")
    expect(page.locator("button[value=release]")).to_be_visible()


@pytest.mark.parametrize(("locale", "theme"), LOOKS)
def test_a_nurse_reports_from_the_ward_s_machine(place: Hospital, locale: str, theme: str) -> None:
    place.site.register.set_kiosk("t", place.site.now(), "Réa A", "bleu-vert-42")
    page = place.screen.open("/kiosk", locale=locale, color_scheme=theme, java_script_enabled=False)
    page.locator("select[name=ward]").select_option("Réa A")
    page.locator("input[name=code]").fill("bleu-vert-42")
    page.locator("main button.primary").click()
    page.wait_for_url(f"**{WARD}")
    page.locator("select[name=problem]").select_option("no-link")
    page.locator("textarea[name=words]").fill("since noon")
    page.locator("main button.primary").click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator(".cards")).to_contain_text("since noon")
    place.add("bio", "biomedical")
    other = place.enter("bio", locale=locale, color_scheme=theme)
    other.goto("/alerts?shelf=mine")
    expect(other.locator("table.queue")).to_contain_text("no-link")


def test_two_people_agree_that_a_risk_is_accepted(place: Hospital) -> None:
    place.site.say(judgement("made.up", 5, severity="critical", identifier="x"))
    finding = next(one for one in place.site.queue.all(lambda name: True) if one.rule == "made.up")
    place.add("k.rssi", "rssi")
    place.add("dr.blin", "biomedical")
    first = place.enter("k.rssi", java_script_enabled=False)
    first.goto(f"/findings/{finding.id}")
    first.locator("details:has(input[value=accept]) summary").click()
    form = first.locator("form:has(input[value=accept])")
    form.locator("input[name=until]").fill("2026-07-01")
    form.locator("textarea").fill("spare part ordered")
    form.locator("button").click()
    expect(first.locator(".identity ~ .line strong")).to_have_text("to take")
    second = place.enter("dr.blin", java_script_enabled=False)
    second.goto(f"/findings/{finding.id}")
    second.locator("button[value=approve]").click()
    expect(second.locator(".identity ~ .line strong")).to_have_text("accepted")


def test_two_windows_on_one_finding_lose_nothing(place: Hospital) -> None:
    place.add("k.rssi", "rssi")
    place.add("n.net", "network")
    one, two = place.enter("k.rssi"), place.enter("n.net")
    for page in (one, two):
        page.goto(f"/findings/{FINDING}")
    one.locator("button[value=take]").click()
    expect(one.locator("button[value=release]")).to_be_visible()
    two.locator("details:has(input[value=note]) summary").click()
    form = two.locator("form:has(input[value=note])")
    form.locator("textarea").fill("my long remark")
    form.locator("button").click()
    expect(two.locator(".failure")).to_contain_text("finding.changed")
    expect(two.locator("form:has(input[value=note]) textarea")).to_have_value("my long remark")
    place.screen.trouble.clear()  # the browser itself writes the status of the answer


def test_an_engineer_identifies_follows_and_remarks(place: Hospital) -> None:
    place.add("bio", "biomedical")
    page = place.enter("bio")
    page.goto("/devices?kind=")
    page.locator("tbody input[name=device]").first.check()
    page.locator(".bulk select[name=attribute]").select_option("kind")
    page.locator(".bulk input[name=value]").fill("CT")
    page.locator(".bulk input[name=reason]").fill("read on its label")
    page.locator("button[value=preview]").click()
    expect(page.locator("main table tbody td").last).to_contain_text("CT")
    page.locator("button[value=state]").click()
    page.wait_for_url("**/devices?kind=*")
    page.goto(f"/devices/{PUMP}")
    page.locator("button[value=follow]").click()
    expect(page.locator("button[value=unfollow]")).to_be_visible()
    page.locator("details:has(input[value=note]) summary").click()
    page.locator("form:has(input[value=note]) textarea").fill("lent to the theatre")
    page.locator("form:has(input[value=note]) button").click()
    expect(page.locator(".timeline").last).to_contain_text("lent to the theatre")


def test_a_decision_is_proved_without_garde(place: Hospital, tmp_path: Path) -> None:
    place.site.proof = Proof(place.site.store, open_keys(Config()), StandingClock(), Config())
    place.add("k.rssi", "rssi")
    page = place.enter("k.rssi")
    page.goto(f"/findings/{FINDING}")
    page.locator("button[value=take]").click()
    page.goto("/evidence")
    page.locator("form[action='/evidence/verify'] button").click()
    expect(page.locator("section.done")).to_be_visible()
    page.locator("select[name=kind]").select_option("Decision")
    with page.expect_download() as caught:
        page.locator("form[action='/evidence.garde'] button").click()
    caught.value.save_as(tmp_path / "out.garde")
    with zipfile.ZipFile(tmp_path / "out.garde") as archive:
        archive.extractall(tmp_path / "out")
    verifier = [sys.executable, "-I", str(tmp_path / "out" / "verify.py")]
    assert subprocess.run(verifier, capture_output=True, check=False).returncode == 0
    assert FINDING in (tmp_path / "out" / "messages.jsonl").read_text("utf-8")


def test_the_language_changes_in_the_middle_of_a_task(place: Hospital) -> None:
    place.add("k.rssi", "rssi")
    page = place.enter("k.rssi")
    page.goto("/alerts?severity=medium")
    page.locator("button[name=lang]").click()
    page.wait_for_url("**/alerts?severity=medium")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("table.queue tbody tr")).to_have_count(1)


def test_an_auditor_reads_and_exports_but_decides_nothing(place: Hospital) -> None:
    place.add("audit", "auditor")
    page = place.enter("audit", java_script_enabled=False)
    page.wait_for_url("**/audit")
    assert page.request.get("/audit.csv").status == 200
    page.goto(f"/findings/{FINDING}")
    expect(page.locator("button[value=take]")).to_have_count(0)
    page.goto("/kiosks")
    expect(page.locator(".failure")).to_contain_text("access.right")
    place.screen.trouble.clear()  # the browser itself writes the status of the answer


def test_the_wall_says_when_its_figures_are_old(place: Hospital) -> None:
    place.add("k.rssi", "rssi")
    page = place.enter("k.rssi")
    page.clock.install()
    page.goto("/wall")
    expect(page.locator(".stale")).to_be_hidden()
    page.clock.run_for(61_000)
    expect(page.locator(".stale")).to_be_visible()
