"""Severity: technique, criticality, confidence."""

from __future__ import annotations

from garde.detect.severity import severity
from garde.model.finding import SEVERITIES


def test_more_of_anything_is_never_less() -> None:
    for weight in (10, 50, 90):
        for sure in (30, 60, 90):
            found = [SEVERITIES.index(severity(weight, sure, criticality=level)) for level in (1, 2, 3, 4)]
            assert found == sorted(found)
            assert SEVERITIES.index(severity(weight + 10, sure)) >= SEVERITIES.index(severity(weight, sure))


def test_unknown_is_not_zero() -> None:
    assert severity(80, 80) == severity(80, 80, criticality=0) == "critical"
    assert severity(80, 80, criticality=1) == "high"


def test_what_touches_safety_counts_more_on_what_must_never_stop() -> None:
    calm = severity(50, 50, criticality=2, response="RP0", technique="T1046")
    assert calm == "medium"
    assert severity(50, 50, criticality=2, response="RP0", technique="T0855") == "high"
    assert severity(100, 100, criticality=4, response="RP0", technique="T0855") == "critical"
