"""Risk for programs: the matrix, its devices in pages, one device with its reasons, and a plan."""

from __future__ import annotations

import pytest

from tests.hospital import House
from tests.pages import PUMP


def test_the_matrix_counts_the_devices_that_the_caller_sees(house: House) -> None:
    whole = house.get("/risk")
    assert whole["devices"] == sum(cell["devices"] for cell in whole["cells"]) == len(house.site.risk.judged())
    assert whole["signed"] is None and whole["grid"] == "CRIT-DMC 1"
    part = house.get("/risk", "biomedical-rea")
    assert part["devices"] == 1 < whole["devices"]


def test_the_most_pressing_comes_first_whatever_the_size_of_a_page(house: House) -> None:
    rows = house.get("/risk/devices")["items"]
    assert [row["priority"] for row in rows] == sorted((row["priority"] for row in rows), reverse=True)
    found, path = [], "/risk/devices?limit=1"
    while path:
        page = house.get(path)
        found += [row["device"] for row in page["items"]]
        path = f"/risk/devices?limit=1&cursor={page['next']}" if page["next"] else ""
    assert found == [row["device"] for row in rows]


@pytest.mark.parametrize("word", ["criticality", "vulnerability", "risk", "ward", "kind"])
def test_filters_give_what_they_name(house: House, word: str) -> None:
    rows = house.get("/risk/devices")["items"]
    value = next(row[word] for row in rows if row["device"] == PUMP)
    found = house.get("/risk/devices", params={word: value})["items"]
    assert {row["device"] for row in found} == {row["device"] for row in rows if row[word] == value}


def test_a_device_tells_its_terms_and_what_would_be_without_each_fact(house: House) -> None:
    one = house.get(f"/devices/{PUMP}/risk")
    assert [term["term"] for term in one["terms"][-5:]] == ["os", "cve", "mds2", "exposure", "configuration"]
    assert round(sum(term["points"] for term in one["terms"][-5:]), 1) == one["vulnerability"]
    lowest = one["without"][0]
    assert lowest["vulnerability"] < one["vulnerability"] and lowest["fact"] == "support: unknown"
    house.get("/devices/d-stranger/risk", "biomedical-rea", 404)
    house.get("/devices/d-none/risk", status=404)


def test_a_plan_keeps_its_limits_and_is_for_who_sees_everything(house: House) -> None:
    found = house.get("/risk/plan?budget=50000&hours=200,200")
    assert found["cost"] == sum(step["cost"] for step in found["packages"]) <= 50_000
    assert found["residual"] <= found["greedy"]["residual"] <= found["today"]
    assert house.get("/risk/plan?budget=0&hours=0")["packages"] == []
    assert house.get("/risk/plan?budget=50000&hours=200", "biomedical-rea", 403)["code"] == "access.scope"


@pytest.mark.parametrize("query", ["hours=", "budget=-1&hours=1", "budget=1&hours=x", "budget=1&hours=1&more=2"])
def test_limits_that_are_none_are_refused(house: House, query: str) -> None:
    house.get(f"/risk/plan?{query}", status=422)


def test_the_list_is_cut_by_the_right(house: House) -> None:
    assert [row["device"] for row in house.get("/risk/devices", "biomedical-rea")["items"]] == [PUMP]
