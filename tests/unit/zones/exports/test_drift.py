"""Drift: every way in which an enforcement point may differ, and nothing when it does not."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.findings.rules import rules
from garde.zones.exports.drift import RULE, drift, judged, said
from garde.zones.exports.neutral import Permit, Ruleset, in_order
from garde.zones.exports.nftables import NFTABLES
from garde.zones.exports.table import FORMS
from tests.policies import listed, ruleset, rulesets

TEXT = NFTABLES.render(ruleset())


@pytest.mark.parametrize("name", FORMS.names)
@given(held=rulesets())
def test_what_was_rendered_has_not_drifted(name: str, held: Ruleset) -> None:
    assert drift(FORMS[name], held, FORMS[name].render(held)).none


@pytest.mark.parametrize("name", FORMS.names)
@given(held=rulesets(), data=st.data())
def test_a_permit_removed_or_added_is_found_in_every_form(name: str, held: Ruleset, data: st.DataObject) -> None:
    form = FORMS[name]
    if not held.permits:
        return
    gone = data.draw(st.sampled_from(held.permits))
    less = msgspec.structs.replace(held, permits=tuple(one for one in held.permits if one != gone))
    same = form.fit(less) == form.fit(held)
    removed, added = drift(form, held, form.render(less)), drift(form, less, form.render(held))
    assert (removed.none, added.none) == (same, same)
    assert same or added.opens


def test_what_a_gateway_really_lists_has_not_drifted() -> None:
    assert drift(NFTABLES, ruleset(), listed(TEXT)).none


def test_an_address_more_is_a_change_that_opens() -> None:
    found = drift(NFTABLES, ruleset(), TEXT.replace("10.20.0.53/32", "10.20.0.53/32, 10.66.0.6"))
    assert [after.targets for _, after in found.changed] == [("10.20.0.53/32", "10.66.0.6/32", "2001:db8:20::53/128")]
    assert found.opens and not found.added and not found.missing
    assert found.reasons() == ("changed: Z2>Z5 zone:Z2 to kind:dns udp 53 (targets +10.66.0.6/32)",)


def test_an_address_less_is_a_change_that_opens_nothing() -> None:
    found = drift(NFTABLES, ruleset(), TEXT.replace("elements = { 10.20.0.53/32 }", ""))
    assert found.changed and not found.opens
    assert judged("gw-1", found, 5).severity == "medium"


def test_a_device_that_somebody_let_in_is_found() -> None:
    more = TEXT.replace("00:09:fb:99:00:01 :", "00:09:fb:66:66:66 : jump g_x,\n\t\t\t00:09:fb:99:00:01 :")
    found = drift(NFTABLES, ruleset(), more)
    assert any("00:09:fb:66:66:66" in line for line in found.strange)
    assert found.opens


def test_a_mode_turned_down_opens_and_an_older_generation_does_not() -> None:
    loose = drift(NFTABLES, ruleset(), NFTABLES.render(ruleset("shadow")))
    assert ("mode", "shadow", "enforce") in loose.header and loose.opens
    older = drift(NFTABLES, ruleset(), NFTABLES.render(ruleset(generation=41)))
    assert older.header == (("generation", "41", "42"),) and not older.opens


def test_the_spared_of_soft_are_compared() -> None:
    soft = ruleset("soft")
    text = NFTABLES.render(soft).replace("2001:db8:1::/64", "2001:db8:1::/65")
    assert {word for word, _, _ in drift(NFTABLES, soft, text).header} >= {"spared"}


def test_a_gateway_that_holds_nothing_lacks_everything() -> None:
    found = drift(NFTABLES, ruleset(), "")
    assert len(found.missing) == len(ruleset().permits)
    assert found.header == (("policy", "", ruleset().policy),)
    assert not found.opens


def test_another_text_is_malformed() -> None:
    with pytest.raises(Malformed):
        drift(NFTABLES, ruleset(), "hostname sw-1")


def test_the_judgement_is_of_a_known_rule_and_ends_when_nothing_differs() -> None:
    found = drift(NFTABLES, ruleset(), TEXT.replace("\t\tdrop", "\t\taccept"))
    one = judged("gw-1", found, 5, cause=("a-1",))
    assert RULE in rules() and rules()[RULE].kind == one.kind
    assert (one.severity, one.over, one.identifier, one.cause) == ("high", False, "gw-1", ("a-1",))
    assert one.reasons[:2] == ("point: gw-1", "strange: stop: accept")
    over = judged("gw-1", drift(NFTABLES, ruleset(), TEXT), 6)
    assert over.over and over.finding == one.finding


def test_a_finding_is_not_flooded() -> None:
    permits = in_order(
        Permit(way="A>B", source="any", target="any", protocol="tcp", low=n, high=n) for n in range(1, 100)
    )
    many = drift(NFTABLES, msgspec.structs.replace(ruleset(), permits=permits), "")
    assert len(many.reasons()) == 41
    assert many.reasons()[-1] == "more: 60"


def test_a_permit_is_said_on_one_line() -> None:
    assert said(next(one for one in ruleset().permits if one.low == 104)) == (
        "Z2>Z5 model:ACME|%C3%89cho%20%227%22%20%7B%3B%7D to kind:pacs tcp 104 dscp 18"
    )
