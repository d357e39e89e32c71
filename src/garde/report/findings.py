"""Findings as the outside reads them: JSON, CSV and a table for a terminal.

Question: what does a program, a spreadsheet or a person at a terminal get for one finding?
Reference: issue 3 part 10 (JSON contract of ``garde findings``).

Example:
    >>> as_record(Finding(id="f-1", rule="identity.conflict", severity="low"))["status"]
    'open'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from garde.model.finding import SEVERITIES, Finding
from garde.model.message import moment
from garde.report.table import csv_of, table_of

#: Columns of the CSV and the terminal table, in order.
COLUMNS: Final = ("id", "severity", "status", "rule", "device", "reasons", "holder", "first_at", "last_at")


def as_record(finding: Finding) -> dict[str, Any]:
    """One finding of the JSON contract; keys beyond the contract only add to it."""
    record: dict[str, Any] = {
        "id": finding.id,
        "rule": finding.rule,
        "identifier": finding.identifier,
        "kind": finding.kind,
        "severity": finding.severity,
        "device": finding.device,
        "status": finding.status,
        "reasons": list(finding.reasons),
        "causes": list(finding.causes),
        "first_at": moment(finding.first_at),
        "last_at": moment(finding.last_at),
        "count": finding.count,
        "holder": finding.holder,
        "silent": finding.silent,
        "until": moment(finding.until) if finding.until else None,
        "symptom_of": finding.symptom_of or None,
    }
    if finding.status == "closed":
        record |= {"closed_at": moment(finding.closed_at), "closed_by": finding.closed_by}
    return record


def as_csv(findings: Iterable[Finding]) -> str:
    """A CSV file with a head line, worst first."""
    return csv_of(COLUMNS, map(as_row, worst_first(findings)))


def as_table(findings: Iterable[Finding]) -> str:
    """Aligned columns for a terminal, worst first."""
    return table_of(COLUMNS, map(as_row, worst_first(findings)))


def as_row(finding: Finding) -> dict[str, str]:
    """One finding as the columns of ``COLUMNS``."""
    return {
        "id": finding.id,
        "severity": finding.severity,
        "status": finding.status,
        "rule": finding.rule,
        "device": finding.device,
        "reasons": "; ".join(finding.reasons),
        "holder": finding.holder,
        "first_at": moment(finding.first_at),
        "last_at": moment(finding.last_at),
    }


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """What asks for someone first, then by severity, then the oldest."""
    return sorted(findings, key=lambda one: (not one.asks, -SEVERITIES.index(one.severity), one.first_at, one.id))
