"""A person and the roles they hold."""

from __future__ import annotations

from garde.model.person import Grant, Person


def test_a_role_held_twice_is_named_once() -> None:
    grants = (Grant("ward", ward="Réa A"), Grant("oncall"), Grant("ward", ward="Réa B"))
    assert Person(id="p", login="a.roy", name="Anna Roy", grants=grants).roles == ("ward", "oncall")
