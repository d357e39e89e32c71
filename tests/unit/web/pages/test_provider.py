"""At the door with an identity provider: let in, refused with a word and a trace, and signed out from there."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garde import app
from garde.config import Config, OidcRole
from garde.model.decision import Access
from garde.model.person import Grant
from garde.people.register import Register
from garde.people.sealing import Sealing
from garde.people.secret import Session
from garde.report.fleet import Fleet
from garde.web.application import build
from garde.web.oidc import CALLBACK
from garde.web.pages import provider
from garde.web.site import Site
from tests.pages import Reader
from tests.provider.hostile import ISSUER, NOW, Hostile

RSSI = OidcRole("groups", "/rssi", "rssi")


class Visit:
    """One browser before one Garde with one provider."""

    def __init__(self, site: Site, op: Hostile) -> None:
        self.site, self.op = site, op
        self.reader = Reader(site)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = getattr(self.reader, method)(path, **({"headers": headers} | options))
        for line in answer.headers.get_list("set-cookie"):
            name, value = line.partition(";")[0].split("=", 1)
            self.cookies[name] = value.strip('"')
            if "Max-Age=0" in line:
                del self.cookies[name]
        return answer

    def leave(self, back: str = "/") -> str:
        """To the provider; returns its address."""
        answer = self.ask("post", "/sign-in/provider", data={"back": back})
        assert answer.status_code == 200, answer.text
        address = answer.headers["refresh"].removeprefix("0;url=")
        assert BeautifulSoup(answer.text, "html.parser").find("a", href=address)
        return address

    def back(self, query: list[tuple[str, str]]) -> httpx.Response:
        return self.ask("get", f"{CALLBACK}?{urlencode(query)}")

    def sign_in(self, back: str = "/", **more: str) -> httpx.Response:
        return self.back(self.op.authorize(self.leave(back), **more))

    def said(self) -> list[tuple[str, str, str]]:
        found = [one for _, one in self.site.store.log(0, [Access], 1000) if isinstance(one, Access)]
        assert {one.way for one in found} <= {"oidc"}
        return [(one.person, one.outcome, one.code) for one in found]


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    with app.opened(Config(), f"sqlite:///{tmp_path / 'garde.db'}") as (kept, bus):
        register = Register(kept, Sealing(bytes(32)))
        register.add("cli", 1, login="chief", name="Chief", grants=(Grant("administrator"),))
        site = Site(kept, bus, Fleet([]), register=register, demonstration=False, now=lambda: NOW)
        op = Hostile()
        op.userinfo = {"sub": "u-1", "preferred_username": "a.roy", "name": "Anna Roy", "groups": ["/rssi"]}
        site.oidc = op.garde(unknown="add", role=(RSSI,))
        site.provider = site.oidc.name
        yield Visit(site, op)


def test_somebody_is_let_in_with_their_roles(visit: Visit) -> None:
    assert visit.ask("get", "/sign-in").text.count("Sign in with SSO") == 1
    answer = visit.sign_in("/devices?kind=CT")
    assert (answer.status_code, answer.headers["location"]) == (303, "/devices?kind=CT")
    assert set(visit.cookies) == {"garde"}
    assert "Anna Roy" in visit.ask("get", "/devices").text
    person = visit.site.register.person("a.roy")
    assert (person.grants, person.subject) == ((Grant("rssi"),), f"{ISSUER} u-1")
    assert visit.said() == [("a.roy", "signed-in", "")]
    [session] = visit.site.store.all(Session)
    assert (session.way, session.sid, session.person) == ("oidc", "sid-1", person.id)
    assert visit.sign_in().headers["location"] == "/"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(visit: Visit) -> None:
    visit.site.secure = True
    answer = visit.ask("post", "/sign-in/provider", data={})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-garde-oidc=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))


@pytest.mark.parametrize("back", ["//evil.test", "https://evil.test", "/\\evil.test", "x" * 9000])
def test_nobody_is_sent_elsewhere(visit: Visit, back: str) -> None:
    assert visit.sign_in(back).headers["location"] == "/"


def test_another_site_cannot_begin_a_sign_in(visit: Visit) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    assert visit.ask("post", "/sign-in/provider", data={}, headers=headers).status_code == 403
    assert visit.ask("get", "/sign-in/provider").status_code == 405
    assert visit.op.asked == []


def test_a_code_for_another_browser_opens_nothing(visit: Visit) -> None:
    """Login CSRF: somebody is made to follow the attacker's own answer."""
    attacker = Visit(visit.site, visit.op)
    theirs = visit.op.authorize(attacker.leave())
    visit.leave()
    answer = visit.back(theirs)
    assert answer.status_code == 403 and "oidc.state" in answer.text
    assert "garde" not in visit.cookies
    assert visit.said() == [("", "refused", "oidc.state")]
    assert attacker.back(theirs).status_code == 303


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_refusal_says_why_and_keeps_nothing(visit: Visit, language: str) -> None:
    visit.reader = Reader(visit.site, language)
    visit.op.claims = {"aud": "another"}
    answer = visit.sign_in("/devices")
    page = BeautifulSoup(answer.text, "html.parser")
    words = {"en": "made for another application", "fr": "destinée à une autre application"}
    assert answer.status_code == 403 and words[language] in page.get_text()
    assert page.find("form", action="/sign-in/provider") is not None
    assert "code-" not in answer.text and CALLBACK not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert visit.cookies == {} and list(visit.site.store.all(Session)) == []
    assert visit.said() == [("", "refused", "oidc.audience")]


