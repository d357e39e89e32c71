"""Lists that a person keeps, also from a program."""

from __future__ import annotations

import pytest

from tests.hospital import House


def test_a_list_is_kept_replaced_and_kept_no_longer(own: House) -> None:
    for address in ("/devices?kind=CT", "/devices?kind=MR"):
        kept = own.send("PUT", "/me/views/im%C3%A9rie", {"address": address})
        assert kept.json() == {"name": "imérie", "address": address}
    assert own.get("/me/views")["items"] == [{"name": "imérie", "address": "/devices?kind=MR"}]
    assert own.get("/me/views", "oncall")["items"] == []
    assert own.ask("DELETE", "/me/views/im%C3%A9rie", "oncall").status_code == 404
    assert own.ask("DELETE", "/me/views/im%C3%A9rie").status_code == 204
    assert own.get("/me/views")["items"] == []
    said = own.get("/decisions?person=rssi&limit=500", "auditor")["items"]
    assert [one["verb"] for one in said if one["verb"].startswith("view.")] == ["view.save", "view.save", "view.remove"]


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/\\\\elsewhere.example", "devices", "/a\n"]
)
def test_nobody_is_sent_elsewhere(house: House, address: str) -> None:
    answer = house.send("PUT", "/me/views/x", {"address": address})
    assert (answer.status_code, answer.json()["code"]) == (422, "view.address")


def test_a_name_is_short(house: House) -> None:
    assert house.send("PUT", f"/me/views/{'x' * 61}", {"address": "/"}).json()["code"] == "view.name"


def test_views_are_a_persons(house: House) -> None:
    assert house.ask("GET", "/me/views", "kiosk").status_code == 403
