"""Keeping: what a person asks for in words, when seals are made, and files that are there whole or not at all."""

from __future__ import annotations

import random
import threading
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from garde import keeping
from garde.config import Config, EvidenceSection
from garde.errors import Missing, Refused, Unreachable, Untrusted
from garde.evidence import standalone
from garde.evidence.export import Wanted
from garde.evidence.seal import DAY, MINUTE
from garde.keys.file import FileKeys
from garde.keys.passphrase import PassphraseKeys
from garde.pipeline.shapes import SHAPES
from garde.ports import Store
from garde.store.sqlite import open_sqlite
from garde.vault.box import Box
from tests.makers import START, device, observation


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
    keeping.seal_now(EvidenceSection(), store, keys, clock)
    assert count(store) == 2
    add(store, 3)
    keeping.seal_now(EvidenceSection(), store, keys, clock)
    assert count(store) == 3


def test_pruning_is_off_until_days_are_set(store: Store, keys: FileKeys) -> None:
    clock = Hand()
    add(store, 1, 2)
    keeping.seal_now(EvidenceSection(), store, keys, clock)
    clock.at += 30 * DAY
    assert keeping.prune(EvidenceSection(), store, keys, clock) == 0
    assert keeping.prune(EvidenceSection(keep_days=31), store, keys, clock) == 0
    assert keeping.prune(EvidenceSection(keep_days=7), store, keys, clock) == 2
    assert keeping.verify(store, keys, EvidenceSection(), lambda text: None) == []


def test_verifying_makes_no_key_and_says_whose_the_seals_are(store: Store, keys: FileKeys, tmp_path: Path) -> None:
    add(store, 1)
    keeping.seal_now(EvidenceSection(), store, keys, Hand())
    said: list[str] = []
    absent = FileKeys(str(tmp_path / "absent.pem"))
    assert keeping.verify(store, absent, EvidenceSection(), said.append) == []
    assert not (tmp_path / "absent.pem").exists() and keys.name in said[0]
    absent.sign(b"")
    assert keeping.verify(store, absent, EvidenceSection(), said.append)
    assert keeping.verify(store, absent, EvidenceSection(trusted=(keys.name,)), said.append) == []


