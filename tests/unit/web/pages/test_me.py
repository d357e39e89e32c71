"""My account: my ways in, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from garde.model.person import Grant
from garde.web.pages.me import MePage
from garde.web.site import Site
from tests.pages import Reader, documented, hospital

HERE = {"sec-fetch-site": "same-origin"}
SECRET = "correct horse battery"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with hospital(tmp_path, demonstration=False) as one:
        for login in ("anna", "bruno"):
            one.register.add("t", one.now(), login=login, name=login, grants=(Grant("auditor"),), secret=SECRET)
        yield one


def signed_in(site: Site, login: str) -> Reader:
    reader = Reader(site)
    answer = reader.post("/sign-in", data={"login": login, "password": SECRET, "back": "/me"}, headers=HERE)
    assert answer.status_code == 303, answer.text
    return reader


def test_the_record_is_documented() -> None:
    assert documented(MePage)


def test_a_stranger_has_no_account(site: Site) -> None:
    assert Reader(site).get("/me").headers["location"] == "/sign-in?back=/me"
    assert Reader(site).post("/me", data={"verb": "recovery"}, headers=HERE).headers["location"].startswith("/sign-in")


def test_a_second_factor_is_set_by_its_first_code(site: Site) -> None:
    reader = signed_in(site, "anna")
    shown = reader.post("/me", data={"verb": "factor.begin"}, headers=HERE)
    assert "<svg" in shown.text and "style=" not in shown.text
    key = shown.text.split('name="key" value="')[1].split('"')[0]
    wrong = reader.post("/me", data={"verb": "factor.set", "key": key, "code": "1"}, headers=HERE)
    assert wrong.status_code == 403 and key in wrong.text
    code = pyotp.TOTP(key).at(site.now() // 10**9)
    done = reader.post("/me", data={"verb": "factor.set", "key": key, "code": code}, headers=HERE)
    assert done.text.count("-") > 10 and "Recovery codes" in done.text
    refused = Reader(site).post("/sign-in", data={"login": "anna", "password": SECRET, "back": "/"}, headers=HERE)
    assert "recovery code" in refused.text and "garde=" not in refused.headers.get("set-cookie", "")
    assert reader.post("/me", data={"verb": "factor.remove", "now": "wrong"}, headers=HERE).status_code == 403
    assert reader.post("/me", data={"verb": "recovery", "now": SECRET}, headers=HERE).status_code == 200
    assert reader.post("/me", data={"verb": "factor.remove", "now": SECRET}, headers=HERE).status_code == 303


def test_a_password_changes_only_with_the_present_one(site: Site) -> None:
    reader = signed_in(site, "anna")
    data = {"verb": "password", "now": "wrong", "password": "a better secret", "again": "a better secret"}
    assert reader.post("/me", data=data, headers=HERE).status_code == 403
    assert reader.post("/me", data=data | {"now": SECRET, "again": "x"}, headers=HERE).status_code == 403
    assert reader.post("/me", data=data | {"now": SECRET}, headers=HERE).headers["location"] == "/sign-in"
    assert reader.get("/me").status_code == 303, "every session has ended"


def test_sessions_and_tokens_are_one_s_own(site: Site) -> None:
    anna, bruno = signed_in(site, "anna"), signed_in(site, "bruno")
    phone = signed_in(site, "anna")
    other = anna.page("/me").select("input[name=session]")
    assert len(other) == 1
    session = str(other[0]["value"])
    assert bruno.post("/me", data={"verb": "session", "session": session}, headers=HERE).status_code == 404
    assert anna.post("/me", data={"verb": "session", "session": session}, headers=HERE).status_code == 303
    assert phone.get("/me").status_code == 303
    made = anna.post(
        "/me", data={"verb": "token", "name": "export", "right": "audit.read", "until": "2026-12-01"}, headers=HERE
    )
    assert "gt_" in made.text
    token = str(anna.page("/me").select("input[name=token]")[0]["value"])
    assert "gt_" not in anna.page("/me").text
    assert bruno.post("/me", data={"verb": "revoke", "token": token}, headers=HERE).status_code == 404
    assert anna.post("/me", data={"verb": "revoke", "token": token}, headers=HERE).status_code == 303


def test_a_language_is_kept_with_the_person(site: Site) -> None:
    reader = signed_in(site, "anna")
    assert reader.post("/me", data={"verb": "language", "language": "fr"}, headers=HERE).status_code == 303
    assert reader.page("/me").html["lang"] == "fr"  # type: ignore[index]
    assert reader.post("/me", data={"verb": "dance"}, headers=HERE).status_code == 422
