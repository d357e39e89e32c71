"""Devices for programs: the list in pages, one, why, and what people say."""

from __future__ import annotations

import pytest

from garde.api.cursor import made
from garde.model.device import Device
from garde.report.devices import as_record
from garde.report.fleet import ORDERS
from tests.hospital import House
from tests.makers import device
from tests.pages import PUMP, STRANGER

ICU = "ward=R%C3%A9a%20A"


def walked(house: House, path: str, who: str = "rssi") -> list[str]:
    """The ids of all pages of a list."""
    names: list[str] = []
    at = path
    for _ in range(50):
        page = house.get(at, who)
        names += [one["id"] for one in page["items"]]
        if page["next"] is None:
            return names
        at = f"{path}{'&' if '?' in path else '?'}cursor={page['next']}"
    raise AssertionError("endless")


@pytest.mark.parametrize("order", [*ORDERS, *(f"-{name}" for name in ORDERS)])
def test_pages_give_every_device_once_in_order(house: House, order: str) -> None:
    whole = [one["id"] for one in house.get(f"/devices?order={order}&limit=500")["items"]]
    assert len(whole) == len(house.site.fleet) >= 5
    assert walked(house, f"/devices?order={order}&limit=2") == whole


def test_a_device_that_comes_between_two_pages_moves_no_other(own: House) -> None:
    first = own.get("/devices?limit=2")
    before = walked(own, "/devices?limit=2")
    own.site.fleet.put(device(99, id="d-0", many={}))
    own.site.fleet.drop(first["items"][1]["id"])
    rest = own.get(f"/devices?limit=500&cursor={first['next']}")
    assert [one["id"] for one in rest["items"] if one["id"] != "d-0"] == before[2:]


def test_filters_are_those_of_the_fleet(house: House) -> None:
    assert walked(house, f"/devices?{ICU}") == [PUMP]
    assert PUMP not in walked(house, f"/devices?not.{ICU}")
    assert set(walked(house, "/devices?kind=CT&kind=INF_SYR")) == {PUMP, "d-scanner"}
    assert walked(house, "/devices?q=fresenius") == [PUMP]
    assert "d-scanner" not in walked(house, "/devices?ward=") and STRANGER not in walked(house, "/devices?ward=")


def test_a_device_is_the_record_of_the_command_line(house: House) -> None:
    there = house.site.fleet.get(PUMP)
    assert there is not None
    given = house.get(f"/devices/{PUMP}")
    assert {name: given[name] for name in as_record(there)} == as_record(there)
    assert given["name"] == "10.6.6.7"


def test_why_leads_to_the_packet(house: House) -> None:
    answer = house.get(f"/devices/{PUMP}/why/manufacturer")
    assert answer["claim"]["value"] == "Fresenius Kabi" and answer["claim"]["sources"][0]["packet"] == 1
    assert house.get(f"/devices/{STRANGER}/why/model")["conflict"] is True
    house.get(f"/devices/{PUMP}/why/serial", status=404)
    house.get(f"/devices/{PUMP}/why/nonsense", status=404)


def test_what_a_device_needs_and_with_whom_it_talks(house: House) -> None:
    assert [one["rule"] for one in house.get(f"/devices/{PUMP}/findings")["items"]] == ["ward.report"]
    assert walked(house, f"/devices/{PUMP}/conversations?limit=1") == ["c-0", "c-2"]
    assert [one["id"] for one in house.get("/devices/d-scanner/decisions")["items"]] == ["w-said"]


def test_a_person_sees_the_devices_of_their_ward_only(house: House) -> None:
    assert walked(house, "/devices?limit=1", "biomedical-rea") == [PUMP]
    assert house.get("/devices", "biomedical-rea")["total"] == 1
    assert walked(house, "/devices?kind=CT", "biomedical-rea") == []
    assert walked(house, "/devices", "biomedical-pumps") == [PUMP]
    for below in ("", "/why/kind", "/findings", "/conversations", "/decisions"):
        house.get(f"/devices/d-scanner{below}", "biomedical-rea", 404)
        house.get(f"/devices/{PUMP}{below.replace('kind', 'ward')}", "biomedical-rea")


def test_a_right_holds_only_where_its_role_does(own: House) -> None:
    word = {"verb": "claim", "attribute": "room", "value": "12", "reason": "label"}
    assert own.send("POST", "/devices/d-scanner/decisions", word, "two-hats").status_code == 200
    refused = own.send("POST", f"/devices/{PUMP}/decisions", word | {"value": "13"}, "biomedical-rea")
    assert refused.status_code == 200
    assert own.send("POST", "/devices/d-scanner/decisions", word, "biomedical-rea").status_code == 404


def test_a_carrier_out_of_reach_is_not_named(own: House) -> None:
    assert own.get("/devices/d-scanner")["carrier"] == PUMP
    hidden = own.get("/devices/d-scanner", "network")
    assert hidden["carrier"] == PUMP
    there = own.site.fleet.get(PUMP)
    assert there is not None
    own.site.fleet.put(Device(id=PUMP, keys=there.keys, carrier="d-scanner", claims=there.claims))
    assert own.get(f"/devices/{PUMP}", "biomedical-rea")["carrier"] == ""


