"""Backup and restore, from each database into each: the same digests, and nothing that could not go on."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from garde.errors import Conflict, Untrusted
from garde.evidence.seal import seal
from garde.keys.file import FileKeys
from garde.model.device import Device
from garde.model.table import digest
from garde.pipeline.integrity import breaks
from garde.pipeline.shapes import SHAPES
from garde.ports import Keys, Store
from garde.store.sqlite import open_sqlite
from garde.vault.backup import Saved, save
from garde.vault.box import Box
from tests.makers import START, device, observation
from tests.unit.pipeline.test_runner import HandClock


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return FileKeys(str(tmp_path / "k.pem"))


def fill(store: Store, keys: Keys) -> None:
    Box(store, keys, HandClock()).put("smtp.password", "secret")
    with store.begin() as unit:
        unit.append([observation(number, value=f"é{number} \U0001f3e5") for number in range(300)])
        unit.put([device(number) for number in (1, 2, 10)])
        unit.advance("Inventory", "3")
        unit.advance("inventory", "300")
        seal(unit, keys, START)


def saved(store: Store, keys: Keys) -> Saved:
    out = io.BytesIO()
    with store.snapshot() as look:
        save(look, keys, out, START)
    copy = Saved(out)
    assert copy.damage() == []
    return copy


def digests(store: Store) -> dict[str, str]:
    with store.snapshot() as look:
        return {name: digest(columns, look.rows(name)) for name, columns in look.tables.items()}


def test_there_and_back_again_nothing_changed(store: Store, keys: Keys, tmp_path: Path) -> None:
    fill(store, keys)
    before = digests(store)
    copy = saved(store, keys)
    assert copy.digests == before
    other = open_sqlite(str(tmp_path / "other.db"), SHAPES)
    other.restore(copy, copy.digests)
    assert digests(other) == before
    back = saved(other, keys)
    with pytest.raises(Conflict):
        store.restore(back, back.digests)
    store.restore(back, back.digests, replace=True)
    assert digests(store) == before
    assert Box(store, keys, HandClock()).get("smtp.password") == b"secret"
    with store.begin() as unit:
        unit.append([observation(1000)])
        unit.put([device(3)])
    assert list(breaks(store, (keys.name,))) == []  # type: ignore[arg-type]


def test_a_restore_that_fails_leaves_what_was_there(store: Store, keys: Keys) -> None:
    fill(store, keys)
    copy = saved(store, keys)
    with store.begin() as unit:
        unit.put([device(7)])
    before = digests(store)
    with pytest.raises(Untrusted):
        store.restore(copy, copy.digests | {"records": "00"}, replace=True)
    assert digests(store) == before


def test_a_backup_made_while_others_write_is_one_moment(
    open_store: Callable[[], Store], keys: Keys, tmp_path: Path
) -> None:
    store, writer = open_store(), open_store()
    fill(store, keys)
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        number = 10_000
        while not stop.is_set():
            with writer.begin() as unit:
                # What one transaction writes is in the backup together or not at all.
                unit.append([observation(number), observation(number + 1)])
                unit.put([device(number)])
            written.append(number)
            number += 2

    thread = threading.Thread(target=write)
    thread.start()
    try:
        copies = []
        while len(copies) < 3:
            begun = len(written)
            copies.append(saved(store, keys))
            while len(written) == begun:
                pass
    finally:
        stop.set()
        thread.join()
    for number, copy in enumerate(copies):
        other = open_sqlite(str(tmp_path / f"{number}.db"), SHAPES)
        other.restore(copy, copy.digests)
        assert digests(other) == copy.digests
        late = [one.id for one in other.all(Device) if int(one.id[2:]) >= 10_000]
        assert copy.manifest.seq == 300 + 2 * len(late)
        assert list(breaks(other)) == []
        other.close()
    assert copies[-1].manifest.seq > copies[0].manifest.seq
    store.close()
    writer.close()
