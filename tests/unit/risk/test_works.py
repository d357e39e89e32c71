"""Works: what is proposed, that it costs what it says, and that what it removes is what scoring again finds."""

from __future__ import annotations

import itertools

import pytest

from garde.errors import Malformed, Refused
from garde.risk.book import packaged, parse
from garde.risk.effect import after
from garde.risk.package import Limits
from garde.risk.vulnerability.score import Facts, Seen, Weakness, score
from garde.risk.works import MOST, Subject, Works, as_record

FLAW = Weakness(id="CVE-2020-1", severity=9.8, chance=0.5)
FIXED = frozenset({"CVE-2020-1"})
WEAK = Facts(support="out", network="flat", weaknesses=(FLAW,), seen=(Seen("smb1"),))
FLEET = [
    Subject(id="ct-1", ward="Imagerie", model="CT", criticality=3, risk=4, facts=WEAK, fixable=FIXED),
    Subject(id="ct-2", ward="Imagerie", model="CT", criticality=3, risk=4, facts=WEAK, fixable=FIXED),
    Subject(id="pump", ward="Réa", model="Pump", criticality=4, risk=4, urgent=True, facts=Facts(network="wifi")),
    Subject(id="scale", ward="Réa", model="Scale", criticality=1, risk=1, facts=WEAK),
]


def points(one: Subject, *measures: str) -> float:
    effects = [packaged().effects[name] for name in measures]
    return one.criticality * score(after(one.facts, effects, one.fixable)).value


def test_each_measure_is_proposed_where_it_helps() -> None:
    works = Works(FLEET)
    assert {name: set(works.reach(name)) for name in (one.name for one in works.packages)} == {
        "segmentation: Imagerie": {"ct-1", "ct-2"},
        "segmentation: Réa": {"pump"},
        "service removal: CT": {"ct-1", "ct-2"},
        "supplier patch: CT": {"ct-1", "ct-2"},
        "replacement: CT": {"ct-1", "ct-2"},
    }


def test_risk_removed_is_found_by_scoring_again() -> None:
    plan = Works(FLEET).plan(Limits(budget=30_000, hours=(200,))).best
    done = {step.package.partition(": ")[::2] for step in plan.steps}
    left = sum(
        points(one, *(measure for measure, group in done if group in (one.ward, one.model)))
        if one.risk > 1
        else points(one)
        for one in FLEET
    )
    assert plan.today == pytest.approx(sum(points(one) for one in FLEET))
    assert plan.residual == pytest.approx(left)


def test_the_plan_is_the_best_of_all_that_fit() -> None:
    works, limits = Works(FLEET), Limits(budget=18_000, hours=(100,))
    best = works.plan(limits).best
    least = min(
        (
            sum(
                points(one, *sorted({p.measure for p in chosen if one.id in works.reach(p.name)})) for one in FLEET
            )
            for count in range(6)
            for chosen in itertools.combinations(works.packages, count)
            if sum(p.cost for p in chosen) <= limits.budget and sum(p.hours for p in chosen) <= 100
            and not any(p.name in q.excludes for p in chosen for q in chosen)
            and any("pump" in works.reach(p.name) for p in chosen)
        ),
    )  # fmt: skip
    assert best.residual == pytest.approx(least)


def test_without_money_for_what_is_urgent_it_says_so() -> None:
    found = Works(FLEET).plan(Limits(budget=3_000, hours=(40,)))
    assert found.best.unserved == ("pump",)
    assert [step.package for step in found.best.steps] == ["supplier patch: CT"]
    with pytest.raises(Refused, match="roadmap.impossible"):
        Works(FLEET).plan(Limits(budget=3_000, hours=(40,), wanted=("segmentation: Réa",)))


def test_the_site_has_its_own_packages_and_switches_proposals_off() -> None:
    text = """
[[price]]
measure = "segmentation"
unit = "never"
[[price]]
measure = "replacement"
unit = "never"
[[package]]
name = "vlan-pumps"
measure = "segmentation"
cost = 100
hours = 1
models = ["Pump"]
owner = "network team"
"""
    works = Works(FLEET, parse(text, "w.toml", packaged()))
    assert [one.name for one in works.packages] == ["vlan-pumps", "supplier patch: CT", "service removal: CT"]
    assert works.packages[0].owner == "network team" and not works.work("vlan-pumps").proposed


def test_two_packages_of_one_name_are_refused() -> None:
    entry = '[[package]]\nname = "x"\nmeasure = "segmentation"\ncost = 1\nhours = 1\n'
    with pytest.raises(Malformed, match="works.twice"):
        Works(FLEET, parse(entry * 2, "w.toml", packaged()))


def test_many_packages_are_cut_to_those_that_remove_most() -> None:
    many = [
        Subject(id=f"d{n}", ward=f"W{n}", model=f"M{n}", criticality=1 + n % 4, risk=3, facts=WEAK, fixable=FIXED)
        for n in range(40)
    ]
    works = Works(many)
    assert len(works.packages) == MOST and len(works.left) == 4 * 40 - MOST
    least = min(works.work(one.name).alone for one in works.packages)
    assert all(work.alone <= least for work in works.left)


def test_as_it_is_printed() -> None:
    works = Works(FLEET)
    record = as_record(works.plan(Limits(budget=30_000, hours=(200,))), works)
    removed = sum(step["risk_removed"] for step in record["packages"])  # type: ignore[index]
    assert removed == pytest.approx(record["risk_removed"], abs=0.01)
    assert record["packages"][-1]["residual"] == record["residual"]  # type: ignore[index]
    assert record["greedy"]["residual"] >= record["residual"]  # type: ignore[index]
