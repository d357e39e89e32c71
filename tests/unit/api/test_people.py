"""People and tokens for programs."""

from __future__ import annotations

import pytest

from garde.people.secret import Token
from tests.hospital import DAY, PASSWORD, House

NEW = {"login": "A.Roy", "name": "Anna Roy", "grants": [{"role": "ward", "ward": "Réa A"}]}


def test_who_asks(house: House) -> None:
    assert house.get("/me", "stranger") == {
        "known": False, "login": "", "name": "", "language": "", "grants": [], "rights": [], "token": "",
    }  # fmt: skip
    bound = house.get("/me", "bound")
    assert (bound["login"], bound["rights"], bound["token"]) == ("rssi", ["devices.read"], "bound")
    assert house.get("/me", "kiosk")["login"] == "kiosk:Réa A"
    assert house.get("/me", "session")["token"] == ""


def test_somebody_is_let_in_changed_and_taken_out(own: House) -> None:
    made = own.send("POST", "/people", NEW | {"password": PASSWORD}, "administrator")
    assert made.status_code == 201, made.text
    path = made.headers["location"]
    assert own.get(path, "auditor") == made.json() == own.get("/people/a.roy", "auditor")
    assert made.json()["login"] == "a.roy" and "password" not in made.text
    tag = own.ask("GET", path, "auditor").headers["etag"]
    change = {"grants": [{"role": "oncall"}], "reason": "new post"}
    changed = own.send("PATCH", path, change, "administrator", **{"if-match": tag})
    assert changed.json()["grants"] == [{"role": "oncall", "site": "", "ward": "", "kind": ""}]
    assert changed.json()["name"] == "Anna Roy"
    assert own.send("PATCH", path, {"active": False}, "administrator", **{"if-match": tag}).status_code == 412
    assert (
        own.send("PUT", f"{path}/password", {"password": "lune verte plage mardi"}, "administrator").status_code == 204
    )
    assert own.ask("DELETE", f"{path}?reason=left", "administrator").status_code == 204
    own.get(path, "auditor", 404)
    said = [
        one
        for one in own.get("/decisions?person=administrator&limit=500", "auditor")["items"]
        if one["about"] == "a.roy"
    ]
    assert [one["verb"] for one in said] == ["person.add", "person.change", "password.set", "person.remove"]
    assert [one["reason"] for one in said] == ["", "new post", "", "left"]


def test_a_change_that_changes_nothing_says_nothing(own: House) -> None:
    before = len(own.site.store.log(0, (), 1000))
    name = own.get("/people/ward", "auditor")["name"]
    assert own.send("PATCH", "/people/ward", {"name": name}, "administrator").status_code == 200
    assert len(own.site.store.log(0, (), 1000)) == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/people", NEW | {"login": "rssi"}, 409, "person.taken"),
        ("POST", "/people", NEW | {"login": "a b"}, 422, "person.login"),
        ("POST", "/people", NEW | {"grants": [{"role": "king"}]}, 422, "person.role"),
        ("POST", "/people", NEW | {"password": "short"}, 403, "password.short"),
        ("PATCH", "/people/administrator", {"active": False}, 403, "person.last-administrator"),
        ("PATCH", "/people/nobody", {"active": False}, 404, "person.unknown"),
        ("PATCH", "/people/rssi", {"login": "x"}, 422, "api.body"),
        ("DELETE", "/people/administrator", None, 403, "person.last-administrator"),
    ],
)
def test_what_cannot_be_is_a_problem(
    house: House, method: str, path: str, body: object, status: int, code: str
) -> None:
    answer = house.send(method, path, body, "administrator") if body else house.ask(method, path, "administrator")
    assert answer.status_code == status
    assert answer.json()["code"].partition(".")[0] == code.partition(".")[0]


def test_people_are_for_those_who_hold_the_right_everywhere(house: House) -> None:
    for who, path in (("auditor-rea", "/people"), ("auditor-rea", "/people/rssi"), ("administrator-rea", "/tokens")):
        assert house.ask("GET", path, who).json()["code"] == "access.scope"
    assert house.send("POST", "/people", NEW, "administrator-rea").status_code == 403


