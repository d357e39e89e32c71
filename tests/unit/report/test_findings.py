"""Findings for programs: the JSON contract, and the order in which a person reads them."""

from __future__ import annotations

import csv
import io

from garde.model.finding import Finding
from garde.report.findings import COLUMNS, as_csv, as_record, as_row, as_table, worst_first

ONE = Finding(
    id="f-1", rule="identity.conflict", severity="medium", device="d-1", reasons=("model: =A",), causes=("j",)
)
CLOSED = Finding(id="f-2", rule="r", severity="critical", status="closed", closed_at=5, closed_by="evidence")


def test_the_contract_holds() -> None:
    record = as_record(ONE)
    wanted = {"id", "rule", "identifier", "kind", "severity", "device", "status", "reasons", "causes"}
    assert wanted <= set(record)
    assert (record["reasons"], record["causes"]) == (["model: =A"], ["j"])


def test_a_closed_one_says_by_whom() -> None:
    assert as_record(CLOSED)["closed_by"] == "evidence"
    assert "closed_by" not in as_record(ONE)


def test_what_asks_comes_before_what_is_over() -> None:
    low = Finding(id="f-3", rule="r", severity="low", first_at=1)
    older = Finding(id="f-4", rule="r", severity="low", first_at=0)
    assert [one.id for one in worst_first([CLOSED, low, ONE, older])] == ["f-1", "f-4", "f-3", "f-2"]


def test_rows_have_the_columns() -> None:
    assert tuple(as_row(ONE)) == COLUMNS
    (row,) = csv.DictReader(io.StringIO(as_csv([ONE])))
    assert row["reasons"] == "model: =A"
    assert as_table([ONE]).startswith("ID")
