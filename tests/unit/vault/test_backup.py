"""Backups: what is damaged is named, whatever octet it is."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from garde.errors import Untrusted
from garde.keys.file import FileKeys
from garde.model.table import digest
from garde.pipeline.shapes import SHAPES
from garde.store.sqlite import open_sqlite
from garde.vault.backup import Manifest, Saved, save
from tests.makers import START, device, observation

KEYS = FileKeys(str(Path(tempfile.mkdtemp(prefix="garde-test-")) / "k.pem"))


def written() -> tuple[bytes, Manifest]:
    store = open_sqlite("", SHAPES)
    with store.begin() as unit:
        unit.append([observation(number) for number in range(20)])
        unit.put([device(1), device(2)])
    out = io.BytesIO()
    with store.snapshot() as look:
        manifest = save(look, KEYS, out, START, site="CHU", files={"note": b"kept"})
        assert {name: table.sha256 for name, table in manifest.tables.items()} == {
            name: digest(columns, look.rows(name)) for name, columns in look.tables.items()
        }
    return out.getvalue(), manifest


DATA, MANIFEST = written()


def damaged(files: dict[str, bytes]) -> list[str]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return Saved(out).damage()


with zipfile.ZipFile(io.BytesIO(DATA)) as _archive:
    FILES = {name: _archive.read(name) for name in _archive.namelist()}


def test_what_was_saved_comes_back() -> None:
    saved = Saved(io.BytesIO(DATA))
    assert saved.damage() == []
    assert saved.manifest == MANIFEST and MANIFEST.seq == 20 and saved.file("note") == b"kept"
    for name, columns in saved.tables.items():
        assert digest(columns, saved.rows(name)) == saved.digests[name]
    assert saved.file("absent") is None


@pytest.mark.parametrize("name", [name for name in FILES if "/" in name])
def test_what_is_damaged_is_named(name: str) -> None:
    assert damaged({one: data for one, data in FILES.items() if one != name}) == [name]
    assert damaged(FILES | {"extra": b""}) == ["extra"]
    assert damaged(FILES | {name: FILES[name] + b"\0\0\0\1x"}) == [name]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_altered_octet_of_any_part_is_found(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in sorted(FILES) if FILES[name]]))
    place = data.draw(st.integers(0, len(FILES[name]) - 1))
    altered = bytearray(FILES[name])
    altered[place] ^= data.draw(st.integers(1, 255))
    if "/" in name:
        assert damaged(FILES | {name: bytes(altered)}) == [name]
    else:
        with pytest.raises(Untrusted) as error:
            damaged(FILES | {name: bytes(altered)})
        assert error.value.code == "restore.damaged"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DATA)), st.integers(0, 40))
def test_a_file_that_lost_octets_is_never_whole(place: int, count: int) -> None:
    if place + count == len(DATA) or not count or place == len(DATA):
        return
    try:
        odd = Saved(io.BytesIO(DATA[:place] + DATA[place + count :])).damage()
    except Untrusted:
        return
    assert odd


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_any_altered_octet_of_the_file_is_told_in_garde_s_words(place: int, change: int) -> None:
    altered = bytearray(DATA)
    altered[place] ^= change
    try:
        saved = Saved(io.BytesIO(bytes(altered)))
        whole = not saved.damage()
    except Untrusted:
        return
    # What a ZIP says besides its files, such as their dates, may change without harm.
    if whole:
        assert [list(saved.rows(name)) for name in saved.tables] == ROWS


ROWS = [list(Saved(io.BytesIO(DATA)).rows(name)) for name in MANIFEST.tables]


@given(st.binary(max_size=200))
def test_what_is_no_backup_is_untrusted(data: bytes) -> None:
    with pytest.raises(Untrusted):
        Saved(io.BytesIO(data))


def test_without_its_head_a_chain_is_not_saved() -> None:
    store = open_sqlite("", SHAPES)
    with store._writer.begin() as connection:
        connection.execute(text("DELETE FROM chain"))
    with store.snapshot() as look, pytest.raises(Untrusted):
        save(look, KEYS, io.BytesIO(), START)
