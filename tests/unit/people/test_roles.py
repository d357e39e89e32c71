"""The table of roles: each complete in both languages, each right somebody's."""

from __future__ import annotations

import pytest

from garde.people.roles import RIGHTS, Role, holders, roles


def test_there_are_the_roles_of_a_hospital() -> None:
    assert set(roles().names) >= {"rssi", "biomedical", "network", "integration", "ward", "oncall", "auditor"}


@pytest.mark.parametrize("role", list(roles()), ids=lambda role: role.name)
def test_a_role_is_whole(role: Role) -> None:
    assert role.landing.startswith("/") and role.rights and role.first
    assert role.label("fr") and role.label("en")


@pytest.mark.parametrize("right", RIGHTS)
def test_every_right_is_somebody_s(right: str) -> None:
    assert holders(right)


def test_an_auditor_decides_nothing() -> None:
    words = {"devices.claim", "findings.handle", "findings.accept", "people.manage", "settings.manage", "imports.make"}
    assert not roles()["auditor"].rights & words


def test_only_an_administrator_lets_people_in() -> None:
    assert holders("people.manage") == ("administrator",)
