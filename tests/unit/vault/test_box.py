"""The box: nothing readable lies in the store, and keys change without a pause."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest

from garde.errors import Missing, Untrusted
from garde.keys.file import FileKeys
from garde.pipeline.shapes import SHAPES
from garde.ports import Store
from garde.store.sqlite import open_sqlite
from garde.vault import box as module
from garde.vault.box import Box, DataKey, Secret
from tests.unit.pipeline.test_runner import HandClock


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_sqlite(str(tmp_path / "garde.db"), SHAPES)


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    return FileKeys(str(tmp_path / "k.pem"))


@pytest.fixture
def box(store: Store, keys: FileKeys) -> Box:
    return Box(store, keys, HandClock())


def test_a_secret_comes_back_and_lies_nowhere_readable(box: Box, store: Store, tmp_path: Path) -> None:
    box.put("smtp.password", "motdepasse-très-secret")
    box.put("smtp.password", "motdepasse-plus-secret")
    box.put("oidc.secret", b"\x00\xff")
    assert box.names() == ["oidc.secret", "smtp.password"]
    assert box.get("smtp.password").decode() == "motdepasse-plus-secret"
    store.close()
    assert not any(b"motdepasse" in path.read_bytes() for path in tmp_path.iterdir())


def test_a_key_that_others_need_is_made_once(store: Store, keys: FileKeys) -> None:
    found: list[bytes] = []
    start = threading.Barrier(4)

    def ask(number: int) -> None:
        box = Box(store, FileKeys(str(keys._path)), HandClock())
        start.wait()
        found.append(box.held("people.factor", lambda: bytes([number]) * 32))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1 and len(found[0]) == 32


def test_a_secret_that_is_not_there_is_missing(box: Box) -> None:
    box.put("a", "x")
    box.drop("a")
    with pytest.raises(Missing):
        box.get("a")


def test_another_process_with_the_same_key_reads_it(box: Box, store: Store, tmp_path: Path) -> None:
    box.put("a", "x")
    assert Box(store, FileKeys(str(tmp_path / "k.pem")), HandClock()).get("a") == b"x"
    with pytest.raises(Missing):
        Box(store, FileKeys(str(tmp_path / "other.pem")), HandClock()).get("a")


def test_a_secret_cannot_be_altered_or_put_under_another_name(box: Box, store: Store) -> None:
    box.put("a", "x")
    box.put("b", "y")
    one = store.get(Secret, ["a"])["a"]
    spoilt = (
        msgspec.structs.replace(one, id="b"),
        msgspec.structs.replace(one, id="b", body=one.body[:-1] + bytes([one.body[-1] ^ 1])),
        msgspec.structs.replace(one, id="b", body=b""),
    )
    for secret in spoilt:
        with store.begin() as unit:
            unit.put([secret])
        with pytest.raises(Untrusted):
            box.get("b")
    with store.begin() as unit:
        unit.drop(DataKey, [one.key])
    with pytest.raises(Untrusted):
        box.get("a")


def test_a_rotation_leaves_nothing_that_the_old_key_reads(
    box: Box, store: Store, keys: FileKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOGETHER", 2)
    for number in range(5):
        box.put(f"s{number}", f"value {number}")
    old = {one.id for one in store.all(DataKey)}
    before = {one.id: one.body for one in store.all(Secret)}
    assert box.admit(keys.successor()) == 1
    assert Box(store, keys, HandClock()).get("s1") == b"value 1"
    keys.succeed()
    assert Box(store, keys, HandClock()).get("s2") == b"value 2"
    assert box.renew() == 5
    assert not old & {one.id for one in store.all(DataKey)}
    assert all(one.body != before[one.id] for one in store.all(Secret))
    assert [box.get(f"s{number}").decode() for number in range(5)] == [f"value {number}" for number in range(5)]
    for path in keys._path.parent.glob("k.pem.[0-9a-f]*"):
        path.unlink()
    assert Box(store, keys, HandClock()).get("s4") == b"value 4"


def test_every_secret_is_readable_at_every_moment_of_a_rotation(box: Box, store: Store, keys: FileKeys) -> None:
    for number in range(30):
        box.put(f"s{number}", f"value {number}")
    done, wrong, reads = threading.Event(), [], []

    def read() -> None:
        while not done.is_set():
            for number in range(0, 30, 7):
                fresh = Box(store, FileKeys(str(keys._path)), HandClock())
                if fresh.get(f"s{number}").decode() != f"value {number}":
                    wrong.append(number)
                reads.append(number)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(4):
            box.admit(keys.successor())
            keys.succeed()
            box.renew()
    finally:
        done.set()
        reader.join()
    assert not wrong and reads and reader.is_alive() is False
    assert box.get("s29") == b"value 29"


def test_two_keys_read_what_both_were_let_in_for(box: Box, store: Store, keys: FileKeys, tmp_path: Path) -> None:
    box.put("a", "x")
    new = FileKeys(str(tmp_path / "new.pem"))
    box.admit(new)
    assert Box(store, new, HandClock()).renew(also=keys) == 1
    for either in (keys, new):
        assert Box(store, either, HandClock()).get("a") == b"x"
