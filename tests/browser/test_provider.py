"""Signing in at the identity provider as a person does it: in Chromium, over the page that goes on by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.provider.real import joined


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_signs_in_and_out(browser: Browser, axe: str, tmp_path: Path, language: str, scripts: bool) -> None:
    words = {
        "en": ("Sign in with SSO", "Sign out", "You are known, and hold no role"),
        "fr": ("Se connecter avec SSO", "Se déconnecter", "Vous êtes connu, mais n'avez aucun rôle"),
    }[language]
    with joined(tmp_path) as (garde, op):
        context = browser.new_context(base_url=garde.address, locale=language, java_script_enabled=scripts)
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
        page.goto("/devices")
        page.get_by_role("button", name=words[0]).click()
        page.wait_for_url(f"{op.issuer}/interaction/*")
        page.locator("input[name=login]").fill("anna")
        page.locator("input[name=password]").fill("any")
        page.locator("button[type=submit]").click()
        page.locator("form button[type=submit]").click()
        page.wait_for_url(f"{garde.address}/devices")
        expect(page.get_by_role("link", name="Anna Roy")).to_be_visible()
        page.get_by_role("button", name=words[1]).click()
        page.wait_for_url(f"{op.issuer}/session/end?*")
        page.locator("button[name=logout]").click()
        page.wait_for_url(f"{garde.address}/sign-in")
        page.get_by_role("button", name=words[0]).click()
        page.locator("input[name=login]").fill("guest")
        page.locator("input[name=password]").fill("any")
        page.locator("button[type=submit]").click()
        page.locator("form button[type=submit]").click()
        page.wait_for_url(f"{garde.address}/sign-in/provider/callback?*")
        expect(page.get_by_role("alert")).to_contain_text(words[2])
        if scripts:
            page.evaluate(axe)
            found = page.evaluate("async () => (await axe.run()).violations.map(one => one.id)")
            assert found == []
        assert refused == []
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_in_between_has_no_barrier(browser: Browser, axe: str, tmp_path: Path, scheme: str) -> None:
    """Seen for a moment only, unless the provider is slow: here it never answers."""
    with joined(tmp_path) as (garde, op):
        context = browser.new_context(
            base_url=garde.address, color_scheme=scheme, viewport={"width": 320, "height": 640}
        )  # type: ignore[arg-type]
        page = context.new_page()
        page.route(f"{op.issuer}/**", lambda route: route.fulfill(status=204))
        page.goto("/sign-in")
        page.get_by_role("button", name="Sign in with SSO").click()
        expect(page.get_by_role("link", name="Go on to SSO")).to_be_visible()
        page.evaluate(axe)
        assert page.evaluate("async () => (await axe.run()).violations.map(one => one.id)") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        context.close()
