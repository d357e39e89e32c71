"""Coming in: the first administrator, the door, and going out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from garde.model.person import Person
from garde.web.pages.access import SetupPage, SignInPage
from garde.web.site import Site
from tests.pages import BIOMEDICAL, Reader, documented, hospital

HERE = {"sec-fetch-site": "same-origin"}
SECRET = "correct horse battery"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with hospital(tmp_path, demonstration=False) as one:
        with one.store.begin() as unit:
            unit.drop(Person, [BIOMEDICAL])
        yield one


@pytest.fixture
def reader(site: Site) -> Reader:
    return Reader(site)


def begin(site: Site, reader: Reader, **more: str) -> int:
    data = {"login": "root", "name": "Root", "password": SECRET, "again": SECRET, "code": site.setup_code} | more
    return reader.post("/setup", data=data, headers=HERE).status_code


def test_the_records_are_documented() -> None:
    assert documented(SignInPage) and SetupPage().login == ""


def test_the_first_start_leads_to_the_assistant_and_signs_in(site: Site, reader: Reader) -> None:
    assert reader.get("/devices").headers["location"] == "/sign-in?back=%2Fdevices"
    assert reader.get("/sign-in").headers["location"] == "/setup"
    assert reader.page("/setup").h1 is not None
    assert begin(site, reader) == 303
    assert reader.get("/people?setup=1").status_code == 200
    assert Reader(site).get("/setup").status_code == 403, "it closes behind the first"


@pytest.mark.parametrize(
    "more",
    [
        {"code": "guess"},
        {"again": "other"},
        {"password": "easy", "again": "easy"},
        {"login": ""},
        {"password": "", "again": ""},
    ],
)
def test_a_first_start_that_cannot_be(site: Site, reader: Reader, more: dict[str, str]) -> None:
    assert begin(site, reader, **more) in (403, 422)
    assert site.register.empty()


def test_signing_in_leads_on_and_signing_out_ends_it(site: Site, reader: Reader) -> None:
    begin(site, reader)
    other = Reader(site, "fr")
    wrong = other.post("/sign-in", data={"login": "root", "password": "wrong", "back": "/alerts"}, headers=HERE)
    assert wrong.status_code == 401 and "ne vont pas ensemble" in wrong.text and 'value="root"' in wrong.text
    assert "wrong" not in wrong.text
    right = other.post("/sign-in", data={"login": "root", "password": SECRET, "back": "/alerts"}, headers=HERE)
    assert (right.status_code, right.headers["location"]) == (303, "/alerts")
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie
    assert other.get("/alerts").status_code == 200
    assert other.post("/sign-out", headers=HERE).headers["location"] == "/sign-in"
    assert other.get("/alerts").headers["location"].startswith("/sign-in")


def test_the_landing_is_the_role_s_and_nobody_is_sent_elsewhere(site: Site, reader: Reader) -> None:
    begin(site, reader)
    for back, to in (("/", "/people"), ("//evil.test", "/people"), ("/devices?kind=CT", "/devices?kind=CT")):
        answer = Reader(site).post("/sign-in", data={"login": "root", "password": SECRET, "back": back}, headers=HERE)
        assert answer.headers["location"] == to


def test_over_tls_the_cookie_is_bound_to_this_host(tmp_path: Path) -> None:
    with hospital(tmp_path, demonstration=False) as site:
        site.secure = True
        site.register.add("t", site.now(), login="root", name="R", grants=(), secret=SECRET)
        answer = Reader(site).post("/sign-in", data={"login": "root", "password": SECRET, "back": "/"}, headers=HERE)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-garde=") and "Secure" in cookie
        assert answer.headers["strict-transport-security"]
