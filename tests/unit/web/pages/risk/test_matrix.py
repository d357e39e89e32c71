"""The matrix: cells that lead to their devices, and what is said when nobody signed."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from garde.model.risk.matrix import Matrix
from garde.web.pages.risk.matrix import MatrixPage
from garde.web.site import Site
from tests.pages import Reader, documented
from tests.unit.web.pages.risk.conftest import Signed, known_as

NOTHING = "An unsigned matrix drives nothing"


def test_the_record_is_documented() -> None:
    assert documented(MatrixPage)


def test_each_cell_leads_to_the_devices_it_counts(reader: Reader) -> None:
    record = reader.get("/risk.json").json()
    assert record["devices"] == 4 == sum(cell["devices"] for cell in record["cells"])
    page = reader.page("/risk")
    for cell in record["cells"]:
        address = f"/risk/devices?criticality={cell['criticality']}&vulnerability={cell['vulnerability']}"
        assert page.find("a", href=address) is not None, address
        rows = reader.get(address.replace("devices", "devices.json")).json()
        assert len(rows) == cell["devices"] and {row["risk"] for row in rows} == {cell["risk"]}


@pytest.mark.parametrize("by", ["site", "ward", "kind", "model"])
def test_heat_counts_every_device_once(reader: Reader, by: str) -> None:
    record = reader.get("/risk.json").json()
    assert sum(many for one in record["heat"][by].values() for many in one["devices"].values()) == 4
    page = reader.page(f"/risk?by={by}")
    assert page.select_one(f'a[href="/risk?by={by}#heat"][aria-current]') is not None
    links = [str(tag["href"]) for tag in page.select("#heat ~ figure a") if f"{by}=" in str(tag["href"])]
    counted = sum(len(reader.get(link.replace("devices?", "devices.json?")).json()) for link in set(links))
    assert counted == 4


def test_kinds_that_nobody_scored_come_first(reader: Reader) -> None:
    page = reader.page("/risk")
    assert "Nobody scored the criticality of 100 % of the devices" in page.text
    assert page.find("a", href="/risk/scoring?kind=INF_SYR") is not None


def test_it_says_that_nothing_is_signed_until_it_is(own: Site, writer: Reader, committee: Signed) -> None:
    assert NOTHING in writer.page("/risk").text
    name = committee(own, writer)
    page = writer.page("/risk")
    assert NOTHING not in page.text and page.find("a", href=f"/risk/matrices/{name}") is not None
    assert "is signed: it drives treatments" in page.text


def test_freezing_twice_keeps_one(own: Site, writer: Reader) -> None:
    first = writer.post("/risk/freeze", data={}).headers["location"]
    assert writer.post("/risk/freeze", data={}).headers["location"] == first
    assert len(list(own.store.all(Matrix))) == 1


def test_what_moved_since_is_counted(own: Site, writer: Reader, committee: Signed) -> None:
    committee(own, writer)
    known_as(own, kind="PRINT")
    section = writer.page("/risk").find(id="moved")
    assert section is not None and section.find_next("ul") is not None
    fallen = section.find_next("ul").find_all("li")[1]  # type: ignore[union-attr]
    assert fallen.text.split() == ["1", "fallen"]


def test_a_hospital_without_devices_says_what_to_do(bare: TestClient) -> None:
    assert "a risk is about a device" in bare.get("/risk", headers={"accept-language": "en"}).text
