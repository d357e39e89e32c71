"""One hospital and one Chromium for all tests that look at pages as a person does.

Chromium is a package of the system. Where it is missing these tests are skipped, except on the machines that decide
whether a change may be merged (``CI``): there they fail.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from garde.api.application import mounted
from garde.web.application import build
from garde.web.site import Site
from tests.pages import hospital

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def served(site: Site) -> Iterator[str]:
    """The address at which a site is served while the block lasts."""
    settings = uvicorn.Config(build(site, mounted(site)), port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
        assert thread.is_alive(), "the server ended before it began"
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the hospital is served."""
    with hospital(tmp_path_factory.mktemp("hospital")) as site, served(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed: apt-get install chromium")
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=program, args=list(SWITCHES))
        yield opened
        opened.close()


class Screen:
    """Opens windows, and collects what no page may do: messages on the console, and requests to elsewhere."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self.address = address
        self.trouble: list[str] = []

    def open(self, path: str, **options: Any) -> Page:
        """A window of its own on a page."""
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options
        page = self._browser.new_context(base_url=self.address, **options).new_page()
        page.on("console", lambda message: self.trouble.append(message.text))
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("request", lambda one: one.url.startswith(self.address) or self.trouble.append(one.url))
        page.on("dialog", lambda dialog: self.trouble.append(dialog.message))
        page.goto(path)
        return page


@pytest.fixture
def screen(browser: Browser, address: str) -> Iterator[Screen]:
    """A screen; the test fails when a page said something or went elsewhere."""
    one = Screen(browser, address)
    yield one
    for context in browser.contexts:
        context.close()
    assert one.trouble == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility engine."""
    file = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
    if not file.is_file():
        if os.environ.get("CI"):
            pytest.fail("axe-core is not installed: make setup, with npm")
        pytest.skip("axe-core is not installed: make setup, with npm")
    return file.read_text(encoding="utf-8")
