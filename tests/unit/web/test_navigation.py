"""Eight entries for everybody; roles decide their order and where one arrives."""

from __future__ import annotations

import pytest

from garde.people.roles import Role, roles
from garde.web.navigation import ENTRIES, current, landing, ordered


@pytest.mark.parametrize("role", list(roles()), ids=lambda role: role.name)
def test_a_role_orders_but_hides_nothing(role: Role) -> None:
    shown = [entry.name for entry in ordered([role.name])]
    assert tuple(shown[: len(role.first)]) == role.first
    assert set(shown) == {entry.name for entry in ENTRIES} and len(shown) <= 8
    assert landing([role.name]) == role.landing


@pytest.mark.parametrize(
    ("path", "entry"),
    [("/", "situation"), ("/devices/d-1", "devices"), ("/devices.json", "devices"), ("/findings/f-1", "alerts"),
     ("/audit", "administration"), ("/wards-of-x", ""), ("/shift", "situation"),
     ("/import", "devices"), ("/risk/matrix", "risk"), ("/zones/policy", "zones"),
     ("/onboarding", "zones"), ("/actions/a-1", "zones")],
)  # fmt: skip
def test_an_address_belongs_to_an_entry(path: str, entry: str) -> None:
    assert current(path) == entry


def test_keys_are_told_apart() -> None:
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)
    assert landing([]) == "/"