def until(done: Callable[[], bool]) -> None:
    """Wait for a thread; a test that hangs fails."""
    for _ in range(2000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError


def test_the_log_is_sealed_and_verified_while_the_product_runs(
    store: Store, keys: FileKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LOOK", 0.01)
    monkeypatch.setattr(keeping, "AGAIN", 0.0)
    add(store, 1, 2)
    told: list[str] = []
    with keeping.sealing(EvidenceSection(), store, keys, Hand(), told.append, told.extend) as state:
        until(lambda: count(store) == 1 and state.verified == 2 and state.whole)
        assert not told and not state.breaks and not state.trouble
        with store._writer.begin() as connection:  # type: ignore[attr-defined]
            connection.execute(text("UPDATE messages SET at = 1 WHERE seq = 1"))
        until(lambda: len(told) >= 2)
    assert told[1] == state.breaks[0] and told[1].startswith("message 1 (")
    assert len([line for line in told if "message 1 (" in line]) == 2


def test_a_break_that_could_not_be_told_is_told_again(
    store: Store, keys: FileKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LOOK", 0.01)
    add(store, 1, 2)
    with store._writer.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("UPDATE messages SET at = 1 WHERE seq = 1"))
    tries: list[str] = []

    def tell(lines: Sequence[str]) -> None:
        tries.extend(lines)
        if len(tries) == 1:
            raise Unreachable("bus.unreachable")

    with keeping.sealing(EvidenceSection(), store, keys, Hand(), lambda said: None, tell) as state:
        until(lambda: bool(state.breaks))
    assert len(tries) == 2 and tries[0] == tries[1] == state.breaks[0]


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


def test_an_archive_is_sealed_to_its_end_first_and_may_be_encrypted(
    store: Store, keys: FileKeys, tmp_path: Path
) -> None:
    add(store, 1, 2)
    out, clear = tmp_path / "out.garde", tmp_path / "clear.garde"
    lock = FileKeys(str(tmp_path / "lock.pem"))
    made = keeping.write_archive(store, keys, out, Wanted(), Hand(), Config(), lock=lock)
    assert made.messages == 2 and not zipfile.is_zipfile(out)
    with pytest.raises(Missing):
        keeping.decrypt(out, clear, keys)
    assert not clear.exists()
    keeping.decrypt(out, clear, lock)
    assert standalone.main([str(clear)]) == 0


def restored(store: Store, keys: FileKeys, path: Path, lock: FileKeys, **options: object) -> list[str]:
    said: list[str] = []
    chosen = EvidenceSection(**options)  # type: ignore[arg-type]
    with keeping.opening(path, lock) as saved:
        return keeping.restore(store, keys, saved, chosen, said.append, replace=False)


def test_an_encrypted_backup_brings_the_key_to_a_blank_machine(
    store: Store, keys: FileKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDE_PASSPHRASE", "correct horse battery")
    add(store, 1, 2)
    Box(store, keys, Hand()).put("smtp.password", "secret")
    lock = PassphraseKeys(str(tmp_path / "salt"))
    keeping.backup(store, keys, tmp_path / "backup", Hand(), Config(), lock=lock)
    blank = FileKeys(str(tmp_path / "blank" / "k.pem"))
    other = open_sqlite(str(tmp_path / "other.db"), SHAPES)
    unknown = PassphraseKeys(str(tmp_path / "blank" / "salt"))
    assert restored(other, blank, tmp_path / "backup", unknown) == []  # type: ignore[arg-type]
    assert blank.name == keys.name and blank.sign(b"x") == keys.sign(b"x")
    assert Box(other, blank, Hand()).get("smtp.password") == b"secret"


def test_a_backup_of_an_unknown_key_is_refused_where_there_is_a_key(
    store: Store, keys: FileKeys, tmp_path: Path
) -> None:
    add(store, 1)
    made = keeping.backup(store, keys, tmp_path / "backup", Hand(), Config(), lock=None)
    assert made.files == {}
    other, own = open_sqlite(str(tmp_path / "other.db"), SHAPES), FileKeys(str(tmp_path / "own.pem"))
    own.sign(b"")
    with pytest.raises(Untrusted) as error:
        restored(other, own, tmp_path / "backup", own)
    assert error.value.code == "restore.signer" and count(other) == 0
    assert restored(other, own, tmp_path / "backup", own, trusted=(keys.name,)) == []
    # Both keys are trusted, so that one may go on where the other ended.
    add(other, 2)
    keeping.seal_now(EvidenceSection(trusted=(keys.name,)), other, own, Hand())
    assert keeping.verify(other, own, EvidenceSection(trusted=(keys.name,)), lambda text: None) == []


def test_a_key_in_a_file_is_followed_in_its_place(store: Store, keys: FileKeys) -> None:
    add(store, 1)
    box = Box(store, keys, Hand())
    box.put("a", "x")
    before = keys.sign(b"") and keys.name
    assert keeping.rotate(store, keys, Hand(), None, lambda text: None) == keys.name != before
    add(store, 2)
    keeping.seal_now(EvidenceSection(), store, keys, Hand())
    assert keeping.verify(store, keys, EvidenceSection(), lambda text: None) == []
    assert box.get("a") == b"x"


def test_a_key_of_another_scheme_follows_once_it_is_set(
    store: Store, keys: FileKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDE_PASSPHRASE", "correct horse battery")
    new = PassphraseKeys(str(tmp_path / "salt"))
    add(store, 1)
    Box(store, keys, Hand()).put("a", "x")
    keeping.rotate(store, keys, Hand(), new, lambda text: None)
    for number, either in enumerate((keys, new), 2):
        assert Box(store, either, Hand()).get("a") == b"x"
        add(store, number)
        keeping.seal_now(EvidenceSection(), store, either, Hand())
        assert keeping.verify(store, either, EvidenceSection(), lambda text: None) == []
    with pytest.raises(Refused):
        keeping.rotate(store, new, Hand(), None, lambda text: None)


def test_seals_are_witnessed_and_a_restore_begins_another_file(store: Store, keys: FileKeys, tmp_path: Path) -> None:
    chosen = EvidenceSection(witness=str(tmp_path / "seals"))
    add(store, 1)
    keeping.seal_now(chosen, store, keys, Hand())
    keeping.backup(store, keys, tmp_path / "backup", Hand(), Config(evidence=chosen))
    add(store, 2)
    keeping.seal_now(chosen, store, keys, Hand())
    assert keeping.verify(store, keys, chosen, lambda text: None) == []
    other = open_sqlite(str(tmp_path / "other.db"), SHAPES)
    with keeping.opening(tmp_path / "backup", keys) as saved:
        unwatched = EvidenceSection()
        assert keeping.restore(other, keys, saved, unwatched, lambda text: None, replace=False) == []
        (line,) = keeping.verify(other, keys, chosen, lambda text: None)
        assert line.startswith("seal 2 was witnessed, and is not there")
        assert keeping.restore(other, keys, saved, chosen, lambda text: None, replace=True) == []
    assert len(list(tmp_path.glob("seals*"))) == 2


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_file_of_the_database_is_told_and_never_passed_over(
    tmp_path: Path, keys: FileKeys, seed: int
) -> None:
    path = tmp_path / "garde.db"
    store = open_sqlite(str(path), SHAPES)
    add(store, *range(200))
    with store.begin() as unit:
        unit.put([device(number) for number in range(30)])
    keeping.seal_now(EvidenceSection(), store, keys, Hand())
    with store.snapshot() as look:
        before = list(look.entries(0)), list(look.seals())
    store.close()
    data, dice = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(40):
        data[dice.randrange(4096, len(data))] ^= dice.randint(1, 255)
    path.write_bytes(data)
    try:
        damaged = open_sqlite(str(path), SHAPES)
    except (Unreachable, Untrusted):
        return
    if not keeping.verify(damaged, keys, EvidenceSection(), lambda text: None):
        with damaged.snapshot() as look:
            assert (list(look.entries(0)), list(look.seals())) == before
    damaged.close()


def test_a_broken_store_is_saved_as_it_is_and_said_to_be_broken(store: Store, keys: FileKeys, tmp_path: Path) -> None:
    add(store, 1, 2)
    keeping.seal_now(EvidenceSection(), store, keys, Hand())
    with store._writer.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("DELETE FROM seals"))
        connection.execute(text("UPDATE messages SET at = 1 WHERE seq = 2"))
    keeping.backup(store, keys, tmp_path / "backup", Hand(), Config())
    other = open_sqlite(str(tmp_path / "other.db"), SHAPES)
    assert restored(other, keys, tmp_path / "backup", keys)[0].startswith("message 2 (")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("owner", "act"), [(Box, "admit"), (FileKeys, "succeed"), (Box, "renew"), (FileKeys, "successor")]
)
def test_a_rotation_that_is_interrupted_loses_nothing_and_is_done_again(
    store: Store, keys: FileKeys, monkeypatch: pytest.MonkeyPatch, owner: type, act: str, after: bool
) -> None:
    add(store, 1)
    box = Box(store, keys, Hand())
    box.put("a", "x")
    keeping.seal_now(EvidenceSection(), store, keys, Hand())
    whole = getattr(owner, act)

    def interrupted(*arguments: object, **options: object) -> object:
        if after:
            whole(*arguments, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, act, interrupted)
        with pytest.raises(KeyboardInterrupt):
            keeping.rotate(store, keys, Hand(), None, lambda text: None)
    for _ in range(2):
        # As a process that begins now would see it.
        fresh = FileKeys(str(keys._path))
        assert Box(store, fresh, Hand()).get("a") == b"x"
        with store.begin() as unit:
            number = len(list(unit.seals()))
        add(store, 10 + number)
        keeping.seal_now(EvidenceSection(), store, fresh, Hand())
        assert keeping.verify(store, fresh, EvidenceSection(), lambda text: None) == []
        keeping.rotate(store, fresh, Hand(), None, lambda text: None)
    assert keeping.verify(store, keys, EvidenceSection(), lambda text: None) == []
