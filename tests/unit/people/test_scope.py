"""A scope says the same of a device however it is asked: in memory, by the index of the fleet, and in SQL."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from garde.model.device import Claim, Device
from garde.model.key import Key
from garde.model.person import Grant
from garde.people.scope import Scope
from garde.report.fleet import Fleet, Query

WORDS = st.sampled_from(["", "A", "B"])
GRANTS = st.lists(st.builds(Grant, st.just("ward"), WORDS, WORDS, st.sampled_from(["", "CT", "MR"])), max_size=3)


def device(number: int, facility: str, ward: str, kind: str) -> Device:
    claims = {name: Claim(name, value, 1.0) for name, value in (("facility", facility), ("ward", ward)) if value}
    return Device(id=f"d-{number}", keys=(Key("ip", f"10.0.0.{number}"),), kind=kind, claims=claims)


DEVICES = [
    device(number, facility, ward, kind)
    for number, (facility, ward, kind) in enumerate(
        (facility, ward, kind) for facility in ("", "A", "B") for ward in ("", "A", "B") for kind in ("CT", "MR")
    )
]


@given(GRANTS)
def test_memory_index_and_sql_agree(grants: list[Grant]) -> None:
    scope = Scope(tuple(grants))
    covered = {one.id for one in DEVICES if scope.covers(one)}
    fleet = Fleet(DEVICES)
    assert {one.id for one in fleet.find(Query(within=scope.terms)).devices} == covered
    sees = fleet.seen(scope.terms)
    assert {one.id for one in DEVICES if sees(one.id)} == covered
    table = sqlite3.connect(":memory:")
    table.execute("CREATE TABLE d (id, facility, ward, kind)")
    rows = [(one.id, one.value("facility"), one.value("ward"), one.kind) for one in DEVICES]
    table.executemany("INSERT INTO d VALUES (?, ?, ?, ?)", rows)
    condition, values = scope.sql("d")
    assert {row[0] for row in table.execute(f"SELECT id FROM d WHERE {condition}", values)} == covered
    table.close()


def test_a_grant_without_limits_reaches_what_is_about_no_device() -> None:
    fleet = Fleet(DEVICES)
    assert fleet.seen(Scope((Grant("rssi"),)).terms)("")
    assert not fleet.seen(Scope((Grant("ward", ward="A"),)).terms)("")
    assert Scope().terms == ()


def test_a_guess_below_the_threshold_opens_nothing() -> None:
    guess = Device(id="d", keys=(), kind="CT", claims={"ward": Claim("ward", "A", 0.2)})
    assert not Scope((Grant("ward", ward="A"),)).covers(guess)
