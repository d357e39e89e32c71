"""What a person may see of the risk, and how a list of it is addressed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.risk.matrix import Placed
from garde.risk.grid import packaged
from garde.web.pages.risk.view import Filter, filter_of, mark, meant, number, severity_of

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
