"""The chain, on both stores: appended in one transaction, sealed, pruned and verified."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from garde.evidence.seal import DAY, prune, seal
from garde.evidence.verify import breaks
from garde.keys.file import FileKeys
from garde.ports import Keys, Store
from tests.makers import START, observation


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return FileKeys(str(tmp_path / "k.pem"))


def add(store: Store, *numbers: int) -> None:
    with store.begin() as unit:
        unit.append([observation(number) for number in numbers])


def add_and_fail(store: Store) -> None:
    with store.begin() as unit:
        unit.append([observation(9)])
        raise RuntimeError


def found(store: Store) -> list[str]:
    with store.snapshot() as look:
        return list(breaks(look))


def alter(store: Store, statement: str) -> None:
    with store._writer.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text(statement))


def test_the_chain_has_no_hole_however_often_messages_come(store: Store) -> None:
    add(store, 1, 2, 1)
    add(store, 2, 3)
    with pytest.raises(RuntimeError):
        add_and_fail(store)
    add(store, 4)
    with store.snapshot() as look:
        assert [entry.seq for entry in look.entries(0)] == [1, 2, 3, 4]
    assert found(store) == []


def test_writers_at_once_make_one_chain(open_store: Callable[[], Store]) -> None:
    stores = [open_store() for _ in range(2)]

    def write(place: int) -> None:
        for number in range(20):
            add(stores[place], place * 1000 + number, 5000 + number)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with stores[0].snapshot() as look:
        assert [entry.seq for entry in look.entries(0)] == list(range(1, 61))
    assert found(stores[1]) == []
    for store in stores:
        store.close()


def test_a_seal_and_what_it_covers_are_one_transaction(store: Store, keys: Keys) -> None:
    add(store, 1, 2)
    with store.begin() as unit:
        unit.append([observation(3)])
        assert seal(unit, keys, START).last == 3
    add(store, 4)
    assert found(store) == []


def test_a_snapshot_does_not_see_what_comes_after_it(store: Store, open_store: Callable[[], Store]) -> None:
    add(store, 1)
    other = open_store()
    with store.snapshot() as look:
        assert look.head() is not None
        add(other, 2)
        assert [entry.id for entry in look.entries(0)] == [observation(1).id]
        assert list(breaks(look)) == []
    other.close()


def test_a_pruned_chain_verifies_from_its_anchor(store: Store, keys: Keys) -> None:
    add(store, 1, 2)
    with store.begin() as unit:
        seal(unit, keys, START)
    add(store, 3)
    with store.begin() as unit:
        assert prune(unit, keys, START + 2 * DAY, days=1, readers={}).count == 2
    add(store, 4)
    assert found(store) == []
    alter(store, "UPDATE messages SET at = at + 1 WHERE seq = 3")
    assert found(store)[0].startswith("message 3 (")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE messages SET kind = 'Wakeup' WHERE seq = 2",
        "DELETE FROM messages WHERE seq = 1",
        "DELETE FROM messages WHERE seq = 3",
        "DELETE FROM messages WHERE seq = 4",
        "DELETE FROM seals WHERE number = 1",
        "UPDATE seals SET signature = statement WHERE number = 1",
        "DELETE FROM chain",
    ],
)
def test_tampering_is_found(store: Store, keys: Keys, statement: str) -> None:
    add(store, 1, 2, 3)
    with store.begin() as unit:
        seal(unit, keys, START)
    add(store, 4)
    assert found(store) == []
    alter(store, statement)
    assert found(store)
