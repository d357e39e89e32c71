"""The matrix: its cells, its signatures, its heat and what changed."""

from __future__ import annotations

from importlib import resources

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Conflict, Malformed, Refused
from garde.model.risk.matrix import Approval, Matrix, Placed
from garde.risk.criticality import Scorer, Subject
from garde.risk.grid import Grid, packaged, parse
from garde.risk.matrix import cells, compare, driving, heat, level, place, priority, snapshot, standing

GRID = packaged()["CRIT-DMC 1"]
QUORUM = ("biomedical", "clinical", "rssi")


def placed(name: str, kind_level: int, points: float | None, ward: str = "") -> Placed:
    subject = Subject(id=name, kind="K", kind_level=kind_level, ward=ward)
    return place(GRID, subject, Scorer(GRID, ()).score(subject), points, site="Nord")


MATRIX = snapshot(GRID, 5, [placed("d-1", 4, 42.5, "Réa"), placed("d-2", 3, 79.6, "Imagerie"), placed("d-3", 2, 13.4)])


def word(person: str, role: str, at: int = 0, *, agrees: bool = True, matrix: Matrix = MATRIX) -> Approval:
    return Approval(
        id=f"{person}{role}{at}", at=at, about=matrix.id, person=person, name=person.title(), role=role, agrees=agrees
    )


ALL = [word("a", "biomedical"), word("b", "clinical"), word("c", "rssi")]


@pytest.mark.parametrize(
    ("points", "criticality", "vulnerability", "risk"),
    [(42.5, 4, 2, 3), (79.6, 3, 4, 4), (13.4, 2, 1, 1), (48.9, 3, 2, 2)],
)
def test_the_worked_fleet(points: float, criticality: int, vulnerability: int, risk: int) -> None:
    row = placed("d", criticality, points)
    assert (row.criticality, row.vulnerability, row.risk, row.known) == (criticality, vulnerability, risk, True)


def test_a_level_begins_at_its_score() -> None:
    assert [level(points) for points in (0, 24.99, 25, 49.99, 50, 74.99, 75, 100)] == [1, 1, 2, 2, 3, 3, 4, 4]


def test_an_unknown_vulnerability_is_a_penalty_and_shown() -> None:
    row = placed("d", 4, None)
    assert (row.vulnerability, row.risk, row.known, row.points) == (3, 4, False, None)


def test_a_criticality_of_another_grid_is_a_conflict() -> None:
    subject = Subject(id="d")
    with pytest.raises(Conflict):
        place(GRID, subject, Scorer(packaged()["PIEU profile 1"], ()).score(subject), 1.0)


def test_the_order_of_a_sum_makes_no_other_level() -> None:
    less = 74.99999999999999
    assert level(less) == 3
    row = placed("d", 4, less)
    assert (row.points, row.vulnerability) == (75.0, 4)
    for points in (-0.1, 100.1, float("nan")):
        with pytest.raises(Malformed):
            placed("d", 4, points)


def test_priority() -> None:
    assert priority(3, 42.5, fleet=120) == 363.3
    assert priority(4, 79.6, active_threat=True) == 494.6
    assert priority(1, 0.0, fleet=0) == 100


def test_an_unsigned_matrix_drives_nothing() -> None:
    with pytest.raises(Refused, match="biomedical, clinical, rssi"):
        driving(MATRIX, (), QUORUM)
    with pytest.raises(Refused, match="as clinical"):
        driving(MATRIX, [ALL[0], ALL[2]], QUORUM)
    with pytest.raises(Refused):
        driving(MATRIX, ALL, ())
    assert driving(MATRIX, ALL, QUORUM) is MATRIX


def test_what_was_signed_is_that_matrix_and_no_other() -> None:
    other = snapshot(GRID, 5, [*MATRIX.rows, placed("d-4", 1, 1.0)])
    with pytest.raises(Refused) as unsigned:
        driving(other, ALL, QUORUM)
    assert unsigned.value.code == "matrix.unsigned"
    changed = msgspec.structs.replace(MATRIX, rows=MATRIX.rows[:1])
    with pytest.raises(Refused) as caught:
        driving(changed, ALL, QUORUM)
    assert caught.value.code == "matrix.changed"


