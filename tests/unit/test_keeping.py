"""Keeping: what a person asks for in words, when seals are made, and files that are there whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from garde import keeping
from garde.config import EvidenceSection
from garde.errors import Malformed, Unreachable
from garde.evidence.seal import DAY, MINUTE
from garde.keys.file import FileKeys
from garde.pipeline.shapes import SHAPES
from garde.ports import Store
from garde.store.sqlite import open_sqlite
from tests.makers import START, observation


class Hand:
    """A clock that stands where it is set."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        return self.at


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_sqlite(str(tmp_path / "garde.db"), SHAPES)


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    return FileKeys(str(tmp_path / "k.pem"))


def add(store: Store, *numbers: int) -> None:
    with store.begin() as unit:
        unit.append([observation(number) for number in numbers])


def count(store: Store) -> int:
    with store.snapshot() as look:
        return len(look.seals())


def test_a_period_is_read_as_people_write_it() -> None:
    wanted = keeping.wanted("2026-11-24", "2026-11-24T08:00:00+01:00", "Decision, Finding", None)
    assert wanted.until - wanted.since == 7 * 3600 * 1_000_000_000
    assert wanted.kinds == ("Decision", "Finding")


@pytest.mark.parametrize(("since", "kinds"), [("yesterday", ""), ("", "Decisions")])
def test_what_cannot_be_read_is_named(since: str, kinds: str) -> None:
    with pytest.raises(Malformed):
        keeping.wanted(since, "", kinds, None)


def test_a_seal_is_made_when_due_and_not_before(store: Store, keys: FileKeys) -> None:
    clock, chosen = Hand(), EvidenceSection(seal_messages=3, seal_minutes=5)
    assert not keeping.seal_if_due(chosen, store, keys, clock)
    add(store, 1)
    assert keeping.seal_if_due(chosen, store, keys, clock)
    add(store, 2)
    assert not keeping.seal_if_due(chosen, store, keys, clock)
    clock.at += 5 * MINUTE
    assert keeping.seal_if_due(chosen, store, keys, clock)
    assert count(store) == 2
    keeping.seal_now(store, keys, clock)
    assert count(store) == 2
    add(store, 3)
    keeping.seal_now(store, keys, clock)
    assert count(store) == 3


def test_pruning_is_off_until_days_are_set(store: Store, keys: FileKeys) -> None:
    clock = Hand()
    add(store, 1, 2)
    keeping.seal_now(store, keys, clock)
    clock.at += 30 * DAY
    assert keeping.prune(EvidenceSection(), store, keys, clock) == 0
    assert keeping.prune(EvidenceSection(keep_days=31), store, keys, clock) == 0
    assert keeping.prune(EvidenceSection(keep_days=7), store, keys, clock) == 2
    assert keeping.verify(store, keys, EvidenceSection(), lambda text: None) == []


def test_verifying_makes_no_key_and_says_whose_the_seals_are(store: Store, keys: FileKeys, tmp_path: Path) -> None:
    add(store, 1)
    keeping.seal_now(store, keys, Hand())
    said: list[str] = []
    absent = FileKeys(str(tmp_path / "absent.pem"))
    assert keeping.verify(store, absent, EvidenceSection(), said.append) == []
    assert not (tmp_path / "absent.pem").exists() and keys.name in said[0]
    absent.sign(b"")
    assert keeping.verify(store, absent, EvidenceSection(), said.append)
    assert keeping.verify(store, absent, EvidenceSection(trusted=(keys.name,)), said.append) == []


def test_the_log_is_sealed_while_the_product_runs(
    store: Store, keys: FileKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LOOK", 0.01)
    add(store, 1)
    sealed = threading.Event()
    act = keeping.seal_if_due

    def seen(*arguments: object) -> bool:
        done = act(*arguments)  # type: ignore[arg-type]
        if done:
            sealed.set()
        return done

    monkeypatch.setattr(keeping, "seal_if_due", seen)
    with keeping.sealing(EvidenceSection(), store, keys, Hand(), lambda text: None):
        assert sealed.wait(20)
    assert count(store) == 1


def test_a_key_that_cannot_be_used_is_said_once(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK", 0.001)
    (tmp_path / "file").write_text("")
    add(store, 1)
    said: list[str] = []
    tried = threading.Semaphore(0)
    act = keeping.seal_if_due

    def seen(*arguments: object) -> bool:
        tried.release()
        return act(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(keeping, "seal_if_due", seen)
    keys = FileKeys(str(tmp_path / "file" / "k.pem"))
    with keeping.sealing(EvidenceSection(), store, keys, Hand(), said.append):
        for _ in range(4):
            assert tried.acquire(timeout=20)
    assert len(said) == 1


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out"

    def fail() -> None:
        with keeping.writing(path) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []
    with keeping.writing(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"
    with pytest.raises(Unreachable), keeping.writing(tmp_path / "absent" / "out"):
        pass
