"""Names: a likeness waits for a person, whose word makes weaknesses meet devices."""

from __future__ import annotations

import pytest

from garde.model.risk.naming import Naming
from garde.web.pages.risk.names import COLUMNS, NamesPage
from garde.web.site import Site
from tests import feeds
from tests.pages import PUMP, Reader, documented
from tests.unit.web.pages.risk.conftest import known_as

SAID = "Fresenius Cabi"


def test_the_record_is_documented() -> None:
    assert documented(NamesPage)


def test_a_likeness_matches_nothing_until_somebody_accepts_it(told: Site, writer: Reader) -> None:
    known_as(told, manufacturer=SAID)
    where = f"/risk/advisories/{feeds.CVE}.json"
    assert writer.get(where).json()["devices"] == []
    page = writer.page("/risk/names")
    form = page.select_one("section:has(#waiting) form")
    assert form is not None
    words = {tag["name"]: tag["value"] for tag in form.select("input[type=hidden]")}
    assert words == {"said": SAID, "maker": "Fresenius Kabi"}
    assert writer.post("/risk/names", data=words | {"agrees": "yes", "person": "k.morel"}).status_code == 303
    assert [one["device"] for one in writer.get(where).json()["devices"]] == [PUMP]
    rows = writer.get("/risk/names.csv").text.splitlines()
    assert rows[0] == ",".join(COLUMNS) and any(SAID in row and "k.morel" in row for row in rows)
    assert writer.page("/risk/names").select_one("section:has(#waiting) form") is None


def test_a_refusal_ends_the_likeness(told: Site, writer: Reader) -> None:
    known_as(told, manufacturer=SAID)
    words = {"said": SAID, "maker": "Fresenius Kabi", "agrees": "no", "person": "k.morel"}
    assert writer.post("/risk/names", data=words).status_code == 303
    page = writer.page("/risk/names")
    assert page.select_one("section:has(#waiting) form") is None and "Said to be two: 1" in page.text
    assert [one.agrees for one in told.store.all(Naming)] == [False]


@pytest.mark.parametrize(
    "words", [{}, {"said": "x", "agrees": "yes"}, {"maker": "x", "agrees": "yes"}, {"said": "x", "maker": "y"}]
)
def test_a_word_that_says_nothing_is_refused(own: Site, writer: Reader, words: dict[str, str]) -> None:
    answer = writer.post("/risk/names", data=words)
    assert answer.status_code == 422 and list(own.store.all(Naming)) == []
