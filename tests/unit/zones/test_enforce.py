"""The plan of a change: both ways exist before anything runs, and only our table is named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from garde.errors import Conflict
from garde.zones.enforce import plan
from garde.zones.exports.neutral import Ruleset
from garde.zones.exports.nftables import NFTABLES
from tests.policies import listed, ruleset, rulesets


def test_the_first_change_is_undone_by_removing_the_table() -> None:
    made = plan("", ruleset())
    assert made.undo == "add table inet garde\ndelete table inet garde\n"
    assert made.apply == made.undo + NFTABLES.render(ruleset())
    assert (made.generation, made.mode, made.policy) == (42, "enforce", ruleset().policy)


def test_the_undo_brings_back_what_was_there_with_its_counters() -> None:
    before = listed(NFTABLES.render(ruleset("shadow", 41)), "-nn").replace(
        "packets 0 bytes 0", "packets 7 bytes 448", 1
    )
    made = plan(before, ruleset())
    assert made.undo.endswith(before)
    assert not any("packets 7" in line or "ct state 0x" in line for line in made.lines)


@settings(max_examples=10)
@given(rulesets())
def test_nft_takes_both_scripts(held: Ruleset) -> None:
    made = plan("", held)
    again = listed(made.apply, "-nn")
    assert plan(again, held).empty
    assert listed(plan(again, held).undo, "-nn") == again


def test_nothing_but_the_own_table_is_named() -> None:
    made = plan(NFTABLES.render(ruleset(generation=41)), ruleset())
    for script in (made.apply, made.undo):
        assert set(re.findall(r"table \S+ \S+", script)) == {"table inet garde"}
        assert "flush" not in script


def test_the_difference_is_told_in_permits_and_in_lines() -> None:
    made = plan(NFTABLES.render(ruleset("shadow", 41)), ruleset())
    assert ("mode", "shadow", "enforce") in made.difference.header
    assert "+\t\tdrop" in made.lines
    assert "-\t\taccept" in made.lines


def test_what_is_there_already_is_no_change() -> None:
    assert plan(NFTABLES.render(ruleset()), ruleset()).empty


def test_an_older_generation_and_a_foreign_table_are_refused() -> None:
    with pytest.raises(Conflict, match=r"enforce\.older"):
        plan(NFTABLES.render(ruleset(generation=43)), ruleset())
    with pytest.raises(Conflict, match=r"enforce\.foreign"):
        plan("table inet garde { chain x { } }", ruleset())


def test_the_same_change_has_the_same_id() -> None:
    assert plan("", ruleset()).id == plan("", ruleset()).id != plan("", ruleset(generation=43)).id
