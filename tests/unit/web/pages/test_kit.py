"""The ward's sheet: its devices, whom it calls, its procedures; nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from garde.report.directory import parse
from garde.web.site import Site
from tests.pages import Reader, claim, hospital, stranger

DIRECTORY = parse(
    """
[[contact]]
name = { fr = "Astreinte biomédicale", en = "Biomedical engineer on call" }
phone = "4 21 00"
[[fallback]]
title = { fr = "Plus de perfusion", en = "Infusion is gone" }
kinds = ["INF_SYR"]
steps = [{ fr = "Compter les gouttes.", en = "Count the drops." }]
""",
    "directory.toml",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with hospital(tmp_path) as found:
        yield found


@pytest.mark.parametrize(("language", "step"), [("fr", "Compter les gouttes."), ("en", "Count the drops.")])
def test_a_sheet_says_whom_to_call_and_what_to_do(site: Site, language: str, step: str) -> None:
    site.directory = DIRECTORY
    page = Reader(site, language).page("/ward/R%C3%A9a%20A/kit")
    text = page.get_text()
    assert "4 21 00" in text and step in text and "10.6.6.7" in text
    assert page.select_one("ol li") is not None and len(page.select("th[scope=col]")) > 10


def test_nothing_written_is_said(site: Site) -> None:
    text = Reader(site).page("/ward/R%C3%A9a%20A/kit").get_text()
    assert "has not written down whom to call" in text and "has not written down any procedure" in text


def test_a_ward_that_has_no_device_has_no_sheet(site: Site) -> None:
    Reader(site).page("/ward/Nowhere/kit", status=404)


def test_hostile_words_stay_words(site: Site) -> None:
    one = stranger()
    site.fleet.put(msgspec.structs.replace(one, claims=one.claims | {"ward": claim("ward", "Réa A")}))
    answer = Reader(site).get("/ward/R%C3%A9a%20A/kit")
    assert answer.status_code == 200 and "10.6.6.6" in answer.text
    assert "<script>alert" not in answer.text and "\u202e" not in answer.text


def test_the_ward_leads_to_its_sheet_and_the_sheet_to_the_report(site: Site) -> None:
    reader = Reader(site)
    page = reader.page("/ward/R%C3%A9a%20A")
    link = page.select_one('a[href$="/kit"]')
    assert link is not None
    sheet = reader.page(str(link["href"]))
    form = sheet.select_one('form[action="/reports"]')
    assert form is not None
    data = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    assert reader.post("/reports", data=data).status_code == 303
