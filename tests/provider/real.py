"""A real OpenID provider and a Garde that signs people in there, both on 127.0.0.1, for one test.

The provider is the npm package oidc-provider, which is certified by the OpenID Foundation. Where node or the package is
missing these tests are skipped, except on the machines that decide whether a change may be merged (``CI``).

Example::

    with joined(tmp_path) as (garde, op):
        garde.browser().sign_in("anna")
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import msgspec
import pytest
import uvicorn
from bs4 import BeautifulSoup

from garde import app
from garde.config import Config, OidcRole, OidcSection
from garde.model.decision import Access
from garde.model.person import Grant
from garde.people.register import Register
from garde.people.sealing import Sealing
from garde.report.fleet import Fleet
from garde.web.application import build
from garde.web.oidc import Provider
from garde.web.site import Site

ROOT = Path(__file__).parents[2]
SECRET = "a secret/ with: marks+ that must be encoded"
ROWS = (
    OidcRole("realm_access.roles", "garde-rssi", "rssi"),
    OidcRole("groups", "/rea-a", "ward", ward="Réa A"),
)


class Op:
    """The provider's process; it can be stopped, and started again at the same address with new keys.

    Args:
        garde: address of Garde.
        options: words of `provider.mjs`.
    """

    def __init__(self, garde: str, **options: Any) -> None:
        self._options = {"garde": garde, "secret": SECRET} | options
        self._process: subprocess.Popen[str] | None = None
        self.issuer = ""

    def start(self) -> None:
        """Begin, at the address of before if there was one."""
        words = ["node", str(ROOT / "tests/provider/provider.mjs"), json.dumps(self._options)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        self.issuer = self._process.stdout.readline().strip()
        assert self.issuer.startswith("http://127.0.0.1:"), "the provider did not start"
        self._options["port"] = int(self.issuer.rpartition(":")[2])

    def stop(self) -> None:
        """End; what it knew is forgotten."""
        if self._process is not None:
            self._process.communicate(timeout=20)
            self._process = None


class Garde:
    """A Garde that serves, the browsers before it, and what its log says of the door."""

    def __init__(self, address: str, site: Site) -> None:
        self.address = address
        self.site = site
        self.windows = ExitStack()

    def browser(self) -> Browser:
        """A browser of its own."""
        return self.windows.enter_context(Browser(self.address))

    @property
    def provider(self) -> Provider:
        assert self.site.oidc is not None
        return self.site.oidc

    def said(self) -> list[tuple[str, str, str]]:
        found = [one for _, one in self.site.store.log(0, [Access], 1000) if isinstance(one, Access)]
        return [(one.person, one.outcome, one.code) for one in found]


class Browser:
    """A browser without scripts: keeps cookies, follows what a person's would, and fills the provider's forms."""

    def __init__(self, garde: str) -> None:
        self._garde = garde
        self.client = httpx.Client(timeout=20)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def ask(self, method: str, address: str, **options: Any) -> httpx.Response:
        """One request, and the redirects behind it up to the way back into Garde."""
        answer = self.client.request(method, urljoin(self._garde, address), **options)
        while answer.is_redirect and "/sign-in/provider/callback" not in (to := self._next(answer)):
            answer = self.client.get(to)
        return answer

    def leave(self, back: str = "/") -> str:
        """From Garde's door to the provider; returns the address there."""
        answer = self.ask("POST", "/sign-in/provider", data={"back": back})
        assert answer.status_code == 200, answer.text
        return answer.headers["refresh"].removeprefix("0;url=")

    def agree(self, address: str, login: str) -> str:
        """Sign in and consent at the provider; returns the way back."""
        answer = self.ask("GET", address)
        for _ in range(3):
            if answer.is_redirect:
                return self._next(answer)
            page = BeautifulSoup(answer.text, "html.parser")
            assert page.form is not None, answer.text[:2000]
            words = {tag["name"]: tag.get("value", "") for tag in page.form.select("input[name]")}
            if "login" in words:
                words |= {"login": login, "password": "any"}
            answer = self.ask("POST", str(page.form["action"]), data=words)
        return self._next(answer)

    def sign_in(self, login: str, back: str = "/") -> httpx.Response:
        """The whole way; the answer is Garde's to the way back."""
        return self.client.get(self.agree(self.leave(back), login))

    def leave_provider(self, address: str) -> httpx.Response:
        """End the provider's own session, as the person says yes; the answer is the last page."""
        form = BeautifulSoup(self.ask("GET", address).text, "html.parser").select_one('form[id="op.logoutForm"]')
        assert form is not None
        words = {tag["name"]: tag["value"] for tag in form.select("input[name]")} | {"logout": "yes"}
        return self.ask("POST", str(form["action"]), data=words)

    def jar(self) -> httpx.Cookies:
        """The cookies of now, to be put back later."""
        return httpx.Cookies(self.client.cookies)

    @staticmethod
    def _next(answer: httpx.Response) -> str:
        return urljoin(str(answer.url), answer.headers["location"])


def needed() -> None:
    """Skip, or fail where changes are decided, when the provider cannot run here."""
    missing = [] if shutil.which("node") else ["node"]
    missing += [] if (ROOT / "node_modules/oidc-provider").is_dir() else ["oidc-provider (make setup, with npm)"]
    if missing and os.environ.get("CI"):
        pytest.fail(f"CI signs in at a real provider; missing: {', '.join(missing)}")
    if missing:
        pytest.skip(f"no OpenID provider runs here; missing: {', '.join(missing)}")


@contextmanager
def joined(folder: Path, options: dict[str, Any] | None = None, **parts: Any) -> Iterator[tuple[Garde, Op]]:
    """Both, started; ``options`` are the provider's, ``parts`` those of ``[oidc]``."""
    needed()
    (folder / "secret").write_text(SECRET)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        app.opened(Config(), f"sqlite:///{folder / 'garde.db'}") as (kept, bus),
    ):
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        op = Op(address, **(options or {}))
        op.start()
        sealing = Sealing(os.urandom(32))
        register = Register(kept, sealing)
        register.add("cli", 1, login="chief", name="Chief", grants=(Grant("administrator"),))
        section = OidcSection(
            issuer=op.issuer, client_id="garde", secret=(folder / "secret").as_uri(), name="SSO", profile="keycloak",
            unknown="add", role=ROWS,
        )  # fmt: skip
        site = Site(kept, bus, Fleet([]), register=register, demonstration=False)
        site.oidc = Provider(msgspec.structs.replace(section, **parts), sealing, address)
        site.provider = site.oidc.name
        garde = Garde(address, site)
        server = uvicorn.Server(uvicorn.Config(build(site), log_level="error", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                thread.join(0.05)
                assert thread.is_alive(), "the server ended before it began"
            with garde.windows:
                yield garde, op
        finally:
            op.stop()
            garde.provider.close()
            server.should_exit = True
            thread.join(10)
