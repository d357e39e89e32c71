"""The catalogue of rules speaks both languages, and a rule that it does not know speaks by its name."""

from __future__ import annotations

import pytest

from garde.findings.rules import Rule, rule_of, rules


@pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: rule.name)
def test_a_rule_says_what_and_what_next_in_both_languages(rule: Rule) -> None:
    said = [rule.sentence("en"), rule.sentence("fr"), rule.next("en"), rule.next("fr")]
    assert all(said) and len(set(said)) == 4


def test_a_rule_of_a_newer_garde_speaks_by_its_name() -> None:
    assert rule_of("brand.new").sentence("fr") == "brand.new"
    assert rule_of("brand.new").evidence is False
