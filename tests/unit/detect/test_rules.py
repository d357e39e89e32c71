"""Rules: every one has its technique, its sentence, and a detector that names it; and the other way round."""

from __future__ import annotations

import pytest

from garde.detect.rules import Technique, rules, technique, techniques
from garde.detect.table import DETECTORS
from garde.errors import Malformed
from garde.findings.rules import rules as sentences
from garde.model.finding import KINDS


def test_rules_detectors_and_sentences_name_each_other() -> None:
    named = {name for row in DETECTORS for name in row.rules}
    assert named == set(rules().names)
    for name in named:
        assert sentences()[name].kind in ("threat", "exposure") and sentences()[name].kind in KINDS
        assert sentences()[name].fr and sentences()[name].next_fr


@pytest.mark.parametrize("name", rules().names)
def test_a_rule_declares_what_stands_behind_it(name: str) -> None:
    rule = rules()[name]
    assert 0 < rule.weight <= 100
    assert all((rule.needs, rule.mistaken, rule.hazard, rule.playbook, rule.test))
    assert technique(rule.technique).name


def test_techniques_are_pinned_and_told_by_their_former_id() -> None:
    assert {one.version for one in techniques().values()} == {"18.1"}
    assert all((one.framework == "ics") == one.id.startswith("T0") for one in techniques().values())
    with pytest.raises(Malformed):
        technique("T9999")


def test_a_former_id_leads_to_its_successor(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Technique(id="T1685", name="Impair Defenses", framework="enterprise", version="18.1", formerly="T1562.001")
    monkeypatch.setattr("garde.detect.rules.techniques", lambda: {"T1685": row})
    assert technique("T1562.001") is row