def test_an_approval_may_be_taken_back_and_given_again() -> None:
    back = [*ALL, word("b", "clinical", 1, agrees=False)]
    said = standing(MATRIX.id, back, QUORUM)
    assert (said.missing, said.signed) == (("clinical",), False)
    assert driving(MATRIX, [*back, word("b", "clinical", 2)], QUORUM) is MATRIX
    with pytest.raises(Refused) as caught:
        driving(MATRIX, [*ALL, word("d", "clinical", 1, agrees=False)], QUORUM)
    assert caught.value.code == "matrix.refused"


def test_one_person_does_not_sign_for_two_roles() -> None:
    alone = [word("a", role) for role in QUORUM]
    assert len(standing(MATRIX.id, alone, QUORUM).missing) == 2
    # a may sign as any of two, b only as biomedical: both roles have a person of their own.
    shared = [word("a", "biomedical"), word("a", "rssi"), word("b", "biomedical"), word("c", "clinical")]
    assert standing(MATRIX.id, shared, QUORUM).signed


def test_heat_counts_by_word_the_hottest_first() -> None:
    found = heat(MATRIX, "ward")
    assert list(found) == ["Imagerie", "Réa", ""]
    assert found["Imagerie"].counts == {4: 1}
    assert heat(MATRIX, "site")["Nord"].counts == {1: 1, 3: 1, 4: 1}
    assert heat(snapshot(GRID, 0, [placed("d", 4, None)]), "kind")["K"].unknown == 1
    with pytest.raises(ValueError, match="colour"):
        heat(MATRIX, "colour")


def test_two_dates_are_compared() -> None:
    later = snapshot(GRID, 9, [placed("d-1", 4, 80.0), placed("d-2", 3, 48.9), placed("d-4", 2, 30.0)])
    found = compare(MATRIX, later)
    assert (found.entered, found.left, found.grid_changed) == (("d-4",), ("d-3",), False)
    assert (found.risen, found.fallen) == ((("d-1", 3, 4),), (("d-2", 4, 2),))
    assert found.cells == {(2, 1): -1, (2, 2): 1, (3, 2): 1, (3, 4): -1, (4, 2): -1, (4, 4): 1}
    moved = compare(snapshot(GRID, 0, [placed("d", 2, 30.0)]), snapshot(GRID, 0, [placed("d", 2, 60.0)]))
    assert (moved.moved, moved.risen, moved.fallen) == ((("d", (2, 2), (2, 3)),), (), ())


FLEET = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.integers(1, 4), st.none() | st.floats(0, 100)))


@given(FLEET, FLEET)
def test_a_comparison_accounts_for_every_device(
    one: dict[str, tuple[int, float]], two: dict[str, tuple[int, float]]
) -> None:
    before, after = (snapshot(GRID, 0, [placed(name, *facts) for name, facts in fleet.items()]) for fleet in (one, two))
    found = compare(before, after)
    assert sum(found.cells.values()) == len(after.rows) - len(before.rows) == len(found.entered) - len(found.left)
    assert compare(before, before).cells == {}
    assert sum(cells(after).values()) == len(after.rows)
    back = compare(after, before)
    assert set(back.fallen) == {(name, high, low) for name, low, high in found.risen}


@given(st.integers(1, 4), st.floats(0, 100), st.floats(0, 100))
def test_more_vulnerable_is_never_less_risk(criticality: int, one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert placed("d", criticality, low).risk <= placed("d", criticality, high).risk
    assert placed("d", criticality, high).risk <= placed("d", min(4, criticality + 1), high).risk


def test_an_old_grid_gives_its_old_matrix_and_another_one_a_difference() -> None:
    text = (resources.files("garde.risk.grids") / "crit-dmc-1.toml").read_text("utf-8")
    old, new = parse(text, "old.toml"), parse(text.replace("risk = [1, 2, 3, 4]", "risk = [2, 2, 3, 4]"), "new.toml")
    subjects = [Subject(id=f"d-{n}", kind="K", kind_level=n % 4 + 1) for n in range(8)]

    def under(grid: Grid) -> Matrix:
        scorer = Scorer(grid, ())
        return snapshot(grid, 0, [place(grid, one, scorer.score(one), 10.0) for one in subjects])

    assert under(old).id == under(GRID).id
    found = compare(under(old), under(new))
    assert found.grid_changed
    assert found.risen == (("d-2", 1, 2), ("d-6", 1, 2))