def test_a_token_of_ones_own(own: House) -> None:
    until = own.site.now() + 20 * DAY
    wanted = {"name": "lab", "rights": ["devices.read"], "until": "2026-06-20"}
    made = own.send("POST", "/me/tokens", wanted, "session")
    assert made.status_code == 201, made.text
    own.secrets["lab"] = {"authorization": f"Bearer {made.json()['secret']}"}
    assert own.get("/me", "lab")["rights"] == ["devices.read"]
    name = made.json()["token"]["id"]
    assert [one["id"] for one in own.get("/me/tokens", "lab")["items"]] == [name]
    assert {one["name"] for one in own.get("/me/tokens", "session")["items"]} >= {"lab", "all", "bound"}
    assert made.json()["secret"] not in own.ask("GET", "/me/tokens", "session").text
    assert own.site.store.get(Token, [name])[name].ends_at <= until + 10 * DAY
    assert own.ask("DELETE", f"/me/tokens/{name}", "session").status_code == 204
    assert own.ask("GET", "/devices", "lab").status_code == 401


def test_a_token_makes_no_tokens_and_nobody_gives_more_than_they_hold(own: House) -> None:
    wanted = {"name": "lab", "rights": ["devices.read"], "until": "2026-06-20"}
    assert own.send("POST", "/me/tokens", wanted, "rssi").json()["code"] == "token.token"
    assert own.send("POST", "/me/tokens", wanted | {"rights": ["people.manage"]}, "session").status_code == 403
    assert own.send("POST", "/me/tokens", wanted | {"until": "2027-06-25"}, "session").status_code == 403
    other = next(one["id"] for one in own.get("/me/tokens", "session")["items"] if one["name"] == "all")
    assert own.ask("DELETE", f"/me/tokens/{other}", "bound").json()["code"] == "token.token"
    assert own.ask("DELETE", f"/me/tokens/{other}", "rssi").status_code == 204
    for who in ("stranger", "kiosk"):
        assert own.send("POST", "/me/tokens", wanted, who).status_code == 401


def test_tokens_of_others(own: House) -> None:
    there = next(one for one in own.get("/tokens", "administrator")["items"] if one["person"] == "oncall")
    assert own.ask("DELETE", f"/me/tokens/{there['id']}", "session").status_code == 404
    assert own.ask("DELETE", f"/tokens/{there['id']}", "administrator").status_code == 204
    assert own.ask("GET", "/devices", "oncall").status_code == 401
    assert own.ask("DELETE", f"/tokens/{there['id']}", "administrator").status_code == 404


def test_roles_are_those_of_the_file(house: House) -> None:
    from tests.hospital import ROLES

    assert {one["name"]: frozenset(one["rights"]) for one in house.get("/roles", "auditor")["items"]} == ROLES


def test_one_signs_out_on_another_machine(own: House) -> None:
    assert own.site.door is not None
    person = own.site.register.person("rssi")
    other = own.site.door.open(person, "password", origin="10.0.0.9", agent="Firefox", now=own.site.now())
    own.secrets["other"] = {"cookie": f"garde={other}", "sec-fetch-site": "same-origin"}
    there, here = own.get("/me/sessions", "session")["items"]
    assert (there["origin"], there["here"], here["here"]) == ("10.0.0.9", False, True)
    assert other not in own.ask("GET", "/me/sessions", "session").text
    assert own.ask("DELETE", f"/me/sessions/{there['id']}", "rssi").json()["code"] == "token.token"
    assert own.ask("DELETE", f"/me/sessions/{there['id']}", "session").status_code == 204
    assert own.get("/me", "other")["known"] is False
    assert own.ask("DELETE", f"/me/sessions/{there['id']}", "session").status_code == 404
    assert own.ask("GET", "/me/sessions", "kiosk").status_code == 401
    assert own.ask("GET", "/me/sessions", "rssi").status_code == 403