def test_a_refusal_of_somebody_known_names_them(visit: Visit) -> None:
    visit.op.userinfo = {"sub": "u-1", "preferred_username": "a.roy"}
    assert "oidc.no-role" in visit.sign_in().text
    visit.op.claims = {"exp": 5}
    assert "oidc.expired" in visit.sign_in().text
    assert visit.said() == [("a.roy", "refused", "oidc.no-role"), ("", "expired", "oidc.expired")]


def test_a_provider_that_is_down_is_said_to_be(visit: Visit) -> None:
    visit.op.instead["/.well-known/openid-configuration"] = lambda _: httpx.Response(502)
    answer = visit.ask("post", "/sign-in/provider", data={"back": "/devices"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 503 and "does not answer" in page.get_text()
    assert page.select_one('form[action="/sign-in/provider"] input[name=back]')["value"] == "/devices"  # type: ignore[index]
    assert visit.said() == [("", "refused", "oidc.unreachable")]


def test_without_a_provider_the_door_says_so(visit: Visit) -> None:
    visit.site.oidc, visit.site.provider = None, ""
    assert "Sign in with SSO" not in visit.ask("get", "/sign-in").text
    for answer in (visit.ask("post", "/sign-in/provider", data={}), visit.ask("get", CALLBACK)):
        assert answer.status_code == 404 and "oidc.none" in answer.text
    assert visit.ask("post", "/sign-in/provider/sign-out", data={"logout_token": "x"}).status_code == 400
    assert visit.said() == []


def test_one_machine_cannot_fill_the_log(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "BURST", 10)
    stranger = Visit(visit.site, visit.op)
    assert [stranger.ask("get", CALLBACK).status_code for _ in range(13)] == [403] * 10 + [429] * 3
    assert len(visit.said()) == 10


def test_signing_out_ends_the_providers_session_too(visit: Visit) -> None:
    visit.sign_in()
    answer = visit.ask("post", "/sign-out")
    assert answer.headers["refresh"].startswith(f"0;url={ISSUER}/logout?")
    assert "Signed out" in answer.text and "Anna Roy" not in answer.text
    assert visit.cookies == {} and list(visit.site.store.all(Session)) == []
    visit.sign_in()
    visit.op.instead["/.well-known/openid-configuration"] = lambda _: httpx.Response(502)
    visit.site.oidc = visit.op.garde()
    assert visit.ask("post", "/sign-out").headers["location"] == "/sign-in"
    assert list(visit.site.store.all(Session)) == []


@pytest.mark.parametrize(
    ("claims", "left"),
    [({}, 0), ({"sid": None}, 0), ({"sub": None}, 0), ({"sid": "another"}, 1), ({"sub": "stranger"}, 1)],
)
def test_the_provider_signs_somebody_out(visit: Visit, claims: dict[str, Any], left: int) -> None:
    visit.sign_in()
    chief = visit.site.register.person("chief")
    assert visit.site.door is not None
    visit.site.door.open(chief, "password", origin="", agent="", now=NOW)
    answer = visit.ask("post", "/sign-in/provider/sign-out", data={"logout_token": visit.op.logout(**claims)})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    kept = [one.way for one in visit.site.store.all(Session)]
    assert (kept.count("oidc"), kept.count("password")) == (left, 1)


@pytest.mark.parametrize("data", [{}, {"logout_token": "x"}])
def test_nobody_else_signs_somebody_out(visit: Visit, data: dict[str, str]) -> None:
    visit.sign_in()
    answer = visit.ask("post", "/sign-in/provider/sign-out", data=data)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert len(list(visit.site.store.all(Session))) == 1


def test_nothing_of_a_sign_in_is_written_to_a_log(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        visit.sign_in()
        visit.op.claims = {"aud": "another"}
        visit.sign_in()
    secret = re.compile(r"code-\d|at-1|eyJ|roy|u-1|sid-1|state=|verifier", re.IGNORECASE)
    # The browser of this test is made of httpx too, and says where it goes.
    said = [text for record in caplog.records if "//garde.test" not in (text := record.getMessage())]
    assert len(said) >= 4 and [text for text in said if secret.search(text)] == []
    stored = b"".join(session.hint for session in visit.site.store.all(Session))
    assert stored and b"eyJ" not in stored


def test_the_demonstration_needs_no_provider(visit: Visit) -> None:
    visit.site.door = None
    assert visit.ask("post", "/sign-in/provider", data={"back": "/devices"}).headers["location"] == "/devices"
    assert visit.ask("get", CALLBACK).headers["location"] == "/"


async def asked(site: Site, query: bytes, cookie: str) -> tuple[int, bytes]:
    """The callback with exactly these bytes, which no client would send."""
    sent: list[Any] = []
    scope = {
        "type": "http", "method": "GET", "path": CALLBACK, "raw_path": CALLBACK.encode(), "query_string": query,
        "headers": [(b"cookie", cookie.encode("latin-1")), (b"accept", b"text/html")], "client": ("10.0.0.9", 1),
        "scheme": "http", "server": ("garde.test", 80), "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await build(site)(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    query=st.binary(max_size=120) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    begun=st.booleans(),
    cookie=st.text(alphabet=st.characters(codec="latin-1"), max_size=60),
)
def test_any_query_gets_a_page_and_never_a_failure(visit: Visit, query: bytes, begun: bool, cookie: str) -> None:
    if begun:
        assert visit.site.oidc is not None
        address, sealed = visit.site.oidc.begin("/", NOW)
        query += f"&state={dict(visit.op.authorize(address))['state']}&iss={ISSUER}".encode()
        cookie = f"garde-oidc={sealed}"
    status, body = asyncio.run(asked(visit.site, query, cookie))
    assert status in ((403, 422) if query.isascii() else (400,)), status
    assert (b"<h1>" if query.isascii() else b"page.address") in body
