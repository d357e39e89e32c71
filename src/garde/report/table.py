"""Tables as the outside reads them: CSV for a spreadsheet, columns for a terminal.

Question: how does a list leave Garde so that nothing a device said runs, steers or deceives?
Reference: RFC 4180 for CSV; OWASP's note on formula injection for the leading quote.

Example:
    >>> csv_of(("name",), [{"name": "=1+1"}])
    "name\\r\\n'=1+1\\r\\n"
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

#: Widest column of the terminal table, in characters.
WIDEST: Final = 40


def csv_of(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV file with a head line; a cell that a spreadsheet would run as a formula begins with a quote."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: neutral(value) for name, value in row.items()})
    return out.getvalue()


def table_of(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Aligned columns for a terminal, without those that are empty; what the rows say cannot steer the terminal."""
    rows = [{name: printable(value) for name, value in row.items()} for row in rows]
    shown = [name for name in columns if name == columns[0] or any(row[name] for row in rows)]
    width = {name: min(WIDEST, max([len(name), *(len(row[name]) for row in rows)])) for name in shown}
    lines = ["  ".join(name.upper().ljust(width[name]) for name in shown)]
    lines += ["  ".join(clip(row[name], width[name]).ljust(width[name]) for name in shown) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def clip(value: str, width: int) -> str:
    """The value, or its beginning and an ellipsis."""
    return value if len(value) <= width else f"{value[: width - 1]}…"


def neutral(value: str) -> str:
    """The value with a quote before it when it begins like a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def printable(value: str) -> str:
    """Device text for a terminal: control and direction characters become visible escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in value)
