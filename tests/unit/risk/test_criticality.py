"""Criticality: floors, quorum, disputes, defaults, and an unknown that costs."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Conflict, Malformed
from garde.model.risk.scoring import Reach, Scoring
from garde.risk.criticality import Scorer, Subject, checked, needs, preview
from garde.risk.grid import packaged

GRID = packaged()["CRIT-DMC 1"]
NAMES = [row.name for row in GRID.criteria]
ROLES = ("biomedical", "clinical", "rssi")
ALL = Reach()


def said(criterion: str, value: int | None, role: str = "biomedical", reach: Reach = ALL, at: int = 0) -> Scoring:
    name = f"{criterion}{value}{role}{reach}{at}"
    return Scoring(
        id=name, at=at, grid=GRID.name, criterion=criterion, value=value, person=role, role=role, reach=reach
    )


def sheet(values: list[int], roles: tuple[str, ...] = ROLES) -> list[Scoring]:
    return [said(name, value, role) for role in roles for name, value in zip(NAMES, values, strict=True)]


BED = Subject(id="d-1", kind="MON_SPOT", model="VS9", ward="Réa A", kind_level=2)


@pytest.mark.parametrize(
    ("values", "life", "score", "level", "floors"),
    [
        ([1, 1, 1, 1, 1, 1], False, 1.0, 1, ()),
        ([4, 4, 4, 4, 4, 4], False, 4.0, 4, ("lethal without substitute", "lethal")),
        # C1 = 4 alone lifts to 3, with no substitute to 4; life support lifts anything to 4.
        ([4, 1, 1, 1, 1, 1], False, 2.05, 3, ("lethal",)),
        ([4, 1, 2, 1, 1, 1], False, 2.2, 3, ("lethal",)),
        ([4, 1, 3, 1, 1, 1], False, 2.35, 4, ("lethal without substitute", "lethal")),
        ([1, 1, 1, 1, 1, 1], True, 1.0, 4, ("life support",)),
        ([3, 2, 2, 3, 3, 1], False, 2.45, 2, ()),
        ([3, 3, 2, 2, 3, 1], False, 2.55, 3, ()),
    ],
)  # fmt: skip
def test_score_and_floors(values: list[int], life: bool, score: float, level: int, floors: tuple[str, ...]) -> None:
    one = Scorer(GRID, sheet(values)).score(msgspec.structs.replace(BED, life_sustaining=life))
    assert (one.score, one.level, one.floors) == (score, level, floors)
    assert (one.status, one.missing, one.unknown) == ("agreed", (), ())
    assert sum(term.points for term in one.terms) == pytest.approx(one.score)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_kind_alone_gives_the_level_of_its_catalogue(level: int) -> None:
    one = Scorer(GRID, ()).score(msgspec.structs.replace(BED, kind_level=level))
    assert (one.level, one.status, one.missing) == (level, "default", ROLES)
    assert {term.because for term in one.terms} == {("kind: MON_SPOT",)}


def test_what_is_unknown_costs_and_is_named() -> None:
    one = Scorer(GRID, ()).score(Subject(id="d-2"))
    assert one.unknown == tuple(NAMES)
    assert (one.level, one.lowest, one.highest) == (3, 1, 4)
    assert all(term.points > 0 for term in one.terms)


def test_a_quorum_needs_each_role_for_each_criterion() -> None:
    one = Scorer(GRID, sheet([2] * 6, ("biomedical", "rssi"))).score(BED)
    assert (one.status, one.missing) == ("proposed", ("clinical",))
    partly = [*sheet([2] * 6, ("biomedical", "rssi")), said("C1", 2, "clinical")]
    assert Scorer(GRID, partly).score(BED).missing == ("clinical",)


def test_roles_that_differ_are_a_dispute_and_the_more_critical_value_counts() -> None:
    one = Scorer(GRID, [*sheet([2] * 6), said("C3", 4, "clinical", at=5)]).score(BED)
    assert one.status == "disputed"
    assert [(term.term, term.value) for term in one.terms if term.disputed] == [("C3", 4)]
    settled = Scorer(
        GRID, [*sheet([2] * 6), said("C3", 4, "clinical", at=5), *(said("C3", 3, role, at=9) for role in ROLES)]
    )
    assert settled.score(BED).status == "agreed"


def test_a_value_may_be_contested_without_another() -> None:
    alone = Scorer(GRID, [said("C1", None)]).score(BED)
    assert (alone.status, alone.terms[0].value, alone.terms[0].basis) == ("disputed", 2, "kind")
    assert said("C1", None).id in alone.terms[0].because
    against = Scorer(GRID, [*sheet([3] * 6), said("C1", None, "rssi", at=2)]).score(BED)
    assert (against.status, against.terms[0].value) == ("disputed", 3)


def test_the_narrower_word_of_a_role_goes_before_its_later_one() -> None:
    words = [
        said("C1", 1, reach=Reach(device="d-1", ward="elsewhere"), at=1),
        said("C1", 3, reach=Reach(model="VS9", ward="Réa A"), at=2),
        said("C1", 4, reach=Reach(kind="MON_SPOT"), at=3),
        said("C1", 2, at=4),
    ]
    for gone, value in enumerate((1, 3, 4, 2)):
        assert Scorer(GRID, words[gone:]).score(BED).terms[0].value == value
    assert Scorer(GRID, words).score(msgspec.structs.replace(BED, id="d-9", ward="Bloc")).terms[0].value == 4


def test_dependents_are_counted_from_conversations_and_a_person_outranks_them() -> None:
    for count, value in ((0, 1), (1, 2), (5, 2), (6, 3), (30, 3), (31, 4)):
        seen = msgspec.structs.replace(BED, dependents=count)
        term = Scorer(GRID, ()).score(seen).terms[5]
        assert (term.value, term.basis, term.because) == (value, "flows", (f"dependents: {count}",))
    told = Scorer(GRID, [said("C6", 1)]).score(msgspec.structs.replace(BED, dependents=40)).terms[5]
    assert (told.value, told.basis, told.seen) == (1, "person", 4)


def test_a_device_is_as_critical_as_what_depends_on_it() -> None:
    one = Scorer(GRID, sheet([1] * 6)).score(msgspec.structs.replace(BED, inherits=4))
    assert (one.level, one.floors) == (4, ("dependent",))


def test_a_batch_is_shown_before_it_is_said() -> None:
    fleet = [msgspec.structs.replace(BED, id=f"d-{n}", ward="Réa A" if n < 3 else "Bloc") for n in range(5)]
    changes = preview(GRID, (), [said("C1", 4, reach=Reach(model="VS9", ward="Réa A"))], fleet)
    assert [change.device for change in changes] == ["d-0", "d-1", "d-2"]
    assert {(change.before.level, change.after.level) for change in changes} == {(2, 3)}
    assert preview(GRID, (), (), fleet) == ()


def test_the_words_of_dict() -> None:
    one = Scorer(GRID, sheet([1, 4, 1, 3, 2, 1])).score(BED)
    assert needs(one, GRID) == {"availability": 4, "integrity": 3, "confidentiality": 2, "traceability": None}


def test_a_scoring_answers_its_own_grid() -> None:
    other = msgspec.structs.replace(said("C1", 4), grid="PIEU profile 1")
    assert Scorer(GRID, [other]).score(BED).status == "default"
    with pytest.raises(Conflict):
        checked(other, GRID)
    with pytest.raises(Malformed, match="Known: C1"):
        preview(GRID, (), [said("C9", 1)], [BED])
    for value in (0, 5):
        with pytest.raises(Malformed):
            checked(said("C1", value), GRID)


def test_what_does_not_fit_the_grid_any_more_is_laid_aside() -> None:
    stale = [said("C9", 1), said("C1", 5)]
    scorer = Scorer(GRID, [*stale, *sheet([2] * 6)])
    assert scorer.aside == tuple(stale)
    assert scorer.score(BED) == Scorer(GRID, sheet([2] * 6)).score(BED)


def test_pieu_ranks_with_low_as_critical() -> None:
    grid = packaged()["PIEU profile 1"]
    words = [
        Scoring(id=f"{name}{value}", at=value, grid=grid.name, criterion=name, value=value, person="p",
                role=f"role {value}", reach=ALL)
        for name in "PIEU" for value in (1, 2)
    ]  # fmt: skip
    one = Scorer(grid, words).score(BED)
    assert (one.score, one.level, one.status) == (1.0, 0, "disputed")
    assert Scorer(grid, ()).score(BED).unknown == tuple("PIEU")


SHEETS = st.lists(st.integers(1, 4), min_size=6, max_size=6)


@given(SHEETS, st.integers(0, 5), st.booleans())
def test_a_graver_answer_never_lowers_the_level(values: list[int], which: int, life: bool) -> None:
    graver = [min(4, value + (at == which)) for at, value in enumerate(values)]
    subject = msgspec.structs.replace(BED, life_sustaining=life)
    low, high = (Scorer(GRID, sheet(one)).score(subject) for one in (values, graver))
    assert low.level <= high.level
    assert low.score <= high.score


@given(SHEETS, st.sets(st.integers(0, 5)), st.permutations(range(18)))
def test_the_true_level_lies_within_the_bounds(values: list[int], hidden: set[int], order: list[int]) -> None:
    subject = msgspec.structs.replace(BED, kind_level=0)
    words = sheet(values)
    true = Scorer(GRID, [words[at] for at in order]).score(subject)
    assert true == Scorer(GRID, words).score(subject)
    kept = [one for one in words if NAMES.index(one.criterion) not in hidden]
    partly = Scorer(GRID, kept).score(subject)
    assert partly.lowest <= true.level <= partly.highest
    assert partly.lowest <= partly.level <= partly.highest
    assert partly.unknown == tuple(name for at, name in enumerate(NAMES) if at in hidden)


@given(SHEETS, st.integers(0, 5))
def test_a_fact_changes_only_its_own_line(values: list[int], which: int) -> None:
    words = sheet(values)
    gone = [one for one in words if one.criterion != NAMES[which]]
    before, after = Scorer(GRID, words).score(BED), Scorer(GRID, gone).score(BED)
    assert [at for at in range(6) if before.terms[at] != after.terms[at]] == [which]
