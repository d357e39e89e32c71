"""What lies between each row and each column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.ink import SEVERITIES
from garde.web.charts.matrix import MOST_LINES, Cell, Matrix, matrix
from tests.charts import COUNTS, EN, NO_COUNTS, WORDS, cells, sound

ROWS, COLUMNS = ("Réa", "Lab"), ("EHR", "Internet")


def test_the_table_is_the_matrix() -> None:
    data = Matrix("t", ROWS, COLUMNS, (Cell(0, 0, 3), Cell(1, 1, 2000, "high", "/devices")), corner="from, to")
    page = sound(matrix(data, EN))
    assert cells(page) == [["from, to", "EHR", "Internet"], ["Réa", "3", "–"], ["Lab", "–", "2,000 high"]]
    assert page.select_one("td a")["href"] == page.select_one("svg a")["href"] == "/devices"


def test_a_thing_and_itself_is_a_dot() -> None:
    for same, outline in ((True, "h2M"), (False, "h8M")):
        blanks = matrix(Matrix("t", ROWS, ROWS, (), same=same), EN).marks[-1]
        assert (blanks.ink, outline in blanks.at) == ("line run", True)


def test_long_heads_are_turned() -> None:
    assert "rotate(-90)" not in matrix(Matrix("t", ROWS, COLUMNS, ()), EN).svg
    assert matrix(Matrix("t", ROWS, ("Internet", "Réanimation"), ()), EN).svg.count("rotate(-90)") == 2


def test_a_large_number_widens_the_cells() -> None:
    small, large = (matrix(Matrix("t", ROWS, COLUMNS, (Cell(0, 0, n, "high"),)), EN) for n in (1, 99_999))
    assert large.width > small.width


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        ((), "Cells that hold something: 0 of 4."),
        ((Cell(0, 0, 0), Cell(0, 1, 5, "ok")), "Cells that hold something: 1 of 4."),
        (
            (Cell(0, 0, 9, "high"), Cell(0, 1, 1, "critical"), Cell(1, 0, 2, "critical")),
            "Cells that hold something: 3 of 4; gravest: Lab, EHR (critical, 2).",
        ),
        (
            (Cell(0, 0, None, "high"), Cell(0, 1, 1, "unknown")),
            "Cells that hold something: 2 of 4; gravest: Réa, EHR (high, unknown).",
        ),
    ],
)
def test_the_conclusion(held: tuple[Cell, ...], sentence: str) -> None:
    assert matrix(Matrix("t", ROWS, COLUMNS, held), EN).sentence == sentence


@pytest.mark.parametrize("data", [Matrix("t", (), COLUMNS, ()), Matrix("t", ROWS, (), ())])
def test_nothing_to_show(data: Matrix) -> None:
    assert matrix(data, EN).sentence == "Nothing to show."


@pytest.mark.parametrize(
    "held",
    [
        (Cell(2, 0, 1),), (Cell(0, 2, 1),), (Cell(-1, 0, 1),), (Cell(0, 0, 1), Cell(0, 0, 2)),
        (Cell(0, 0, 1, "dire"),), *((Cell(0, 0, value),) for value in NO_COUNTS),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(held: tuple[Cell, ...]) -> None:
    with pytest.raises(Malformed):
        matrix(Matrix("t", ROWS, COLUMNS, held), EN)


def test_too_many_rows_are_refused_and_the_most_are_light() -> None:
    names = tuple(f"zone {number}" for number in range(MOST_LINES))
    chart = matrix(Matrix("t", names, names, tuple(Cell(n, n, 1) for n in range(MOST_LINES))), EN)
    assert len(chart.svg) < 80_000
    with pytest.raises(Refused):
        matrix(Matrix("t", (*names, "one more"), names, ()), EN)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), COUNTS, st.sampled_from(SEVERITIES)), max_size=4,
             unique_by=lambda one: one[:2]),
    WORDS,
)  # fmt: skip
def test_any_numbers_and_words(held: list[tuple[int, int, float | None, str]], words: str) -> None:
    chart = matrix(Matrix(words, (words, "a"), ("b", words), tuple(Cell(*one) for one in held), words), EN)
    table = cells(sound(chart))
    assert sum(cell == "–" for row in table[1:] for cell in row[1:]) == 4 - len(held)
