"""Drafting: a policy is proposed, tried, signed and let further, and nothing holds but what people agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from garde.config import Config
from garde.errors import Missing, Refused
from garde.model.finding import Finding
from garde.model.risk.matrix import Approval
from garde.model.zones.crossing import DAY, Crossing, crossing_id
from garde.model.zones.zone import Policy, drafted
from garde.pipeline.shapes import SHAPES
from garde.pipeline.zones.drafting import LONGEST, Drafting, alerts
from garde.ports import Store
from garde.store.sqlite import open_sqlite
from garde.zones.plan import packaged


def test_only_an_open_threat_silences_a_device() -> None:
    def finding(number: int, **parts: Any) -> Finding:
        return Finding(id=f"f-{number}", rule="r", **({"device": "d", "kind": "threat", "severity": "high"} | parts))

    assert alerts([finding(1), finding(2, severity="low")]) == {"d": "high"}
    assert not alerts([finding(1, status="closed"), finding(2, kind="vulnerability"), finding(3, device="")])


ZONES = packaged().zones


@pytest.fixture
def kept() -> Iterator[Store]:
    """An empty store."""
    opened = open_sqlite("", SHAPES)
    yield opened
    opened.close()


def crossing(day: int, source: str, target: str) -> Crossing:
    name = crossing_id(day, source, target, "dicom 104")
    one = Crossing(id=name, day=day, source=source, target=target, service="dicom 104")
    return one.with_talk("d-1", 5, 90, day * DAY + 7, outside=False, at=day * DAY)


def test_the_last_days_are_read_and_older_ones_only_where_nothing_is_newer(kept: Store) -> None:
    with kept.begin() as unit:
        unit.put([crossing(day, "Z2", "Z5") for day in (3, 90, 100)])
    now = 101 * DAY
    desk = Drafting(kept, Config(), now=lambda: now)
    assert [one.day for one in desk.crossings(7).held] == [100]
    assert sorted(one.day for one in desk.crossings(30).held) == [90, 100]
    now = 500 * DAY
    found = desk.crossings(14)
    assert sorted(one.day for one in found.held) == [90, 100]
    assert (found.since, found.until) == (87 * DAY, 101 * DAY)


@pytest.mark.parametrize("days", [-5, 0, 10**9])
def test_days_stay_within_bounds(kept: Store, days: int) -> None:
    found = Drafting(kept, Config(), now=lambda: 400 * DAY).crossings(days)
    assert DAY <= found.until - found.since <= LONGEST * DAY


def test_a_policy_that_is_not_there(kept: Store) -> None:
    desk = Drafting(kept, Config(), now=lambda: 0)
    for ask in (desk.policy, desk.draft, desk.simulation, desk.held):
        with pytest.raises(Missing):
            ask("p-none")
    with pytest.raises(Refused):
        desk.propose("anna", "", 7)
    assert not desk.busy and desk.trouble is not None


def said(person: str, role: str, policy: Policy, *, agrees: bool = True, at: int = 1) -> Approval:
    return Approval(id=f"a-{person}-{at}", at=at, about=policy.id, person=person, name=person, role=role, agrees=agrees)


def test_two_people_sign_where_life_is_touched_and_one_elsewhere(kept: Store) -> None:
    desk = Drafting(kept, Config(), now=lambda: 0)
    vital, other = drafted("v", 0, ZONES, ()), drafted("o", 0, [z for z in ZONES if z.name == "Z2"], ())
    one = [said("anna", "rssi", vital)]
    assert desk.unsigned(vital, one) == ("biomedical",)
    assert desk.unsigned(vital, [*one, said("anna", "biomedical", vital, at=2)]) == ("rssi",)
    assert desk.unsigned(vital, [*one, said("bruno", "biomedical", vital)]) == ()
    assert desk.unsigned(other, [said("anna", "rssi", other)]) == ()
    assert desk.unsigned(other, [said("anna", "rssi", other), said("anna", "rssi", other, agrees=False, at=2)])
    assert desk.unsigned(other, [said("anna", "auditor", other)]) == ("rssi", "biomedical")
