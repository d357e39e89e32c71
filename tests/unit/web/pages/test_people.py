"""Who may do what, changed by an administrator and told in the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from garde.model.decision import Decision
from garde.model.person import Grant
from garde.web.pages.people import PeoplePage
from garde.web.site import Site
from tests.pages import BIOMEDICAL, Reader, documented, hospital

HERE = {"sec-fetch-site": "same-origin"}
SECRET = "correct horse battery"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with hospital(tmp_path, demonstration=False) as one:
        yield one


@pytest.fixture
def admin(site: Site) -> Reader:
    person = site.register.add(
        "t", site.now(), login="root", name="Root", grants=(Grant("administrator"),), secret=SECRET
    )
    reader = Reader(site)
    assert site.door is not None
    reader.cookies["garde"] = site.door.open(person, "password", origin="t", agent="", now=site.now())
    return reader


def post(reader: Reader, path: str, **data: str) -> int:
    return reader.post(path, data=data, headers=HERE).status_code


def test_the_record_is_documented() -> None:
    assert documented(PeoplePage)


def test_a_person_is_added_given_roles_and_let_out(site: Site, admin: Reader) -> None:
    assert post(admin, "/people", login="a.roy", name="Anna Roy", role="ward", ward="Réa A", password=SECRET) == 303
    anna = site.register.person("a.roy")
    assert anna.grants == (Grant("ward", ward="Réa A"),)
    path = f"/people/{anna.id}"
    assert "Anna Roy" in admin.page(path).text
    assert post(admin, path, verb="grant", role="oncall") == 303
    assert post(admin, path, verb="ungrant", number="0") == 303
    assert site.register.person("a.roy").grants == (Grant("oncall"),)
    assert post(admin, path, verb="details", name="Anna Leroy", mail="a@chu.test") == 303
    assert post(admin, path, verb="deactivate", reason="leave") == 303
    assert not site.register.person("a.roy").active
    assert post(admin, path, verb="activate", reason="back") == 303
    assert post(admin, path, verb="password", password="another good secret") == 303
    assert post(admin, path, verb="remove", reason="left") == 303
    assert site.register.by_login("a.roy") is None
    said = [
        one.verb for _, one in site.store.log(0, (Decision,), 99) if isinstance(one, Decision) and one.about == "a.roy"
    ]
    assert said[0] == "person.add" and said[-1] == "person.remove" and len(said) == 8


@pytest.mark.parametrize(
    ("data", "code"),
    [({"login": "root", "name": "x"}, "person.taken"), ({"login": "a b", "name": "x"}, "person.login"),
     ({"login": "x", "name": "x", "password": "easy"}, "password.weak"),
     ({"login": "x", "name": "x", "role": "king"}, "person.role")],
)  # fmt: skip
def test_what_cannot_be_added_keeps_what_was_typed(admin: Reader, data: dict[str, str], code: str) -> None:
    answer = admin.post("/people", data=data, headers=HERE)
    assert answer.status_code in (403, 409, 422) and code in answer.text
    assert "easy" not in answer.text.replace("too easy", "")


def test_the_last_administrator_cannot_leave(site: Site, admin: Reader) -> None:
    root = site.register.person("root")
    answer = admin.post(f"/people/{root.id}", data={"verb": "deactivate", "reason": "x"}, headers=HERE)
    assert answer.status_code == 403 and "person.last-administrator" in answer.text


def test_a_token_is_revoked_and_a_factor_taken_off(site: Site, admin: Reader) -> None:
    person = site.register.person(BIOMEDICAL)
    site.register.make_token(site.now(), person, "export", ["devices.read"], site.now() + 10**15)
    path = f"/people/{BIOMEDICAL}"
    token = admin.page(path).select_one("input[name=token]")
    assert token is not None
    assert post(admin, path, verb="token", token=str(token["value"])) == 303
    assert admin.page(path).select_one("input[name=token]") is None
    assert post(admin, path, verb="token", token="none") == 404
    assert post(admin, path, verb="factor", reason="lost") == 303
    assert post(admin, path, verb="dance") == 422


def test_a_ward_gets_a_code_and_its_machine_opens_only_its_page(site: Site, admin: Reader) -> None:
    assert post(admin, "/kiosks", ward="Réa A", code="short") == 403
    assert post(admin, "/kiosks", ward="", code="bleu-vert-42") == 422
    assert post(admin, "/kiosks", ward="Réa A", code="bleu-vert-42") == 303
    machine = Reader(site)
    assert machine.post("/kiosk", data={"ward": "Réa A", "code": "wrong"}, headers=HERE).status_code == 401
    answer = machine.post("/kiosk", data={"ward": "Réa A", "code": "bleu-vert-42"}, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ward/R%C3%A9a%20A")
    assert machine.get("/ward/R%C3%A9a%20A").status_code == 200
    assert machine.get("/devices").status_code == 403
    assert machine.get("/ward").headers["location"] == "/ward/R%C3%A9a%20A"
    assert machine.get("/").headers["location"] == "/ward"
    assert post(admin, "/kiosks", ward="Réa A", code="") == 303
    assert machine.get("/ward/R%C3%A9a%20A").headers["location"].startswith("/sign-in")
