"""Tampering: whatever is done to the database behind Garde's back is found, and the first broken link is named."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from garde.evidence.seal import DAY, prune, seal
from garde.evidence.verify import Progress, breaks
from garde.keys.file import FileKeys
from garde.pipeline.shapes import SHAPES
from garde.store.sql import SqlStore
from garde.store.sqlite import open_sqlite
from tests.makers import START, observation

KEYS = FileKeys(str(Path(tempfile.mkdtemp(prefix="garde-test-")) / "k.pem"))
_number = itertools.count()


def filled() -> SqlStore:
    """Nine messages, seals behind the third and the sixth, three not sealed yet."""
    store = open_sqlite("", SHAPES)
    for start in (1, 4, 7):
        with store.begin() as unit:
            unit.append([observation(number) for number in range(start, start + 3)])
            if start < 7:
                seal(unit, KEYS, START + start)
    return store


def found(store: SqlStore) -> list[str]:
    with store.snapshot() as look:
        return list(breaks(look, (KEYS.name,)))


def tampered(*statements: str) -> list[str]:
    store = filled()
    with store._writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    lines = found(store)
    store.close()
    return lines


def test_nothing_is_found_where_nothing_was_done() -> None:
    assert found(filled()) == []


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE messages SET body = zeroblob(9) WHERE seq = 4", "message 4 ("),
        ("UPDATE messages SET body = 'text' WHERE seq = 4", "message 4 ("),
        ("UPDATE messages SET at = at + 1 WHERE seq = 5", "message 5 ("),
        ("UPDATE messages SET id = 'other' WHERE seq = 1", "message 1 (other)"),
        ("UPDATE messages SET kind = 'Wakeup' WHERE seq = 9", "message 9 ("),
        ("UPDATE messages SET link = zeroblob(32) WHERE seq = 2", "message 2 ("),
        ("UPDATE messages SET link = NULL WHERE seq = 2", "message 2 ("),
        ("DELETE FROM messages WHERE seq = 1", "message 2 ("),
        ("DELETE FROM messages WHERE seq <= 3", "seal 1 ends at message 3, which is not there"),
        ("DELETE FROM messages WHERE seq = 5", "message 6 ("),
        ("DELETE FROM messages WHERE seq = 6", "seal 2 ends at message 6, which is not there"),
        ("DELETE FROM messages WHERE seq = 9", "the head of the chain is message 9, and the log ends at 8"),
        ("DELETE FROM messages WHERE seq > 6", "the head of the chain is message 9, and the log ends at 6"),
        ("DELETE FROM messages WHERE seq > 4", "messages up to 6 were sealed, and the log ends at 4"),
        ("DELETE FROM messages", "messages up to 6 were sealed, and the log ends at 0"),
        ("UPDATE messages SET seq = 100 WHERE seq = 9", "message 100 ("),
        ("UPDATE messages SET seq = -4 WHERE seq = 9", "message -4 ("),
        ("INSERT INTO messages SELECT 10, 'new', at, kind, body, link FROM messages WHERE seq = 9", "message 10 (new)"),
        ("INSERT INTO messages SELECT 0, 'new', at, kind, body, link FROM messages WHERE seq = 9", "message 0 (new)"),
        ("DELETE FROM seals WHERE number = 1", "seal 1 is not there"),
        ("DELETE FROM seals WHERE number = 2", "the head of the chain counts 2 seals, and there are 1"),
        ("DELETE FROM seals", "the head of the chain counts 2 seals, and there are 0"),
        ("UPDATE seals SET signature = zeroblob(64) WHERE number = 1", "seal 1 has a signature"),
        ("UPDATE seals SET signature = 'text' WHERE number = 1", "seal 1 cannot be read"),
        ("UPDATE seals SET statement = '{}' WHERE number = 2", "seal 2 cannot be read"),
        ("UPDATE seals SET number = 3 WHERE number = 2", "seal 3 cannot be read"),
        ("INSERT INTO seals SELECT 3, statement, signature FROM seals WHERE number = 2", "seal 3 cannot be read"),
        ("INSERT INTO seals SELECT 0, statement, signature FROM seals WHERE number = 2", "seal 0 cannot be read"),
        ("DELETE FROM chain", "the head of the chain is not there"),
        ("UPDATE chain SET seq = 8", "message 9 ("),
        ("UPDATE chain SET seq = 'x'", "the head of the chain was altered"),
        ("UPDATE chain SET link = zeroblob(32)", "the head of the chain has another link"),
        ("UPDATE chain SET seals = 1", "the head of the chain counts 1 seals"),
    ],
)
def test_tampering_is_found_and_the_first_broken_link_named(statement: str, first: str) -> None:
    lines = tampered(statement)
    assert lines and lines[0].startswith(first), lines


def test_two_messages_that_changed_places_are_found() -> None:
    lines = tampered(
        "UPDATE messages SET seq = 100 WHERE seq = 2",
        "UPDATE messages SET seq = 2 WHERE seq = 5",
        "UPDATE messages SET seq = 5 WHERE seq = 100",
    )
    assert lines[0].startswith("message 2 (")


def test_two_seals_that_changed_places_are_found() -> None:
    assert tampered(
        "UPDATE seals SET number = 100 WHERE number = 1",
        "UPDATE seals SET number = 1 WHERE number = 2",
        "UPDATE seals SET number = 2 WHERE number = 100",
    )


def rewritten(act: Callable[[Connection], None], forger: FileKeys | None = None) -> list[str]:
    """What is found when somebody alters a message and links and heads are made to fit."""
    from garde.model.chain import GENESIS, follow, item

    store = filled()
    with store._writer.begin() as connection:
        act(connection)
        link, seq = GENESIS, 0
        for row in connection.execute(text("SELECT seq, id, at, kind, body FROM messages ORDER BY seq")).all():
            link, seq = follow(link, item(row.seq, row.at, row.id, row.kind, row.body)), row.seq
            connection.execute(text("UPDATE messages SET link = :link WHERE seq = :seq"), {"link": link, "seq": seq})
        connection.execute(text("UPDATE chain SET link = :link, seq = :seq"), {"link": link, "seq": seq})
        if forger:
            connection.execute(text("DELETE FROM seals"))
            connection.execute(text("UPDATE chain SET seals = 0"))
    if forger:
        with store.begin() as unit:
            seal(unit, forger, START)
    lines = found(store)
    store.close()
    return lines


def alter(connection: Connection) -> None:
    connection.execute(text("UPDATE messages SET at = 0 WHERE seq = 2"))


def test_a_chain_that_was_written_again_does_not_fit_its_seals() -> None:
    assert rewritten(alter)[0] == "seal 1 is of another message 3 than the log has"


def test_a_chain_that_was_sealed_again_is_of_another_key(tmp_path: Path) -> None:
    (line,) = rewritten(alter, FileKeys(str(tmp_path / "forger.pem")))
    assert line.startswith("the last seal is of the key")


def test_a_key_that_nobody_announced_is_found(tmp_path: Path) -> None:
    store, other = filled(), FileKeys(str(tmp_path / "other.pem"))
    with store.begin() as unit:
        seal(unit, other, START + 9, trusted=(KEYS.name,))
    assert [line for line in found(store) if "which no seal before announced" in line]


def test_an_announced_key_may_follow_and_the_old_one_may_not_return(tmp_path: Path) -> None:
    store, new = filled(), FileKeys(str(tmp_path / "new.pem"))
    new.sign(b"")
    with store.begin() as unit:
        seal(unit, KEYS, START + 9, successor=new.name)
        seal(unit, KEYS, START + 10)
        seal(unit, new, START + 11)
    with store.snapshot() as look:
        assert list(breaks(look, (new.name,))) == []
    with store.begin() as unit:
        seal(unit, KEYS, START + 12, trusted=(new.name,))
    assert [line for line in found(store) if "no seal before announced" in line]


COLUMNS = {"messages": ("seq", "id", "at", "kind", "body", "link"), "seals": ("number", "statement", "signature")}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_change_of_any_value_is_found(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(sorted(COLUMNS)))
    column = data.draw(st.sampled_from(COLUMNS[table]))
    key = COLUMNS[table][0]
    row = data.draw(st.integers(1, 9 if table == "messages" else 2))
    value: object
    if column in ("seq", "number", "at"):
        value = data.draw(st.integers(-(1 << 62), 1 << 62))
    else:
        value = data.draw(st.binary(max_size=80) if column not in ("id", "kind") else st.text(max_size=20))
    store = filled()
    with store._writer.begin() as connection:
        before = connection.execute(text(f"SELECT {column} FROM {table} WHERE {key} = :row"), {"row": row}).scalar()
        others = set(connection.execute(text(f"SELECT {column} FROM {table}")).scalars()) - {before}
        if value == before or (column in ("seq", "number", "id") and value in others):
            return
        connection.execute(
            text(f"UPDATE {table} SET {column} = :value WHERE {key} = :row"), {"value": value, "row": row}
        )
    assert found(store), (table, column, row, value)
    store.close()


def test_a_running_process_verifies_piece_by_piece_and_then_what_is_added() -> None:
    store, progress = filled(), Progress()

    def step(most: int = 4) -> list[str]:
        with store.snapshot() as look:
            return progress.step(look, most)

    held = []
    for _ in range(4):
        assert step() == []
        held.append((progress.seq, progress.whole))
    assert held == [(4, False), (8, False), (9, True), (9, True)]
    with store.begin() as unit:
        unit.append([observation(number) for number in (10, 11)])
    assert step() == [] and (progress.seq, progress.whole) == (11, True)
    with store._writer.begin() as connection:
        connection.execute(text("UPDATE messages SET at = 1 WHERE seq = 2"))
    assert step() == []
    progress.again()
    (line,) = step()
    assert line.startswith("message 2 (") and progress.seq == 11
    with store._writer.begin() as connection:
        connection.execute(text("DELETE FROM messages WHERE seq = 11"))
    assert not step() and step()[-1].startswith("the head of the chain is message 11")
    with store._writer.begin() as connection:
        connection.execute(text("DELETE FROM seals"))
    assert step() == ["The last seal is not number 2"]


def test_a_running_process_follows_a_pruned_log() -> None:
    store, progress = filled(), Progress()
    with store.snapshot() as look:
        assert progress.step(look, 1) == []
    with store.begin() as unit:
        prune(unit, KEYS, START + 3 * DAY, days=1, readers={})
    with store.snapshot() as look:
        assert progress.step(look, 9) == [] and progress.whole and progress.seq == 9
