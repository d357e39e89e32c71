"""The gate: every address × every role, and what no role may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.routing import Mount

from garde.gate import Guarded, bearer_of
from garde.model.person import Grant
from garde.people.roles import RIGHTS, roles
from garde.web.application import build, routes
from garde.web.site import Site
from tests.pages import BIOMEDICAL, FINDING, PUMP, Reader, hospital

SECRET = "correct horse battery"
HERE = {"sec-fetch-site": "same-origin"}
#: What stands in an address's braces.
PARTS = {
    "device": PUMP,
    "attribute": "ward",
    "finding": FINDING,
    "ward": "Réa A",
    "person": BIOMEDICAL,
    "message": "w-1",
    "job": "nothing",
    "matrix": "m-none",
    "vulnerability": "CVE-2020-1234",
    "form": "nothing",
    "source": "nothing",
    "policy": "p-none",
    "export": "nftables",
    "action": "a-none",
}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A hospital where people sign in; one person of each role."""
    with hospital(tmp_path_factory.mktemp("closed"), demonstration=False) as site:
        for role in roles():
            site.register.add("test", site.now(), login=role.name, name=role.name, grants=(Grant(role.name),))
        yield site


@pytest.fixture(scope="module")
def readers(closed: Site) -> dict[str, Reader]:
    """Role → somebody who is signed in with it; ``stranger`` is nobody."""
    found = {"stranger": Reader(closed)}
    for role in roles():
        found[role.name] = Reader(closed)
        assert closed.door is not None
        person = closed.register.person(role.name)
        cookie = closed.door.open(person, "password", origin="test", agent="", now=closed.now())
        found[role.name].cookies["garde"] = cookie
    return found


def addresses(site: Site) -> list[tuple[str, str, str]]:
    """Method, address and right of every route."""
    found = []
    for route in routes(site):
        if isinstance(route, Guarded):
            path = re.sub(r"\{(\w+)\}", lambda match: PARTS[match.group(1)], route.path)
            found += [(method, path, route.right) for method in sorted((route.methods or set()) - {"HEAD"})]
    return found


def test_every_route_names_a_right_that_exists(closed: Site) -> None:
    for route in build(closed).routes:
        assert isinstance(route, Guarded | Mount), route
        if isinstance(route, Guarded):
            assert route.right in {"", *RIGHTS}, route.path
    assert len(addresses(closed)) > 40


@pytest.mark.parametrize("role", [*roles().names, "stranger"])
def test_no_address_answers_a_role_that_it_should_not(closed: Site, readers: dict[str, Reader], role: str) -> None:
    """A session that the walk would end is left out; everything else is asked as a browser of this site would."""
    rights = roles()[role].rights if role in roles() else frozenset()
    for method, path, right in addresses(closed):
        if path in ("/sign-out", "/me"):
            continue
        reader = readers[role]
        answer = reader.post(path, data={}, headers=HERE) if method == "POST" else reader.get(path)
        assert answer.status_code < 500, (role, method, path, answer.text[:200])
        refused = answer.status_code in (401, 403) and (
            "access.right" in answer.text or "access.signed-out" in answer.text
        )
        away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?back=")
        if right and right not in rights:
            assert refused or (role == "stranger" and away), (role, method, path, answer.status_code)
        else:
            assert not away and "access.signed-out" not in answer.text, (role, method, path)
            # A finding asks for the right of the verb, which an empty form does not name.
            assert not refused or path.endswith("/decisions"), (role, method, path)


def test_a_ward_s_person_sees_no_other_ward(closed: Site) -> None:
    assert closed.door is not None
    grants = (Grant("biomedical", ward="Bloc"),)
    person = closed.register.add("test", closed.now(), login="bloc", name="Bloc", grants=grants)
    reader = Reader(closed)
    reader.cookies["garde"] = closed.door.open(person, "password", origin="t", agent="", now=closed.now())
    assert reader.get("/devices.json").json()["total"] == 0
    assert reader.get(f"/devices/{PUMP}").status_code == 404
    assert reader.get(f"/findings/{FINDING}").status_code == 404
    assert reader.get("/ward/R%C3%A9a%20A").status_code == 404
    assert reader.get("/alerts.json").json() == []
    assert PUMP not in reader.get("/search?q=fresenius").text
    data = {"verb": "claim", "attribute": "ward", "value": "Bloc", "reason": "mine", "device": PUMP}
    assert reader.post("/devices/decisions", data=data, headers=HERE).status_code == 404


def test_a_token_speaks_for_its_person_and_for_no_more(closed: Site) -> None:
    person = closed.register.person("rssi")
    made = closed.register.make_token(closed.now(), person, "export", ["devices.read"], closed.now() + 10**15)
    reader, bearer = Reader(closed), {"authorization": f"Bearer {made}"}
    assert reader.get("/devices.json", headers=bearer).status_code == 200
    refused = reader.get("/alerts.json", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.right")
    nobody = reader.get("/devices.json", headers={"authorization": "Bearer gt_made-up"})
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert Reader(closed).get("/devices.json").status_code == 401


def test_a_form_of_another_site_is_refused_whoever_sends_it(readers: dict[str, Reader]) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "http://evil.test"}):
        answer = readers["rssi"].post(f"/findings/{FINDING}/decisions", data={"verb": "take"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "page.cross-origin")


def test_requests_are_braked(tmp_path: Path) -> None:
    with hospital(tmp_path, demonstration=False) as site:
        reader = Reader(site)
        codes = {reader.get("/glossary").status_code for _ in range(1250)}
        assert codes == {200, 429}


@pytest.mark.parametrize("length", ["-1", "x", "9" * 40, str((16 << 20) + 1)])
def test_a_body_that_is_too_large_or_says_nonsense_is_refused(readers: dict[str, Reader], length: str) -> None:
    answer = readers["rssi"].post("/import", content=b"", headers={"content-length": length, **HERE})
    assert answer.status_code == 413


@given(st.text(max_size=40))
def test_any_header_is_a_token_or_none(text: str) -> None:
    value = text.encode("utf-8", "replace").decode("latin-1")
    assert isinstance(bearer_of(Headers({"authorization": value})), str)


def test_pages_are_not_kept_by_browsers_and_files_are(readers: dict[str, Reader]) -> None:
    assert readers["rssi"].get("/devices").headers["cache-control"] == "no-store"
    assert "immutable" in readers["stranger"].get("/static/garde.css?1").headers["cache-control"]
