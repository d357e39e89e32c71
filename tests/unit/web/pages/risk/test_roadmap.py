"""The roadmap: a plan by its address, wishes, and limits that make no sense."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from garde.errors import Malformed
from garde.risk.package import Limits
from garde.web.pages.risk.roadmap import COLUMNS, Plans, RoadmapPage, hours_of, title_of
from garde.web.pages.risk.view import mark
from garde.web.site import Site
from tests.pages import HOSTILE, PUMP, Reader, documented

WORK = "segmentation: Réa A"


def names(page: BeautifulSoup, section: int) -> list[str]:
    found = page.find(id=f"rows-{section}")
    return [row.find("th").text for row in found.find_parent("section").select("tbody tr")] if found else []  # type: ignore[union-attr]


def test_the_record_is_documented() -> None:
    assert documented(RoadmapPage)


def test_a_plan_names_its_work_devices_and_price(reader: Reader) -> None:
    page = reader.page("/risk/roadmap?budget=50000&hours=200,200")
    assert any("Zone of its own with an allow-list — Réa A" in name for name in names(page, 1))
    link = page.find("a", href="/risk/devices?package=segmentation%3A+R%C3%A9a+A")
    assert link is not None
    rows = reader.get("/risk/devices.json?package=segmentation%3A+R%C3%A9a+A").json()
    assert [row["device"] for row in rows] == [PUMP]
    record = reader.get("/risk/roadmap.json?budget=50000&hours=200,200").json()
    assert record["residual"] <= record["greedy"]["residual"] < record["today"]
    assert reader.get("/risk/roadmap.csv").text.splitlines()[0] == ",".join(COLUMNS)


def test_wishes_are_kept(reader: Reader) -> None:
    plan = reader.get("/risk/roadmap.json", params={"budget": "50000", "leave": WORK}).json()
    assert WORK not in [step["name"] for step in plan["packages"]]
    page = reader.page("/risk/roadmap?budget=6100&hours=400&want=segmentation: R%C3%A9a A")
    assert len(names(page, 1)) == 1 and page.select("input[name=want][checked]")[0]["value"] == WORK


def test_a_name_of_a_stranger_comes_back_by_its_mark(reader: Reader) -> None:
    name = f"segmentation: {HOSTILE}"
    assert mark(name).startswith("~")
    plan = reader.get("/risk/roadmap.json", params={"budget": "50000", "leave": mark(name)}).json()
    assert name not in [step["name"] for step in plan["packages"]] and plan["packages"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("budget=-1", "plan.budget"), ("budget=much", "plan.budget"), ("hours=", "plan.hours"),
     ("hours=1,x", "plan.hours"), ("budget=0&hours=1&want=segmentation: R%C3%A9a A", "roadmap.impossible")],
)  # fmt: skip
def test_limits_that_are_none_keep_the_form(reader: Reader, query: str, code: str) -> None:
    answer = reader.get(f"/risk/roadmap?{query}")
    assert answer.status_code in (403, 422) and code in answer.text
    assert BeautifulSoup(answer.text, "html.parser").select_one("input[name=budget]") is not None


@pytest.mark.parametrize("text", ["", ",", "1,,2", "-1", "9" * 9, ",".join("1" * 13), "١"])
def test_hours_that_are_none(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        hours_of(text)
    assert caught.value.code == "plan.hours"


def test_a_plan_is_made_once(site: Site) -> None:
    plans, works = Plans(), site.risk.works()
    limits = Limits(budget=9000, hours=(90,))
    assert plans.plan(works, limits) is plans.plan(works, limits)
    assert title_of(works.work(WORK), "fr") == ("Zone dédiée avec liste de flux autorisés", "Réa A")


def test_without_work_it_says_so(bare: TestClient) -> None:
    assert "No work is known" in bare.get("/risk/roadmap", headers={"accept-language": "en"}).text
