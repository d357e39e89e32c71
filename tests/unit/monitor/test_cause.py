"""One cause, its symptoms folded; redundancy counts; nothing that failed is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.monitor.cause import Depends, causes

BEDS = [f"bed-{number:03}" for number in range(300)]
WARD = [Depends(bed, f"switch-{number % 10}") for number, bed in enumerate(BEDS)]
CORE = [*WARD, *(Depends(f"switch-{number}", "core") for number in range(10))]
SWITCHES = [f"switch-{number}" for number in range(10)]


def test_a_dead_core_is_one_cause_with_three_hundred_symptoms() -> None:
    everything = {*BEDS, *SWITCHES, "core"}
    (found,) = causes(everything, CORE, everything)
    assert found.cause == "core" and len(found.symptoms) == 310 and found.score == 1.0


def test_a_core_that_nobody_watches_is_found_all_the_same() -> None:
    (found,) = causes({*BEDS, *SWITCHES}, CORE, {*BEDS, *SWITCHES})
    assert found.cause == "core" and len(found.symptoms) == 310


def test_one_switch_takes_its_own_beds_only() -> None:
    down = {"switch-3", *(bed for number, bed in enumerate(BEDS) if number % 10 == 3)}
    (found,) = causes(down, CORE, {*BEDS, *SWITCHES, "core"})
    assert found.cause == "switch-3" and len(found.symptoms) == 30


def test_the_other_uplink_holds() -> None:
    double = [Depends("rea", "a", "uplink"), Depends("rea", "b", "uplink"), *(Depends(bed, "rea") for bed in BEDS)]
    assert causes({"a"}, double, {*BEDS, "rea", "a", "b"}) == (("a", (), 1.0),)
    found = causes({"a", "b", "rea", *BEDS}, double, {*BEDS, "rea", "a", "b"})
    assert found[0].cause == "rea" and {one.cause for one in found} == {"rea", "a", "b"}


def test_symptoms_stand_by_what_they_mean_for_care() -> None:
    graph = [Depends("printer", "switch"), Depends("ventilator", "switch")]
    (found,) = causes(
        {"printer", "ventilator", "switch"}, graph, {"printer", "ventilator", "switch"}, {"ventilator": 4}
    )
    assert found.symptoms == ("ventilator", "printer")


def test_a_parent_that_is_up_is_no_cause() -> None:
    graph = [Depends("a", "switch"), Depends("b", "switch")]
    assert {one.cause for one in causes({"a", "b"}, graph, {"a", "b", "switch"})} == {"a", "b"}


NAMES = st.sampled_from([f"n{number}" for number in range(8)])


@given(st.sets(NAMES), st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["", "g"])), max_size=14), st.sets(NAMES))
def test_all_that_failed_stands_under_one_cause(
    failed: set[str], edges: list[tuple[str, str, str]], watched: set[str]
) -> None:
    found = causes(failed, [Depends(*edge) for edge in edges], watched | failed)
    stands = [name for one in found for name in one.symptoms] + [one.cause for one in found if one.cause in failed]
    assert sorted(stands) == sorted(failed)
