"""Judgements: the figures about findings that several reports state.

Question: how many findings came, went and wait, and since when?
Reference: DESIGN §1 (Finding). A finding is open at a moment when it began before it and had not been closed then;
one that was accepted until a date is still open: the date will come. Left out: who holds it, which is not for paper.

Example: ``opened(material)`` counts the findings that began within the period.
"""

from __future__ import annotations

from typing import Final

from garde.model.finding import SEVERITIES
from garde.report.facts import DAY, Condition, Figure, count, oldest
from garde.report.spec import Material

#: Worst first.
WORST: Final = tuple(reversed(SEVERITIES))
#: Upper ends of the classes of age, in days, with the last one open.
AGES: Final = (1, 7, 30)


def open_at(at: int, *more: Condition) -> tuple[Condition, ...]:
    """The conditions under which a finding is open at a moment."""
    return (("first_at", "before", at), ("closed_at", "not before", at), *more)


def opened(material: Material, *more: Condition, name: str = "findings.opened") -> Figure:
    """Findings that began within the period."""
    return count(
        name,
        "findings",
        material.findings,
        ("first_at", "since", material.since),
        ("first_at", "before", material.until),
        *more,
    )


def closed(material: Material, *more: Condition, name: str = "findings.closed") -> Figure:
    """Findings that were closed within the period."""
    return count(
        name,
        "findings",
        material.findings,
        ("closed_at", "since", material.since),
        ("closed_at", "before", material.until),
        *more,
    )


def waiting(material: Material, *more: Condition, name: str = "findings.open") -> Figure:
    """Findings that are open at the end of the period."""
    return count(name, "findings", material.findings, *open_at(material.until, *more))


def grave(material: Material) -> tuple[Figure, Figure, Figure]:
    """Critical and high findings that are open, and the age in days of the oldest of them."""
    critical = waiting(material, ("severity", "is", "critical"), name="findings.open.critical")
    high = waiting(material, ("severity", "is", "high"), name="findings.open.high")
    ages = [
        oldest(
            "findings.oldest",
            "findings",
            material.findings,
            material.until,
            *open_at(material.until, ("severity", "is", severity)),
        )
        for severity in ("critical", "high")
    ]
    return critical, high, max(ages, key=lambda figure: figure.value)


def ages(material: Material) -> list[tuple[str, Figure]]:
    """Class of age, in words, and how many open findings are in it; youngest first."""
    found = []
    for low, high in zip((0, *AGES), (*AGES, None), strict=True):
        words = material.words
        label = (
            words("age.over", n=low)
            if high is None
            else words("age.within", n=high)
            if not low
            else words("age.between", low=low, high=high)
        )
        conditions: list[Condition] = [("closed_at", "not before", material.until)]
        conditions.append(("first_at", "before", material.until - low * DAY))
        if high is not None:
            conditions.append(("first_at", "since", material.until - high * DAY))
        found.append((label, count(f"findings.age.{low}", "findings", material.findings, *conditions)))
    return found
