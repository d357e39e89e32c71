"""Sealing: when a seal is due, what it says, and what pruning leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from garde.errors import Refused, Untrusted
from garde.evidence.seal import DAY, MINUTE, due, last, prune, read, seal
from garde.evidence.verify import breaks
from garde.keys.file import FileKeys
from garde.pipeline import integrity
from garde.pipeline.shapes import SHAPES
from garde.ports import Keys, Sealed, Store
from garde.store.sqlite import open_sqlite
from tests.makers import START, observation

NOW = START


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return FileKeys(str(tmp_path / "k.pem"))


@pytest.fixture
def store() -> Store:
    return open_sqlite("", SHAPES)


def add(store: Store, *numbers: int) -> None:
    with store.begin() as unit:
        unit.append([observation(number) for number in numbers])


def found(store: Store, *trusted: str) -> list[str]:
    with store.snapshot() as look:
        return list(breaks(look, trusted))


def test_a_seal_is_due_after_messages_or_minutes(store: Store, keys: Keys) -> None:
    with store.begin() as unit:
        assert not due(unit, NOW, messages=2, minutes=10)
    add(store, 1)
    with store.begin() as unit:
        assert due(unit, NOW, messages=2, minutes=10)
        seal(unit, keys, NOW)
        assert not due(unit, NOW + 11 * MINUTE, messages=2, minutes=10)
    add(store, 2)
    with store.begin() as unit:
        assert not due(unit, NOW + 9 * MINUTE, messages=2, minutes=10)
        assert due(unit, NOW + 10 * MINUTE, messages=2, minutes=10)
    add(store, 3)
    with store.begin() as unit:
        assert due(unit, NOW, messages=2, minutes=10)


def test_a_seal_names_its_range_its_key_and_the_one_before(store: Store, keys: Keys) -> None:
    add(store, 1, 2)
    with store.begin() as unit:
        one = seal(unit, keys, NOW)
    add(store, 3)
    with store.begin() as unit:
        two = seal(unit, keys, NOW + 1)
        assert last(unit) == two
    assert (one.number, one.first, one.last, one.count, one.previous) == (1, 1, 2, 2, "")
    assert (two.number, two.first, two.last, two.count, two.previous) == (2, 3, 3, 1, one.digest())
    assert one.key == two.key == keys.name
    assert found(store, keys.name) == []
    assert found(store, "00" * 32) == [f"the last seal is of the key {keys.name[:16]}, which is not trusted here"]


def test_what_was_sealed_long_ago_goes_and_the_rest_still_verifies(store: Store, keys: Keys) -> None:
    add(store, 1, 2, 3)
    with store.begin() as unit:
        seal(unit, keys, NOW)
    add(store, 4)
    with store.begin() as unit:
        seal(unit, keys, NOW + 5 * DAY)
    add(store, 5)
    with store.begin() as unit:
        done = prune(unit, keys, NOW + 9 * DAY, days=7, readers={"inventory": "5"})
        assert (done.count, done.last) == (3, 3)
    assert [message.id for _, message in store.log(0, (), 9)] == [observation(number).id for number in (4, 5)]
    assert found(store, keys.name) == []
    with store.begin() as unit:
        told = last(unit)
        assert told is not None and (told.pruned, told.until) == (3, START + 3)
        assert prune(unit, keys, NOW + 9 * DAY, days=7, readers={}).count == 0
    add(store, 1)
    assert found(store) == []


def test_what_a_reader_has_not_read_stays(store: Store, keys: Keys) -> None:
    add(store, 1, 2)
    with store.begin() as unit:
        seal(unit, keys, NOW)
        assert prune(unit, keys, NOW + 9 * DAY, days=7, readers={"slow": "1", "nats": ""}).count == 0
        assert prune(unit, keys, NOW + 9 * DAY, days=7, readers={"slow": "2", "nats": ""}).count == 2
    assert found(store) == []


def test_another_key_does_not_seal_until_it_is_announced_or_the_old_one_trusted(
    store: Store, keys: Keys, tmp_path: Path
) -> None:
    other = FileKeys(str(tmp_path / "other.pem"))
    other.sign(b"")
    add(store, 1)
    with store.begin() as unit:
        seal(unit, keys, NOW)
        with pytest.raises(Refused):
            seal(unit, other, NOW)
        seal(unit, keys, NOW, successor=other.name)
        # What was announced stays so until the other key signs, and then the old one is over.
        assert seal(unit, keys, NOW).successor == other.name
        assert seal(unit, other, NOW).successor == ""
        with pytest.raises(Refused):
            seal(unit, keys, NOW)
        seal(unit, keys, NOW, trusted=(other.name,))
    assert found(store, keys.name, other.name) == []
    assert found(store, keys.name) != []


def test_when_everything_went_readers_are_where_they_were(store: Store, keys: Keys) -> None:
    add(store, 1, 2)
    with store.begin() as unit:
        unit.advance("inventory", "2")
        seal(unit, keys, NOW)
        assert prune(unit, keys, NOW + 9 * DAY, days=7, readers={"inventory": "2"}).count == 2
    assert list(integrity.breaks(store, (keys.name,))) == []
    add(store, 3)
    assert [number for number, _ in store.log(2, (), 9)] == [3]


def test_nothing_goes_that_was_never_sealed(store: Store, keys: Keys) -> None:
    add(store, 1)
    with store.begin() as unit:
        assert prune(unit, keys, NOW + 900 * DAY, days=1, readers={}).count == 0


def test_nothing_follows_a_missing_seal(store: Store, keys: Keys) -> None:
    add(store, 1)
    with store.begin() as unit:
        seal(unit, keys, NOW)
    with store._writer.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("DELETE FROM seals"))
    with store.begin() as unit, pytest.raises(Untrusted):
        seal(unit, keys, NOW)


def test_what_is_no_seal_is_told() -> None:
    with pytest.raises(Untrusted):
        read(Sealed(1, "text", b""))  # type: ignore[arg-type]
