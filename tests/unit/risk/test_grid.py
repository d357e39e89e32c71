"""A grid is data: equal content is the same grid, and a mistake is named with its line."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Missing
from garde.risk.grid import load, packaged, parse

OURS = (resources.files("garde.risk.grids") / "crit-dmc-1.toml").read_text("utf-8")
CRIT = packaged()["CRIT-DMC 1"]
PIEU = packaged()["PIEU profile 1"]


def test_the_weights_and_the_matrix_are_those_of_the_method() -> None:
    assert [row.weight for row in CRIT.criteria] == [0.35, 0.20, 0.15, 0.10, 0.10, 0.10]
    table = [[CRIT.risk(criticality, vulnerability) for vulnerability in (1, 2, 3, 4)] for criticality in (4, 3, 2, 1)]
    assert table == [[2, 3, 4, 4], [1, 2, 3, 4], [1, 2, 2, 3], [1, 1, 2, 2]]
    assert [CRIT.word(level, "fr") for level in (1, 2, 3, 4)] == ["faible", "modéré", "élevé", "critique"]


@pytest.mark.parametrize(
    ("score", "level"), [(1.0, 1), (1.7499, 1), (1.75, 2), (2.4999, 2), (2.5, 3), (3.2499, 3), (3.25, 4), (4.0, 4)]
)
def test_a_level_begins_at_its_threshold(score: float, level: int) -> None:
    assert CRIT.level(score) == level


def test_a_sum_that_is_a_threshold_meets_it() -> None:
    # 0.35·1 + 0.2·3 + 0.15·2 + 0.1·(1+2+2) = 1.75, which doubles add up to a little less or more.
    assert CRIT.score({"C1": 1, "C2": 3, "C3": 2, "C4": 1, "C5": 2, "C6": 2}) == 1.75


def test_pieu_multiplies_and_ranks_without_levels() -> None:
    assert PIEU.score({"P": 1, "I": 2, "E": 3, "U": 3}) == 18
    assert (PIEU.levels, PIEU.level(18), PIEU.head.low_is_critical) == (0, 0, True)
    with pytest.raises(Missing):
        PIEU.risk(1, 1)
    assert PIEU.word(3, "fr") == "3"


def test_low_may_be_critical_with_thresholds() -> None:
    text = (resources.files("garde.risk.grids") / "pieu.toml").read_text("utf-8")
    own = parse(text.replace("least = 0", "least = 0\nthresholds = [9, 27]"), "site.toml")
    assert [own.level(score) for score in (0, 8, 9, 26, 27, 81)] == [3, 3, 2, 2, 1, 1]


def test_the_digest_is_of_the_content_and_not_of_the_layout(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("# our committee\n\n" + OURS.replace("weight = 0.20", "weight    = 0.2"), "utf-8")
    assert load(str(path)).digest == CRIT.digest
    assert parse(OURS.replace("1.75", "1.80"), "site.toml").digest != CRIT.digest


def test_another_file_changes_levels_without_code() -> None:
    own = parse(OURS.replace("[1.75, 2.5, 3.25]", "[1.2, 1.4, 1.6]"), "site.toml")
    assert (CRIT.level(1.65), own.level(1.65)) == (1, 4)


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "hint"),
    [
        ("weight = 0.35", "wieght = 0.35", "grid.field", 'wieght = 0.35', "Did you mean weight?"),
        ("weight = 0.35", "weight = 0.45", "grid.weights", "weight = 0.45", ""),
        ("weight = 0.35", "weight = -0.35", "grid.weight", "weight = -0.35", ""),
        ('need = "integrity"', 'need = "integrty"', "grid.need", 'need = "integrty"', "Did you mean integrity?"),
        ("[1.75, 2.5, 3.25]", "[2.5, 1.75, 3.25]", "grid.thresholds", "thresholds = [2.5, 1.75, 3.25]", ""),
        ("[1.75, 2.5, 3.25]", "[1.75, nan, 3.25]", "grid.thresholds", "thresholds = [1.75, nan, 3.25]", ""),
        ("unknown = 3\n", "unknown = 5\n", "grid.range", "unknown = 5", ""),
        ("least = 1\n", "least = 4\n", "grid.range", "least = 4", ""),
        ("unknown_vulnerability = 3", "unknown_vulnerability = 0", "grid.range", "unknown_vulnerability = 0", ""),
        ('name = "C2"', 'name = "C1"', "grid.twice", 'name = "C1"', ""),
        ('["0", "1 to 5", "6 to 30", "more than 30"]', '["0"]', "grid.levels", 'levels_en = ["0"]', ""),
        ("bands = [1, 6, 31]", "bands = [1, 31, 6]", "grid.bands", "bands = [1, 31, 6]", ""),
        ("{ C1 = 4, C3 = 3 }", "{ C1 = 4, D3 = 3 }", "grid.floor", "at_least = { C1 = 4, D3 = 3 }", "Known: C1, C2"),
        ("level = 3\nat_least", "level = 5\nat_least", "grid.floor", "level = 5", ""),
        ("life_sustaining = true", "", "grid.floor", "[[floor]]", ""),
        ("risk = [2, 3, 4, 4]", "risk = [2, 3, 4]", "grid.row", "risk = [2, 3, 4]", ""),
        ("risk = [2, 3, 4, 4]", "risk = [1, 1, 1, 1]", "grid.row", "risk = [1, 1, 1, 1]", ""),
        ("[[row]]\ncriticality = 1\nrisk = [1, 1, 2, 2]", "", "grid.row", "[[row]]", ""),
        ("criticality = 1\n", "criticality = 2\n", "grid.row", "criticality = 2", ""),
        ("least = 1", 'least = "one"', "grid.value", 'least = "one"', ""),
        ("[[floor]]", "[[flor]]", "grid.table", "[[flor]]", ""),
        ("[[grid]]", "[[grid]]\n[[grid]]", "grid.value", "[[grid]]", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old: str, new: str, code: str, line: str, hint: str) -> None:
    assert old in OURS
    text = OURS.replace(old, new)
    with pytest.raises(Malformed) as caught:
        parse(text, "site.toml")
    assert caught.value.code == code
    file, _, number = caught.value.where.partition(", line ")
    assert (file, text.splitlines()[int(number) - 1].strip()) == ("site.toml", line)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "grid.head"),
        ("[[grid", "grid.toml"),
        (OURS[: OURS.index("[[criterion]]")], "grid.empty"),
        (OURS.replace("[[criterion]]", "[[grid]]\n[[criterion]]", 1), "grid.value"),
    ],
)
def test_what_is_no_grid_is_malformed(text: str, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text, "site.toml")
    assert caught.value.code == code


@given(st.text(max_size=60), st.integers(0, len(OURS)), st.integers(0, 40))
def test_any_text_is_a_grid_or_malformed(words: str, at: int, gone: int) -> None:
    try:
        grid = parse(OURS[:at] + words + OURS[at + gone :], "site.toml")
    except Malformed as error:
        assert error.code.startswith("grid.")
        assert error.where.startswith("site.toml")
    else:
        assert grid.digest


@given(st.lists(st.integers(1, 4), min_size=6, max_size=6), st.integers(0, 5))
def test_more_of_a_criterion_is_never_a_lower_level(values: list[int], which: int) -> None:
    low = dict(zip([row.name for row in CRIT.criteria], values, strict=True))
    name = CRIT.criteria[which].name
    high = {**low, name: min(4, low[name] + 1)}
    assert CRIT.level(CRIT.score(low)) <= CRIT.level(CRIT.score(high))


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        load(str(tmp_path / "none.toml"))
