"""The first row that matches decides; a mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Missing
from garde.findings.policy import Row, default, load, parse


def test_a_site_s_rows_stand_before_the_default_ones() -> None:
    policy = parse('[[row]]\nrule = "ward.*"\nignore = true', "site.toml")
    assert policy.row("ward.report", "medium").ignore
    assert policy.row("identity.conflict", "medium") == default().row("identity.conflict", "medium")


def test_a_row_may_be_limited_to_severities_wards_and_kinds() -> None:
    text = '[[row]]\nrule = "*"\nseverity = ["low"]\nward = ["Réa A"]\nkind = ["CT"]\nraise = "critical"'
    policy = parse(text, "site.toml")
    assert policy.row("any", "low", "Réa A", "CT").raise_ == "critical"
    for severity, ward, kind in (("high", "Réa A", "CT"), ("low", "Bloc", "CT"), ("low", "Réa A", "MR")):
        assert policy.row("any", severity, ward, kind).raise_ == ""


def test_acceptance_always_needs_a_role() -> None:
    assert all(default().row("any.rule", severity).approve for severity in ("low", "medium", "high", "critical"))


@pytest.mark.parametrize(
    ("text", "code", "where", "hint"),
    [
        ("[[row", "policy.toml", "s.toml", ""),
        ("[other]\na = 1", "policy.table", "s.toml", "Begin each with [[row]]"),
        ('[[row]]\nrule = "*"\n\n[[row]]\nrule = "a"\nnotfy = ["x"]', "policy.field", "s.toml, row 2, line 4",
         "Did you mean notify?"),
        ('[[row]]\nrule = "*"\nraise = "hihg"', "policy.severity", "s.toml, row 1, line 1", "Did you mean high?"),
        ("[[row]]\nrule = 5", "policy.value", "s.toml, row 1, line 1", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(text: str, code: str, where: str, hint: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text, "s.toml")
    assert (caught.value.code, caught.value.where, caught.value.hint) == (code, where, hint)


@given(st.text(max_size=80))
def test_any_text_is_a_policy_or_malformed(text: str) -> None:
    try:
        assert parse(text, "s.toml").row("a", "low") is not None
    except Malformed as error:
        assert error.code.startswith("policy.")


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    assert load("").rows == default().rows
    with pytest.raises(Missing):
        load(str(tmp_path / "none.toml"))


def test_nothing_matches_nothing_is_triggered() -> None:
    row = Row(rule="a")
    assert not row.matches("b", "low", "", "")