def test_a_word_becomes_a_message_with_the_login(own: House) -> None:
    name = own.get("/devices?q=M1")["items"][0]["id"]
    word = {"verb": "claim", "attribute": "ward", "value": " Urgences ", "reason": "seen there"}
    answer = own.send("POST", f"/devices/{name}/decisions", word, "biomedical")
    assert answer.status_code == 200, answer.text
    assert answer.json()["claims"]["ward"]["value"] == "Urgences"
    assert answer.headers["content-location"] == f"/api/v1/devices/{answer.json()['id']}"
    said = own.get(f"/devices/{name}/decisions")["items"][0]
    assert (said["person"], said["verb"], said["reason"]) == ("biomedical", "claim", "seen there")
    assert own.get(f"/messages/{said['id']}")["message"]["person"] == "biomedical"
    back = own.send("POST", f"/devices/{name}/decisions", {"verb": "withdraw", "attribute": "ward", "reason": "moved"})
    assert "ward" not in back.json()["claims"]


def test_two_devices_are_joined_and_parted(own: House) -> None:
    one, two = (own.get(f"/devices?q=M{number}")["items"][0]["id"] for number in (1, 2))
    joined = own.send("POST", f"/devices/{one}/decisions", {"verb": "merge", "other": two, "reason": "one machine"})
    assert joined.status_code == 200, joined.text
    assert len(joined.json()["keys"]) == 2
    assert own.get(f"/devices/{one}")["id"] == own.get(f"/devices/{two}")["id"]
    key = "{kind}:{value}".format(**joined.json()["keys"][1])
    parted = own.send(
        "POST", f"/devices/{joined.json()['id']}/decisions", {"verb": "split", "other": key, "reason": "two machines"}
    )
    assert parted.status_code == 200, parted.text
    assert own.get(f"/devices/{one}")["id"] != own.get(f"/devices/{two}")["id"]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ({"verb": "claim", "attribute": "colour", "value": "red", "reason": "x"}, "decision.attribute"),
        ({"verb": "claim", "attribute": "ward", "reason": "x"}, "decision.value"),
        ({"verb": "claim", "attribute": "ward", "value": "x", "reason": " "}, "decision.reason"),
        ({"verb": "merge", "other": "", "reason": "x"}, "decision.other"),
        ({"verb": "merge", "other": "ip:10.99.0.1", "reason": "x"}, "decision.other"),
        ({"verb": "merge", "other": "ip:nonsense", "reason": "x"}, "key.ip"),
        ({"verb": "split", "other": "ip:10.99.0.1", "reason": "x"}, "decision.other"),
        ({"verb": "claim", "attribute": "ward", "value": "x", "reason": "x", "until": "1999-01-01"}, "api.date"),
        ({"verb": "explode", "reason": "x"}, "api.body"),
        ({"verb": "note", "reason": "x", "colour": "red"}, "api.body"),
    ],
)
def test_what_cannot_be_said_is_a_problem(house: House, word: dict[str, str], code: str) -> None:
    answer = house.send("POST", f"/devices/{PUMP}/decisions", word)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_nobody_joins_a_device_that_they_do_not_see(house: House) -> None:
    for other in ("d-scanner", "ip:10.6.6.8", "d-nobody", ""):
        word = {"verb": "merge", "other": other, "reason": "x"}
        answer = house.send("POST", f"/devices/{PUMP}/decisions", word, "biomedical-rea")
        assert (answer.status_code, answer.json()["code"]) == (422, "decision.other")


def test_the_same_is_said_of_several_devices_after_a_dry_run(own: House) -> None:
    names = [own.get(f"/devices?q=M{number}")["items"][0]["id"] for number in (1, 2)]
    word = {"devices": [*names, names[0]], "verb": "claim", "attribute": "ward", "value": " Bloc ", "reason": "moved"}
    before = len(own.site.store.log(0, (), 1000))
    dry = own.send("POST", "/decisions", word | {"dry_run": True}).json()
    assert (dry["said"], dry["decisions"], len(own.site.store.log(0, (), 1000))) == (False, [], before)
    assert [(one["device"], one["before"], one["after"]) for one in dry["changes"]] == [(n, "", "Bloc") for n in names]
    done = own.send("POST", "/decisions", word).json()
    assert done["said"] and done["changes"] == dry["changes"] and len(done["decisions"]) == 2
    assert set(walked(own, "/devices?ward=Bloc")) == {*names, "d-scanner"}
    assert own.get(f"/messages/{done['decisions'][0]}")["message"]["person"] == "rssi"


def test_of_several_devices_all_or_none_are_spoken_of(own: House) -> None:
    word = {"verb": "claim", "attribute": "ward", "value": "Bloc", "reason": "moved"}
    before = len(own.site.store.log(0, (), 1000))
    hidden = own.send("POST", "/decisions", word | {"devices": [PUMP, "d-scanner"]}, "biomedical-rea")
    assert hidden.status_code == 422 and len(own.site.store.log(0, (), 1000)) == before
    assert own.send("POST", "/decisions", word | {"devices": []}).status_code == 422
    assert own.send("POST", "/decisions", word | {"devices": [""]}).status_code == 422


@pytest.mark.parametrize(
    "place",
    [("a",), (1, 2), ("a", {"b": 1}), (True, "a", "b"), (True, False, ["x"], "a", "b"), (True, False, [True], "", "")],
)
def test_a_forged_place_is_refused_though_its_checksum_is_right(house: House, place: object) -> None:
    for order in ORDERS:
        address = f"/api/v1/devices?order={order}"
        answer = house.ask("GET", f"{address}&cursor={made(address, place)}")
        fits = order not in ("name", "ip", "certainty", "last_seen", "first_seen") and place == (True, "a", "b")
        assert answer.status_code == (200 if fits else 422), order


def test_an_order_that_is_none_is_refused(house: House) -> None:
    for order in ("", "-", "--name", "colour"):
        assert house.ask("GET", f"/devices?order={order}").json()["code"] == "api.query"
