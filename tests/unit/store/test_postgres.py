"""PostgreSQL: addresses, and rows as arrays. What it stores is tested in tests/contract, against a real server."""

from __future__ import annotations

from typing import Any

import pytest

from garde.errors import Malformed, Unreachable
from garde.store import postgres
from garde.store.postgres import open_postgres


@pytest.mark.parametrize("url", ["mysql://h/db", "nothing", "postgresql://h:port/db"])
def test_what_is_no_address_is_malformed(url: str) -> None:
    with pytest.raises(Malformed) as error:
        open_postgres(url, [])
    assert error.value.code == "store.url"


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        open_postgres("postgresql://garde@127.0.0.1:1/garde?connect_timeout=2", [])


PUT = (
    "INSERT INTO records (kind, id, body) VALUES (%(kind)s::VARCHAR, %(id)s, %(body)s) "
    "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body"
)
NUMBERED = "INSERT INTO messages (seq, body) OVERRIDING SYSTEM VALUE VALUES (%(seq)s, %(body)s)"


class Cursor:
    """Keeps what it is asked to execute."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[Any]]]] = []

    def execute(self, statement: str, values: dict[str, list[Any]]) -> None:
        self.asked.append((statement, values))


def given(statement: str, rows: list[dict[str, Any]]) -> tuple[bool, list[tuple[str, dict[str, list[Any]]]]]:
    cursor = Cursor()
    return postgres._in_arrays(cursor, statement, rows, None), cursor.asked


def test_many_rows_travel_as_one_array_per_column() -> None:
    rows = [{"seq": number, "body": b"%d" % number} for number in range(postgres.MANY)]
    done, ((statement, values),) = given(NUMBERED, rows)
    assert done and " ".join(statement.split()) == (
        "INSERT INTO messages (seq, body) OVERRIDING SYSTEM VALUE "
        "SELECT * FROM unnest(%(seq)b::bigint[], %(body)b::bytea[])"
    )
    assert values == {"seq": [row["seq"] for row in rows], "body": [row["body"] for row in rows]}


def test_of_rows_for_one_place_the_last_stays() -> None:
    rows = [{"kind": "Device", "id": f"d-{number % 10}", "body": b"%d" % number} for number in range(20)]
    done, ((statement, values),) = given(PUT, rows)
    assert done and statement.endswith("ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body")
    assert dict(zip(values["id"], values["body"], strict=True)) == {f"d-{n}": b"%d" % (n + 10) for n in range(10)}


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        (PUT, [{"kind": "Device", "id": "d", "body": b""}] * (postgres.MANY - 1)),
        (PUT, [{"kind": "Device", "id": f"d-{number}", "body": None} for number in range(20)]),
        (PUT, [{"kind": "Device", "id": f"d-{number}", "body": b"" if number else ""} for number in range(20)]),
        ("DELETE FROM links WHERE id = %(id)s", [{"id": f"d-{number}"} for number in range(20)]),
        ("INSERT INTO links (kind, id) VALUES (%(id)s, %(kind)s)", [{"kind": "a", "id": "b"}] * 20),
        ("INSERT INTO links (id) VALUES (lower(%(id)s))", [{"id": "b"}] * 20),
    ],
)
def test_anything_else_is_left_to_the_driver(statement: str, rows: list[dict[str, Any]]) -> None:
    assert given(statement, rows) == (False, [])
