"""Threats as rows."""

from __future__ import annotations

from garde.report.threats import COLUMNS, as_csv, as_row, as_table, as_text

RECORD = {
    "severity": "high", "rule": "scan.hosts", "technique": "T1046", "device": "d-1", "address": "10.0.0.1",
    "peers": ["10.0.0.2", "10.0.0.3"],
    "reasons": ["port: 445", "hosts: 12"], "where": [{"file": "a.pcap", "packet": 3}],
}  # fmt: skip


def test_a_record_as_row_csv_and_table() -> None:
    row = as_row(RECORD)
    assert tuple(row) == COLUMNS
    assert (
        row["peers"] == "10.0.0.2 10.0.0.3" and row["where"] == "a.pcap:3" and row["reasons"] == "port: 445; hosts: 12"
    )
    assert "scan.hosts" in as_csv([RECORD]) and "scan.hosts" in as_table([RECORD])
    assert as_text([RECORD], "csv") == as_csv([RECORD]) and as_text([RECORD], "table") == as_table([RECORD])
