"""The digest of a table."""

from __future__ import annotations

from garde.model.table import digest


def test_rows_columns_and_their_order_are_in_it() -> None:
    rows = [("a", 1, b"x", None), ("b", 2, b"y", None)]
    columns = ["id", "at", "body", "more"]
    whole = digest(columns, rows)
    assert digest(columns, list(map(list, rows))) == whole
    others = [
        digest(columns, rows[::-1]),
        digest(columns, rows[:1]),
        digest(["id", "at", "body", "less"], rows),
        digest(columns, [("a", 1, "x", None), rows[1]]),
        digest(columns, [*rows, rows[1]]),
    ]
    assert len({whole, *others}) == 6


def test_a_truth_value_is_what_sqlite_makes_of_it() -> None:
    assert digest(["on"], [(True,)]) == digest(["on"], [(1,)]) != digest(["on"], [(0,)])
