"""Table: series and their limits read from a CSV that somebody exported from another system.

Question: which column is time, which are quantities, and which limit does each have?
Reference: RFC 4180 (with ``;`` and tabs as well); ISO 8601 or seconds since 1970 for time. Two shapes: one quantity per
column, or one per row with its name. A limit is a column ``limit`` or ``threshold``, the option of the command, or
`limits.toml` by the name of the quantity. Left out: units, which a name should carry.

Example:
    >>> found = tabled(b"time,disk_percent\\n2026-01-01T00:00:00Z,70\\n2026-01-01T01:00:00Z,71\\n", "d.csv")
    >>> found[0].series.values, found[0].limit, found[0].above
    ([70.0, 71.0], 90.0, True)
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import msgspec

from garde.errors import Malformed
from garde.model.rows import read
from garde.monitor.forecast import Series

_TIMES: Final = ("time", "timestamp", "date", "datetime", "at", "ts", "heure", "horodatage")
_NAMES: Final = ("series", "name", "metric", "quantity", "sensor", "device", "série", "nom")
_VALUES: Final = ("value", "valeur", "val")
_LIMITS: Final = ("limit", "threshold", "seuil", "limite")
#: Octets and rows that are read.
LARGEST: Final = 256 << 20
MOST: Final = 5_000_000


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of limits.toml: words in a name, and the limit of what is called so."""

    words: tuple[str, ...]
    value: float
    above: bool


class Read(NamedTuple):
    """A series, its limit (None where nobody knows one), whether that is reached from below, and rows left out."""

    series: Series
    limit: float | None
    above: bool
    refused: tuple[str, ...] = ()


def tabled(data: bytes, file: str, limit: float | None = None, above: bool | None = None) -> list[Read]:
    """Every series of a table, in the order of their first value.

    Args:
        data: the octets of the file.
        file: what errors name.
        limit, above: for every series, in place of what the table or `limits.toml` says.

    Raises:
        Malformed: no text, no header with a time, no values, or larger than ``LARGEST``.
    """
    if len(data) > LARGEST:
        raise Malformed("series.large", f"More than {LARGEST >> 20} MiB", where=file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("series.text", "The file is no UTF-8 text", where=f"{file}, octet {error.start}") from None
    head = text.partition("\n")[0]
    comma = max(",;\t", key=head.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=comma)
        names = [name.strip() for name in next(rows, [])]
        found = _columns(names, file)
        return _read(rows, names, found, file, limit, above)
    except csv.Error as error:
        raise Malformed("series.csv", str(error), where=file) from None


class _Columns(NamedTuple):
    time: int
    name: int | None
    limit: int | None
    values: tuple[int, ...]


def _columns(names: Sequence[str], file: str) -> _Columns:
    small = [name.casefold() for name in names]

    def place(words: Iterable[str]) -> int | None:
        return next((small.index(word) for word in words if word in small), None)

    time = place(_TIMES)
    if time is None:
        hint = f"The header needs one of {', '.join(_TIMES)}"
        raise Malformed("series.time", "No column is the time", where=f"{file}, line 1", hint=hint)
    name, limit, value = place(_NAMES), place(_LIMITS), place(_VALUES)
    values = (value,) if value is not None else tuple(at for at in range(len(names)) if at not in (time, name, limit))
    if not values:
        raise Malformed("series.value", "No column has values", where=f"{file}, line 1", hint="Call it value")
    return _Columns(time, name, limit, values)


def _read(
    rows: Iterable[list[str]], names: Sequence[str], at: _Columns, file: str, limit: float | None, above: bool | None
) -> list[Read]:
    points: dict[str, dict[float, float]] = defaultdict(dict)
    limits: dict[str, float] = {}
    refused: dict[str, list[str]] = defaultdict(list)
    only = len(at.values) == 1 and names[at.values[0]].casefold() in _VALUES
    for number, row in enumerate(rows, 2):
        if number > MOST:
            raise Malformed("series.rows", f"More than {MOST} rows", where=file)
        if not any(row):
            continue
        for column in at.values:
            own = row[at.name].strip() if at.name is not None and at.name < len(row) else ""
            name = own if only and own else names[column] if not own else f"{own} {names[column]}"
            if column < len(row) and not row[column].strip():
                continue
            try:
                moment, value = _moment(row[at.time]), _number(row[column])
            except (IndexError, ValueError):
                if len(refused[name]) < 20:
                    refused[name].append(f"{file}, line {number}")
                continue
            points[name][moment] = value
            if at.limit is not None and at.limit < len(row) and row[at.limit].strip():
                try:
                    limits[name] = _number(row[at.limit])
                except ValueError:
                    refused[name].append(f"{file}, line {number}: limit")
    if not points:
        raise Malformed("series.empty", "No row has a time and a value", where=file)
    return [_named(name, held, limits.get(name), limit, above, refused[name]) for name, held in points.items()]


def _named(
    name: str,
    held: Mapping[float, float],
    own: float | None,
    limit: float | None,
    above: bool | None,
    refused: Sequence[str],
) -> Read:
    times = sorted(held)
    series = Series(name=name, times=times, values=[held[at] for at in times])
    known = next((row for row in _limits() if any(word in name.casefold() for word in row.words)), None)
    chosen = limit if limit is not None else own if own is not None else known.value if known else None
    if above is None:
        # A limit that stands below where the series began is one that it falls to.
        above = known.above if known and chosen == known.value else chosen is None or chosen >= series.values[0]
    return Read(series, chosen, above, tuple(refused))


def _moment(text: str) -> float:
    word = text.strip()
    try:
        value = float(word)
    except ValueError:
        when = dt.datetime.fromisoformat(word)
        return (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).timestamp()
    if not math.isfinite(value):
        raise ValueError(word)
    # Milliseconds, microseconds and nanoseconds since 1970 are told by their size.
    for scale in (1e18, 1e15, 1e12):
        if abs(value) >= scale / 10:
            return value / (scale / 1e9)
    return value


def _number(text: str) -> float:
    value = float(text.strip().rstrip("%").replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


@cache
def _limits() -> tuple[Row, ...]:
    text = (resources.files("garde.monitor") / "limits.toml").read_text("utf-8")
    rows: tuple[Row, ...] = read(text, "limits.toml", {"limit": Row}, "limits")["limit"]
    return rows
