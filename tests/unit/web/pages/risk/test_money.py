"""Money: ranges made again by their seed, and what a person typed wrong."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from garde.web.pages.risk.money import EXAMPLE, MoneyPage
from tests.pages import Reader, documented


def near(value: float, expected: float) -> bool:
    return abs(value - expected) <= 0.02 * expected


def test_the_record_is_documented() -> None:
    assert documented(MoneyPage)


def test_the_worked_example_comes_out_and_again(reader: Reader) -> None:
    """Domain note 03 §7, within its two percent."""
    found: dict[str, Any] = reader.get("/risk/money.json").json()
    assert near(found["before"]["ale"], 261_963) and near(found["after"]["ale"], 29_045)
    assert near(found["rosi"][1], 1.88) and near(found["npv"][1], 656_578)
    assert found["before"]["seed"] == 42 and found == reader.get("/risk/money.json").json()
    assert found["before"]["ale"] != reader.get("/risk/money.json?seed=43").json()["before"]["ale"]


def test_the_page_shows_ranges_and_keeps_harm_apart(reader: Reader) -> None:
    page = reader.page("/risk/money?run=1")
    heads = [tag.text for tag in page.select("h2")]
    assert "Care and patients: apart, and not in euros" in heads
    harm = page.find(id="care").find_parent("section")  # type: ignore[union-attr]
    assert harm is not None and "€" not in harm.text.replace("not in euros", "")
    assert page.select_one("figure svg") is not None and "seed 42" in page.text
    assert all(cell.text.count("…") == 2 for cell in page.select("section:has(#pays) td")[::2])


def test_a_first_look_runs_nothing(reader: Reader) -> None:
    page = reader.page("/risk/money")
    assert page.find(id="loss") is None
    shown = {str(tag["name"]): tag["value"] for tag in page.select("form[action='/risk/money'] input")}
    assert shown["before.events.likely"] == EXAMPLE["before"]["events"][1] and shown["seed"] == "42"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("before.events.least=9", "money.range"),
        ("before.vulnerability.most=2", "money.chance"),
        ("before.primary.most=inf", "money.figure"),
        ("capex=-1", "money.figure"),
        ("capex=x", "money.figure"),
        ("seed=x", "money.whole"),
        ("years=0", "money.whole"),
        ("before.events.most=99999", "money.events"),
        ("capex=0&opex=0", "money.measure"),
    ],
)
def test_what_is_typed_wrong_is_named_and_kept(reader: Reader, query: str, code: str) -> None:
    answer = reader.get(f"/risk/money?run=1&{query}")
    assert answer.status_code == 422 and code in answer.text
    name, value = query.split("&", maxsplit=1)[0].split("=")
    field = BeautifulSoup(answer.text, "html.parser").select_one(f'input[name="{name}"]')
    assert field is not None and field["value"] == value
    assert reader.get(f"/risk/money.json?{query}").status_code == 422


def test_figures_may_be_written_as_in_french(reader: Reader) -> None:
    plain = reader.get("/risk/money.json?capex=180000&rate=4.5").json()
    assert reader.get("/risk/money.json", params={"capex": "180\u202f000", "rate": "4,5"}).json() == plain
