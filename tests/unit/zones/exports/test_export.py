"""What is handed over, and what is said beside it."""

from __future__ import annotations

import json

import msgspec
import pytest

from garde.errors import Malformed, Missing
from garde.model.zones.zone import Conduit, Rule, drafted
from garde.zones.exports.export import NAMES, export
from garde.zones.exports.neutral import Objects
from garde.zones.mud import read
from tests.policies import FOLDER, OBJECTS, POLICY, US


@pytest.mark.parametrize("form", [name for name in NAMES if name != "mud"])
def test_the_text_is_that_of_the_form(form: str) -> None:
    made = export(POLICY, OBJECTS, form, generation=42, mode="enforce")
    assert made.text == (FOLDER / f"{form}.txt").read_text()
    assert (made.policy, made.generation, made.unknown) == (POLICY.id, 42, ("Z5 name:update.acme.example",))
    assert bool(made.cost) == (form != "nftables")


def test_mud_has_a_file_for_each_model_and_says_what_it_leaves() -> None:
    made = export(POLICY, OBJECTS, "mud", generation=1, mode="observe", base="https://garde.example/mud")
    assert set(made.texts) == {US}
    file = read(made.texts[US].encode())
    assert file.url.startswith("https://garde.example/mud/") and file.url.endswith(".json")
    assert made.left == sum(len(way.rules) for way in POLICY.conduits) - 2


def test_a_policy_without_models_has_no_mud_file() -> None:
    policy = drafted(
        "x", 0, (), [Conduit(source="A", target="B", rules=(Rule(source="any", target="any", protocol="tcp"),))]
    )
    with pytest.raises(Missing, match=r"export\.models"):
        export(policy, Objects(), "mud", generation=1, mode="observe")
    with pytest.raises(Malformed, match=r"mud\.url"):
        export(POLICY, Objects(), "mud", generation=1, mode="observe", base="ftp://x")


def test_an_unknown_form_names_those_that_are() -> None:
    with pytest.raises(Missing, match="nftables, acl"):
        export(POLICY, OBJECTS, "pf", generation=1, mode="enforce")


def test_a_rule_that_needs_further_ports_is_told() -> None:
    rule = Rule(source="any", target="kind:pacs", protocol="tcp", low=21, high=21, because=("helper: ftp",))
    policy = drafted("x", 0, (), [Conduit(source="any", target="any", rules=(rule,))])
    made = export(policy, OBJECTS, "nftables", generation=1, mode="shadow")
    assert made.unfollowed == ("any to kind:pacs tcp 21",)


def test_a_mode_that_the_form_does_not_have_is_told_as_what_is_written() -> None:
    assert export(POLICY, OBJECTS, "acl", generation=1, mode="soft").mode == "shadow"


def test_it_is_one_record_for_programs() -> None:
    made = export(POLICY, OBJECTS, "acl", generation=1, mode="enforce")
    tree = json.loads(msgspec.json.encode(made))
    assert tree["texts"]["acl"] == made.text
    assert tree["cost"]["ip access-list extended GARDE-Z1"] == [7, 4]
