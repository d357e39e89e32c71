"""Requests become calls and answers, in one form, whatever is sent."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garde.api.application import LARGEST, methods_of, queried, tags
from garde.api.devices import DeviceQuery
from garde.api.operations import BASE
from garde.errors import Malformed
from tests.hospital import ABOUT_PUMP, House
from tests.pages import PUMP


def test_a_version_that_the_caller_has_is_not_sent_again(house: House) -> None:
    for path in (f"/devices/{PUMP}", "/devices?limit=2", f"/findings/{ABOUT_PUMP}", "/kinds", "/openapi.json"):
        first = house.ask("GET", path)
        tag = first.headers["etag"]
        for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = house.ask("GET", path, headers={"if-none-match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert house.ask("GET", path, headers={"if-none-match": '"other"'}).status_code == 200
        assert "no-store" not in first.headers["cache-control"] and "private" in first.headers["cache-control"]


def test_the_next_page_is_linked(house: House) -> None:
    answer = house.ask("GET", "/devices?limit=1&not.ward=R%C3%A9a%20A")
    address, relation = answer.headers["link"].split("; ")
    assert relation == 'rel="next"'
    following = house.get(address.strip("<>"))
    assert (
        following["items"][0]["id"] != answer.json()["items"][0]["id"] and following["total"] == answer.json()["total"]
    )
    assert "link" not in house.ask("GET", "/devices?limit=500").headers


def test_a_cursor_of_other_filters_is_refused(house: House) -> None:
    cursor = house.get("/devices?limit=1")["next"]
    house.get(f"/devices?limit=3&cursor={cursor}")
    for path in (f"/devices?kind=CT&cursor={cursor}", f"/findings?cursor={cursor}", f"/devices?cursor={cursor[:-1]}"):
        answer = house.ask("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (422, "api.cursor")


def test_every_error_is_a_problem(house: House) -> None:
    cases = [
        ("GET", "/nowhere", {}, 404, "api.missing"),
        ("GET", "/devices/", {}, 404, "api.missing"),
        ("GET", "/devices/a/b/c/d", {}, 404, "api.missing"),
        ("GET", "/devices/nobody", {}, 404, "device.unknown"),
        ("GET", "/devices/%00", {}, 404, "api.missing"),
        ("GET", f"/devices/{'x' * 600}", {}, 404, "api.missing"),
        ("DELETE", "/devices", {}, 405, "api.method"),
        ("TRACE", "/devices", {}, 405, "api.method"),
        ("GET", "/devices", {"headers": {"accept": "text/html"}}, 406, "api.accept"),
        ("GET", "/devices", {"headers": {"accept": "application/json;q=0, text/html"}}, 406, "api.accept"),
        ("GET", "/devices?limit=0", {}, 422, "api.query"),
        ("GET", "/devices?limit=1&limit=2", {}, 422, "api.query"),
        ("GET", "/devices?colour=red", {}, 422, "api.query"),
        ("GET", "/devices?q=%00", {}, 422, "api.query"),
        ("GET", "/me?x=1", {}, 422, "api.query"),
        ("POST", f"/devices/{PUMP}/decisions", {"content": b"x=1"}, 415, "api.type"),
        ("POST", f"/devices/{PUMP}/decisions", {"data": {"verb": "note"}}, 415, "api.type"),
        ("POST", f"/devices/{PUMP}/decisions", _json(b"{"), 422, "api.body"),
        ("POST", f"/devices/{PUMP}/decisions", _json(b'"\xff"'), 422, "api.body"),
        ("POST", f"/devices/{PUMP}/decisions", _json(b'{"verb":"note","reason":"a\\u0000"}'), 422, "api.body"),
        ("POST", f"/devices/{PUMP}/decisions", _json(b"[" * 100_000), 422, "api.body"),
        ("POST", f"/devices/{PUMP}/decisions", _json(b" " * (LARGEST + 1)), 413, "api.too-large"),
    ]
    for method, path, options, status, code in cases:
        answer = house.ask(method, path, **options)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        problem = answer.json()
        assert problem["code"] == code and problem["status"] == status and problem["type"].endswith(code), path


def test_a_text_that_only_writes_of_a_nul_is_taken(own: House) -> None:
    answer = own.send("POST", f"/devices/{PUMP}/decisions", {"verb": "note", "reason": "it says \\u0000"})
    assert answer.status_code == 200


def _json(content: bytes) -> dict[str, object]:
    return {"content": content, "headers": {"content-type": "application/json; charset=utf-8"}}


def test_a_page_in_a_browser_still_gets_a_problem(house: House) -> None:
    answer = house.ask("GET", "/nowhere", headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_methods_of_an_address(house: House) -> None:
    for path, methods in (
        ("/people/rssi", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/devices/x/decisions", "GET, HEAD, OPTIONS, POST"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
    ):
        answer = house.ask("OPTIONS", path, "stranger")
        assert (answer.status_code, answer.headers["allow"], answer.content) == (204, methods, b"")
        assert "access-control-allow-origin" not in answer.headers
        assert house.ask("TRACE", path).headers["allow"] == methods == methods_of(path)
    assert house.ask("OPTIONS", "/nowhere").status_code == 404


def test_head_is_get_without_its_body(house: House) -> None:
    for path in ("/devices", "/me", "/openapi.json"):
        whole, head = house.ask("GET", path), house.ask("HEAD", path)
        assert head.status_code == 200 and head.content == b""
        for name in ("etag", "content-length", "content-type"):
            assert head.headers[name] == whole.headers[name]


def test_who_is_not_recognised_is_told_how(house: House) -> None:
    for who in ("stranger", "expired", "revoked", "nonsense"):
        answer = house.ask("GET", "/devices", who)
        assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    assert house.ask("GET", "/me/tokens", "stranger").headers["www-authenticate"] == "Bearer"


def test_another_sites_page_changes_nothing(house: House) -> None:
    headers = house.secrets["session"] | {"sec-fetch-site": "cross-site"}
    answer = house.send("POST", f"/devices/{PUMP}/decisions", {"verb": "note", "reason": "x"}, "session", **headers)
    assert answer.json()["code"] == "page.cross-origin"


def test_words_wait_where_other_processes_work_them_through(own: House) -> None:
    own.site.settle = None
    answer = own.send("POST", f"/findings/{ABOUT_PUMP}/decisions", {"verb": "take"})
    assert answer.status_code == 202 and answer.json()["status"] == "open"


def test_a_mistake_of_ours_is_told_without_its_inside(own: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(own.site.fleet), "find", lambda self, query: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        own.ask("GET", "/devices")
    answer = own.ask("GET", "/devices", raises=False)
    assert (answer.status_code, answer.json()["code"]) == (500, "api.failed")
    assert answer.headers["content-type"] == "application/problem+json" and "division" not in answer.text


@given(st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3), st.integers(-5, 600))
def test_any_values_are_the_record_or_refused(values: dict[str, str], limit: int) -> None:
    try:
        found = queried(DeviceQuery, [*values.items(), ("limit", str(limit))])
    except Malformed:
        return
    assert 1 <= found.limit <= 500


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_json_is_the_record_or_a_problem(own: House, value: object) -> None:
    answer = own.send("POST", f"/devices/{PUMP}/decisions", {"verb": "note", "reason": value})
    assert answer.status_code in (200, 422)
    whole = own.ask("POST", f"/devices/{PUMP}/decisions", **_json(json.dumps(value).encode()))
    assert whole.status_code == 422


@given(st.text(max_size=40))
def test_tags_of_any_header(header: str) -> None:
    assert all(tag == "*" or tag[0] == tag[-1] == '"' for tag in tags(header))


def test_the_interface_stands_beside_the_pages(house: House) -> None:
    assert house.ask("GET", "/docs").text.count("<h1>") == 1
    assert BASE == "/api/v1"
