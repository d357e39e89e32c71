"""The witness: a store that went back to an earlier seal, or along another way, is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from garde.errors import Unreachable
from garde.evidence.seal import seal
from garde.evidence.verify import breaks
from garde.evidence.witness import Witness
from garde.keys.file import FileKeys
from garde.pipeline.shapes import SHAPES
from garde.store.sql import SqlStore
from garde.store.sqlite import open_sqlite
from tests.makers import START, observation


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    return FileKeys(str(tmp_path / "k.pem"))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path / "seals")


def sealed(store: SqlStore, keys: FileKeys, *numbers: int) -> None:
    for number in numbers:
        with store.begin() as unit:
            unit.append([observation(number)])
            seal(unit, keys, START + number)


def found(store: SqlStore, witness: Witness) -> list[str]:
    with store.snapshot() as look:
        assert list(breaks(look)) == []
        return list(witness.breaks(look))


def followed(store: SqlStore, witness: Witness) -> int:
    with store.snapshot() as look:
        return witness.follow(look)


def go_back(store: SqlStore, seal_number: int) -> None:
    """Everything behind a seal is removed, and the head made to fit: the chain itself shows nothing."""
    with store._writer.begin() as connection:
        connection.execute(text("DELETE FROM seals WHERE number > :number"), {"number": seal_number})
        connection.execute(text("DELETE FROM messages WHERE seq > :number"), {"number": seal_number})
        connection.execute(
            text(
                "UPDATE chain SET seq = :number, seals = :number, "
                "link = (SELECT link FROM messages WHERE seq = :number)"
            ),
            {"number": seal_number},
        )


def test_each_seal_is_noted_once(keys: FileKeys, witness: Witness, tmp_path: Path) -> None:
    store = open_sqlite("", SHAPES)
    assert followed(store, witness) == 0 and not (tmp_path / "seals").exists()
    sealed(store, keys, 1, 2)
    assert (followed(store, witness), followed(store, witness)) == (2, 0)
    sealed(store, keys, 3)
    assert followed(store, witness) == 1
    assert found(store, witness) == []
    assert len((tmp_path / "seals").read_bytes().splitlines()) == 3


def test_a_store_that_was_taken_back_is_found(keys: FileKeys, witness: Witness) -> None:
    store = open_sqlite("", SHAPES)
    sealed(store, keys, 1, 2, 3)
    followed(store, witness)
    go_back(store, 1)
    assert [line[:6] for line in found(store, witness)] == ["seal 2", "seal 3"]
    sealed(store, keys, 8, 9)
    assert found(store, witness) == [f"seal {number} is another one than was witnessed" for number in (2, 3)]
    witness.begin_anew("before")
    assert found(store, witness) == [] and followed(store, witness) == 3


def test_one_file_serves_several_stores(keys: FileKeys, witness: Witness) -> None:
    one, two = open_sqlite("", SHAPES), open_sqlite("", SHAPES)
    sealed(one, keys, 1, 2, 3)
    sealed(two, keys, 4)
    assert followed(one, witness) + followed(two, witness) == 4
    assert found(one, witness) == found(two, witness) == []


def test_what_is_no_witness_is_told(keys: FileKeys, tmp_path: Path) -> None:
    store = open_sqlite("", SHAPES)
    sealed(store, keys, 1)
    (tmp_path / "odd").write_text("{}\n")
    with pytest.raises(Unreachable):
        followed(store, Witness(tmp_path / "odd"))
    with pytest.raises(Unreachable):
        followed(store, Witness(tmp_path))
    with pytest.raises(Unreachable):
        followed(store, Witness(tmp_path / "absent" / "seals"))
