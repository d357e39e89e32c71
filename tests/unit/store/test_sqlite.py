"""SQLite: one file, or memory; a folder that cannot be made is named."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from garde.errors import Unreachable
from garde.model.device import Device
from garde.pipeline.shapes import SHAPES
from garde.store.sqlite import open_sqlite
from tests.makers import device


def test_a_file_and_its_folder_are_made(tmp_path: Path) -> None:
    open_sqlite(str(tmp_path / "a" / "garde.db"), SHAPES).close()
    assert (tmp_path / "a" / "garde.db").exists()


def test_memory_is_shared_by_threads() -> None:
    store = open_sqlite("", SHAPES)

    def write() -> None:
        with store.begin() as unit:
            unit.put([device(1)])

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert [one.id for one in store.all(Device)] == ["d-1"]


def test_two_writers_take_turns(tmp_path: Path) -> None:
    one, two = (open_sqlite(str(tmp_path / "garde.db"), SHAPES) for _ in range(2))

    def write(store_number: int) -> None:
        store = (one, two)[store_number]
        for number in range(30):
            with store.begin() as unit:
                list(unit.all(Device))
                unit.put([device(store_number * 100 + number)])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(one.all(Device))) == 60


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable) as error:
        open_sqlite(str(tmp_path / "file" / "garde.db"), SHAPES)
    assert error.value.code == "store.folder"
