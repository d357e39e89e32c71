"""A matrix is what was frozen, and its id says so."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.message import Message
from garde.model.risk.matrix import Approval, Placed, frozen, intact

ROWS = [Placed(device=f"d-{n}", criticality=n % 4 + 1, vulnerability=1, risk=1, points=n / 3) for n in range(6)]


@given(st.permutations(ROWS), st.integers(0, 9))
def test_the_id_does_not_depend_on_order_or_time(rows: list[Placed], at: int) -> None:
    assert frozen("g", at, rows).id == frozen("g", 0, ROWS).id


@given(st.integers(0, 5), st.sampled_from(["criticality", "vulnerability", "risk", "points", "ward", "known"]))
def test_any_change_of_a_row_is_another_matrix(at: int, field: str) -> None:
    values = {"criticality": 9, "vulnerability": 9, "risk": 9, "points": 99.5, "ward": "Bloc", "known": False}
    rows = [*ROWS]
    rows[at] = msgspec.structs.replace(rows[at], **{field: values[field]})
    assert frozen("g", 0, rows).id != frozen("g", 0, ROWS).id


def test_another_grid_is_another_matrix() -> None:
    assert frozen("g", 0, ROWS).id != frozen("h", 0, ROWS).id


def test_it_is_read_back_and_tampering_shows() -> None:
    whole = frozen("g", 5, ROWS)
    back = msgspec.json.decode(msgspec.json.encode(whole), type=type(whole))
    assert back == whole and intact(back)
    assert not intact(msgspec.structs.replace(whole, rows=whole.rows[:-1]))


def test_a_device_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        frozen("g", 0, [ROWS[0], ROWS[0]])


def test_an_approval_is_a_message() -> None:
    assert isinstance(Approval(id="a", at=0, about="m", person="k", name="K", role="rssi"), Message)
