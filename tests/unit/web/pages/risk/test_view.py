"""What a person may see of the risk, and how a list of it is addressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.person import Grant
from garde.model.risk.matrix import Placed
from garde.model.risk.scoring import Scoring
from garde.risk.grid import packaged
from garde.web.pages.risk.view import Filter, filter_of, mark, meant, number, severity_of
from garde.web.site import Site
from tests.pages import PUMP, STRANGER, Reader, hospital

LEVELS = st.sampled_from(["criticality", "vulnerability", "risk"])
WORDS = st.sampled_from(["site", "ward", "kind", "model", "status"])
ROW = Placed(device="d-1", ward="Réa A", kind="CT", criticality=4, vulnerability=2, risk=3, known=False)


@given(
    st.dictionaries(LEVELS, st.integers(0, 9), max_size=3), st.dictionaries(WORDS, st.text(max_size=20)), st.booleans()
)
def test_an_address_gives_its_filter_again(cells: dict[str, int], words: dict[str, str], unknown: bool) -> None:
    one = Filter(tuple(cells.items()), tuple(words.items()), unknown)
    query = dict(parse_qsl(urlsplit(one.address("/risk/devices")).query, keep_blank_values=True))
    again = filter_of(query)
    assert (dict(again.cells), dict(again.words), again.unknown) == (cells, words, unknown)


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=300)))
def test_any_address_is_a_filter(values: dict[str, str]) -> None:
    assert isinstance(filter_of(values).keeps(ROW), bool)


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({}, True), ({"criticality": "4"}, True), ({"criticality": "3"}, False), ({"criticality": "x"}, True),
        ({"ward": "Réa A", "kind": "CT"}, True), ({"ward": ""}, False), ({"model": ""}, True), ({"unknown": "1"}, True),
    ],
)  # fmt: skip
def test_a_filter_keeps(values: dict[str, str], kept: bool) -> None:
    assert filter_of(values).keeps(ROW) is kept


def test_a_condition_is_removed_alone() -> None:
    one = Filter((("risk", 3), ("criticality", 4)), (("ward", ""),), unknown=True)
    assert one.without("risk") == Filter((("criticality", 4),), (("ward", ""),), unknown=True)
    assert one.without("ward").without("unknown") == Filter(one.cells)


@given(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=3))
def test_a_mark_means_its_word_and_shows_nothing_hidden(word: str, others: list[str]) -> None:
    assert meant([*others, word], mark(word)) == word or word.startswith("~")
    assert not any(char in mark(word) for char in "\u202e\u2066\n")


def test_the_highest_risk_of_any_grid_is_critical() -> None:
    grid = packaged()["CRIT-DMC 1"]
    assert [severity_of(grid, risk) for risk in (4, 3, 2, 1)] == ["critical", "high", "medium", "low"]
    assert severity_of(packaged()["PIEU profile 1"], 4) == "critical"


def test_numbers_of_an_address() -> None:
    assert [number(text, 1, 9, 5) for text in ("3", "0", "99", "x", "", "٣", "9" * 20)] == [3, 1, 9, 5, 5, 5, 5]


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[tuple[Site, Reader]]:
    """A biomedical engineer of Réa A, in a hospital where people sign in."""
    with hospital(tmp_path, demonstration=False) as site:
        grants = (Grant("biomedical", ward="Réa A"),)
        person = site.register.add("test", site.now(), login="rea", name="Réa", grants=grants)
        reader = Reader(site)
        assert site.door is not None
        reader.cookies["garde"] = site.door.open(person, "password", origin="t", agent="", now=site.now())
        yield site, reader


def test_who_sees_a_ward_sees_its_rows_and_counts_alone(limited: tuple[Site, Reader]) -> None:
    site, reader = limited
    assert reader.get("/risk.json").json()["devices"] == 1 < len(site.risk.judged())
    assert [row["device"] for row in reader.get("/risk/devices.json").json()] == [PUMP]
    assert reader.get(f"/devices/{STRANGER}/risk").status_code == 404
    for path in ("/risk?by=ward", "/risk/devices", "/risk/models", "/risk/forms", "/risk/scoring", "/risk/advisories"):
        page = reader.get(path)
        assert page.status_code == 200
        assert STRANGER not in page.text and "alert(1)" not in page.text, path


def test_what_is_about_the_whole_hospital_is_not_done_from_a_ward(limited: tuple[Site, Reader]) -> None:
    site, reader = limited
    frozen = site.risk.freeze("k.morel", site.now())
    where = f"/risk/matrices/{frozen.id}"
    assert len(reader.get(f"{where}.json").json()["rows"]) == 1
    said = {"role": "biomedical", "agrees": "yes"}
    for path in ("/risk/freeze", "/risk/names", f"{where}/approvals"):
        answer = reader.post(path, data=said | {"said": "x", "maker": "y"}, headers={"sec-fetch-site": "same-origin"})
        assert (answer.status_code, "risk.whole" in answer.text) == (403, True), path
    assert reader.get("/risk/roadmap").status_code == 403
    assert reader.get("/risk/roadmap.json").json()["code"] == "risk.whole"
    assert site.risk.standing(frozen.id).approvals == ()
    page = reader.page("/risk")
    assert (
        page.select_one("form[action='/risk/freeze']") is None and page.select_one("[hx-get='/risk/roadmap']") is None
    )


def test_a_ward_scores_its_own_and_no_more(limited: tuple[Site, Reader]) -> None:
    site, reader = limited
    words = {"role": "biomedical", "C1": "1", "step": "say"}
    same = {"sec-fetch-site": "same-origin"}
    beyond = reader.post("/risk/scoring?kind=INF_SYR", data=words, headers=same)
    assert (beyond.status_code, "scoring.role" in beyond.text) == (403, True)
    assert "scoring.device" in reader.post(f"/risk/scoring?device={STRANGER}", data=words, headers=same).text
    assert reader.post("/risk/scoring?ward=R%C3%A9a+A", data=words, headers=same).status_code == 303
    (one,) = site.store.all(Scoring)
    assert (one.person, one.role, one.reach.ward) == ("rea", "biomedical", "Réa A")
