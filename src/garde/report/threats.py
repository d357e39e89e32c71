"""Threats as the outside reads them: CSV and a table for a terminal; JSON is the contract itself.

Question: what does a person at a terminal get for the threats of a replay?
Reference: issue 5 part 9 (JSON contract); `garde.report.table`.

Example:
    >>> as_csv([]).strip()
    'severity,rule,technique,device,address,peers,reasons,where'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from garde.report.table import csv_of, table_of

COLUMNS: Final = ("severity", "rule", "technique", "device", "address", "peers", "reasons", "where")


def as_row(record: Mapping[str, Any]) -> dict[str, str]:
    """One finding as the columns of ``COLUMNS``."""
    return {
        **{name: str(record[name]) for name in COLUMNS[:5]},
        "peers": " ".join(record["peers"]),
        "reasons": "; ".join(record["reasons"]),
        "where": " ".join(f"{place['file']}:{place['packet']}" for place in record["where"]),
    }


def as_csv(records: Iterable[Mapping[str, Any]]) -> str:
    """A CSV file with a head line."""
    return csv_of(COLUMNS, (as_row(record) for record in records))


def as_table(records: Iterable[Mapping[str, Any]]) -> str:
    """Aligned columns for a terminal."""
    return table_of(COLUMNS, (as_row(record) for record in records))


def as_text(records: Iterable[Mapping[str, Any]], form: str) -> str:
    """As ``csv`` or, for any other form, as a table."""
    return as_csv(records) if form == "csv" else as_table(records)
