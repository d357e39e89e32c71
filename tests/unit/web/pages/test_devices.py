"""The list: its address is its state, and the three forms of one address agree."""

from __future__ import annotations

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup

from garde.report.fleet import FACETS
from garde.web.pages.devices import ROWS
from garde.web.site import Site
from tests.pages import FORMULA, PUMP, STRANGER, Reader


def names(page: BeautifulSoup) -> list[str]:
    return [str(link["href"]).rpartition("/")[2] for link in page.select("tbody tr th a")]


def test_page_json_and_csv_agree(reader: Reader, site: Site) -> None:
    query = "?kind=INF_SYR"
    shown = names(reader.page(f"/devices{query}"))
    data = reader.get(f"/devices.json{query}").json()
    table = list(csv.DictReader(io.StringIO(reader.get(f"/devices.csv{query}").text)))
    assert shown == [device["id"] for device in data["devices"]] == [row["id"] for row in table] == [PUMP]
    assert data["total"] == 1
    assert reader.get("/devices.json").json()["total"] == len(site.fleet)


def test_a_filter_can_be_put_in_out_and_removed(reader: Reader) -> None:
    everything = names(reader.page("/devices"))
    page = reader.page("/devices")
    keep = page.select_one('.facets a.keep[href="/devices?kind=INF_SYR"]')
    out = page.select_one('.facets a.without[href="/devices?not.kind=INF_SYR"]')
    assert keep is not None and out is not None
    assert names(reader.page(str(keep["href"]))) == [PUMP]
    assert sorted(names(reader.page(str(out["href"])))) == sorted(set(everything) - {PUMP})
    chip = reader.page(str(keep["href"])).select_one(".chips a")
    assert chip is not None and chip["href"] == "/devices"


def test_every_count_of_a_facet_is_what_a_click_gives(reader: Reader) -> None:
    for item in reader.page("/devices").select(".facets li:has(.keep)")[:12]:
        link, count = item.select_one("a.keep"), item.select_one(".n")
        assert link is not None and count is not None
        heading = reader.page(str(link["href"])).select_one("#result-count")
        assert heading is not None and heading.text.split()[0] == count.text, link


def test_unknown_is_a_value(reader: Reader) -> None:
    assert STRANGER in names(reader.page("/devices?kind="))
    assert PUMP not in names(reader.page("/devices?kind="))


@pytest.mark.parametrize("words", ["10.6.6.7", "00:09:FB:0B:AD:02", "fresenius réa", PUMP])
def test_search_finds_by_anything_known(reader: Reader, words: str) -> None:
    assert names(reader.page(f"/devices?q={words}")) == [PUMP]


def test_order_is_shown_and_turned(reader: Reader) -> None:
    up = reader.page("/devices?sort=ip")
    assert up.select_one('th[aria-sort="ascending"]') is not None
    down = reader.page("/devices?sort=-ip")
    assert down.select_one('th[aria-sort="descending"]') is not None
    assert names(up)[0] != names(down)[0]


def test_an_empty_list_says_which_filter_to_remove(reader: Reader) -> None:
    page = reader.page("/devices?kind=INF_SYR&manufacturer=Nobody")
    hints = [re.sub(r"\s+", " ", item.text.strip()) for item in page.select(".empty li")]
    assert hints == ["Removing Manufacturer = Nobody would give 1"]


def test_an_empty_search_can_be_left(reader: Reader) -> None:
    assert reader.page("/devices?q=zzzz").select_one('.empty a[href="/devices"]') is not None


@pytest.mark.parametrize(
    "query", ["page=0", "page=99999999999", "page=x", "sort=zz", "zz=1", "kind=" + "x" * 5000, "all=zz"]
)
def test_nonsense_in_an_address_is_passed_over(reader: Reader, query: str) -> None:
    reader.page(f"/devices?{query}")


def test_pages_of_a_long_list(own: Site, writer: Reader) -> None:
    from tests.makers import device

    for number in range(1000, 1000 + ROWS):
        own.fleet.put(device(number))
    first = writer.page("/devices")
    after = first.select_one('a[rel="next"]')
    assert after is not None and len(names(first)) == ROWS
    second = writer.page(str(after["href"]))
    assert second.select_one('a[rel="prev"]') is not None
    assert not set(names(first)) & set(names(second))


def test_all_values_of_a_facet(own: Site, writer: Reader) -> None:
    from tests.makers import device
    from tests.pages import claim

    for number in range(20):
        own.fleet.put(device(number, claims={"model": claim("model", f"M{number:02}")}))
    more = writer.page("/devices").select_one('a.more[href="/devices?all=model"]')
    assert more is not None
    assert len(writer.page(str(more["href"])).select('facet-panel[data-name="model"] a.keep')) > 20


def test_formulas_are_neutral_in_csv(reader: Reader) -> None:
    [row] = csv.DictReader(io.StringIO(reader.get(f"/devices.csv?q={STRANGER}").text))
    assert row["os"] == "'" + FORMULA
    assert "attachment" in reader.get("/devices.csv").headers["content-disposition"]


def test_news_come_when_the_list_grew(reader: Reader, site: Site) -> None:
    total = len(site.fleet)
    assert reader.page(f"/devices/news?seen={total - 2}").text.strip() == "2 new: show them"
    for seen in (str(total), "x", ""):
        assert reader.page(f"/devices/news?seen={seen}").text.strip() == ""


def test_several_devices_at_once(writer: Reader) -> None:
    form = {"verb": "claim", "attribute": "ward", "value": "Bloc 2", "reason": "walked by", "device": [PUMP, STRANGER]}
    answer = writer.post("/devices/decisions", data=form | {"back": "/devices?ward=Bloc+2"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/devices?ward=Bloc+2")
    assert writer.post("/devices/decisions", data=form | {"device": []}).status_code == 422
    assert writer.post("/devices/decisions", data=form | {"reason": ""}).status_code == 422


def test_the_page_shows_every_facet(reader: Reader) -> None:
    assert [str(panel["data-name"]) for panel in reader.page("/devices").select("facet-panel")] == list(FACETS)
