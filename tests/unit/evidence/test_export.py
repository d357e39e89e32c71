"""Exporting: the archive is whole, says what was asked for, and every altered octet of it is found."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from garde.errors import Missing, Untrusted
from garde.evidence import standalone
from garde.evidence.export import Manifest, Wanted, export
from garde.evidence.seal import prune, seal
from garde.evidence.standalone import Archive, Broken, check
from garde.keys.file import FileKeys
from garde.model.decision import Decision
from garde.model.message import Wakeup
from garde.pipeline.shapes import SHAPES
from garde.store import chain
from garde.store.sql import SqlStore
from garde.store.sqlite import open_sqlite
from tests.makers import START, device, mac, observation

KEYS = FileKeys(str(Path(tempfile.mkdtemp(prefix="garde-test-")) / "k.pem"))


def filled(*, sealed: bool = True) -> SqlStore:
    """Observations 1 to 9 in three seals, a wake-up and a decision among them."""
    store = open_sqlite("", SHAPES)
    for start in (1, 4, 7):
        with store.begin() as unit:
            unit.append([observation(number) for number in range(start, start + 3)])
            if start == 4:
                unit.append([Wakeup(id="w", at=START + 6, stage="s", topic="été")])
                unit.append([Decision(id="p-1", at=START + 6, verb="note", keys=(mac(5),), person="x")])
            if sealed or start < 7:
                seal(unit, KEYS, START + start)
    return store


def written(store: SqlStore, wanted: Wanted | None = None) -> tuple[bytes, Manifest]:
    out = io.BytesIO()
    with store.snapshot() as look:
        manifest = export(look, KEYS, out, wanted or Wanted(), START + 99, site="CHU")
    return out.getvalue(), manifest


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> Archive:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    out.seek(0)
    return Archive(out)  # type: ignore[arg-type]


def lines(data: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in data.splitlines()]


def test_everything_is_in_the_archive_and_verifies() -> None:
    data, manifest = written(filled())
    files = members(data)
    assert check(packed(files)) == (json.loads(files["manifest.json"]), 3)
    assert (manifest.messages, manifest.omitted, manifest.anchor, manifest.end) == (11, 0, False, 3)
    said = lines(files["messages.jsonl"])
    assert [one["seq"] for one in said] == list(range(1, 12))
    assert said[6]["message"] == {
        "type": "Wakeup",
        "id": "w",
        "at": START + 6,
        "cause": [],
        "stage": "s",
        "topic": "été",
    }


@pytest.mark.parametrize(
    ("wanted", "full", "omitted", "anchor", "end"),
    [
        (Wanted(since=START + 4, until=START + 6), ["M4", "M5"], 3, True, 2),
        (Wanted(until=START + 2), ["M1"], 2, False, 1),
        (Wanted(kinds=("Wakeup",)), ["w"], 4, True, 2),
        (Wanted(device=device(5)), ["M5", "p-1"], 3, True, 2),
        (Wanted(since=START + 9), ["M9"], 2, True, 3),
        (Wanted(messages=("p-1", "w")), ["w", "p-1"], 3, True, 2),
    ],
)
def test_what_was_not_asked_for_is_there_by_its_digest(
    wanted: Wanted, full: list[str], omitted: int, anchor: bool, end: int
) -> None:
    data, manifest = written(filled(), wanted)
    files = members(data)
    check(packed(files))
    said = [one for one in lines(files["messages.jsonl"]) if "body" in one]
    assert [one["message"].get("value") or one["id"] for one in said] == full  # type: ignore[attr-defined]
    assert (manifest.omitted, manifest.anchor, manifest.end) == (omitted, anchor, end)


def test_a_pruned_log_is_exported_from_where_it_begins() -> None:
    store = filled()
    with store.begin() as unit:
        prune(unit, KEYS, START + 5 + 86_400_000_000_000, days=1, readers={})
    data, manifest = written(store)
    check(packed(members(data)))
    assert (manifest.messages, manifest.anchor) == (3, True)


def test_an_archive_of_an_older_key_is_signed_by_the_present_one(tmp_path: Path) -> None:
    store, new = filled(), FileKeys(str(tmp_path / "new.pem"))
    new.sign(b"")
    with store.begin() as unit:
        seal(unit, KEYS, START + 20, successor=new.name)
        seal(unit, new, START + 21)
    out = io.BytesIO()
    with store.snapshot() as look:
        export(look, new, out, Wanted(until=START + 2), START + 99)
    manifest, seals = check(packed(members(out.getvalue())))
    assert (manifest["key"], seals) == (new.name, 5)


def test_a_machine_without_a_clock_exports_too() -> None:
    out = io.BytesIO()
    with filled().snapshot() as look:
        export(look, KEYS, out, Wanted(), 5)
    check(packed(members(out.getvalue())))


def test_what_is_not_sealed_yet_is_not_in_the_archive() -> None:
    data, manifest = written(filled(sealed=False))
    check(packed(members(data)))
    assert (manifest.messages, manifest.end) == (8, 2)
    with pytest.raises(Missing):
        written(filled(sealed=False), Wanted(since=START + 7))


def test_a_message_of_a_kind_that_is_gone_stays_as_it_is() -> None:
    store = filled()
    with store._writer.begin() as connection:
        chain.add(
            connection,
            [
                (
                    "old-1",
                    START + 5,
                    "Bygone",
                    msgspec.msgpack.encode({"type": "Bygone", "id": "old-1", "at": START + 5}),
                )
            ],
        )
    with store.begin() as unit:
        seal(unit, KEYS, START + 50)
    data, manifest = written(store)
    check(packed(members(data)))
    assert manifest.messages == 12
    _, part = written(store, Wanted(device=device(5)))
    assert part.messages == 2


def test_nothing_asked_for_and_a_broken_log_are_named() -> None:
    with pytest.raises(Missing):
        written(filled(), Wanted(kinds=("Nothing",)))
    store = filled()
    with store._writer.begin() as connection:
        connection.execute(text("UPDATE messages SET at = 1 WHERE seq = 2"))
    with pytest.raises(Untrusted) as broken:
        written(store)
    assert "message 2" in broken.value.what


DATA, _ = written(filled(), Wanted(since=START + 4))
FILES = members(DATA)


def resigned(files: dict[str, bytes], keys: FileKeys = KEYS, **values: object) -> dict[str, bytes]:
    """The manifest made to fit altered files: what somebody with the key, or with a key, could do."""
    import hashlib

    manifest = json.loads(files["manifest.json"]) | values
    for name in manifest["files"]:
        if name in files:
            manifest["files"][name] = {"size": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
    octets = json.dumps(manifest).encode()
    return files | {"manifest.json": octets, "manifest.sig": keys.sign(octets).hex().encode()}


def broken(files: dict[str, bytes], expected: str = "") -> str:
    with pytest.raises(Broken) as error:
        check(packed(files), expected)
    return str(error.value.args[0])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_altered_octet_of_any_file_is_found(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    place = data.draw(st.integers(0, len(FILES[name]) - 1))
    altered = bytearray(FILES[name])
    altered[place] ^= data.draw(st.integers(1, 255))
    broken(FILES | {name: bytes(altered)})


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_is_cut_missing_or_twice_is_found(name: str) -> None:
    broken(FILES | {name: FILES[name][:-3]})
    assert broken({one: data for one, data in FILES.items() if one != name}) == "missing"


def test_a_file_too_many_is_found() -> None:
    assert broken(FILES | {"more.txt": b""}) == "extra"


def test_an_archive_that_somebody_else_signed_is_of_another_key(tmp_path: Path) -> None:
    forger = FileKeys(str(tmp_path / "forger.pem"))
    forged = resigned(FILES, forger)
    assert broken(forged) == "signature"
    forger.sign(b"")
    assert broken(resigned(FILES, forger, key=forger.name)) == "seal-last"
    assert broken(FILES, "00" * 32) == "other"
    check(packed(FILES), KEYS.name)


def reordered(name: str, order: list[int]) -> dict[str, bytes]:
    rows = FILES[name].splitlines(keepends=True)
    return resigned(FILES | {name: b"".join(rows[place] for place in order)})


def test_lines_that_were_removed_moved_or_doubled_are_found_though_the_manifest_fits() -> None:
    count = len(FILES["messages.jsonl"].splitlines())
    everything = list(range(count))
    assert broken(reordered("messages.jsonl", everything[1:])) == "seal-head"
    assert broken(reordered("messages.jsonl", everything[:-1])) == "end"
    assert broken(reordered("messages.jsonl", [1, 0, *everything[2:]])) == "order"
    assert broken(reordered("messages.jsonl", [0, *everything])) == "order"
    seals = list(range(len(FILES["seals.jsonl"].splitlines())))
    assert broken(reordered("seals.jsonl", seals[1:])) == "order"
    assert broken(reordered("seals.jsonl", seals[:-1])) == "seal-last"
    assert broken(reordered("seals.jsonl", [seals[0], *seals[2:]])) == "seal-chain"
    assert broken(reordered("seals.jsonl", [seals[1], seals[0], *seals[2:]])) == "seal-chain"
    assert broken(resigned(FILES | {"seals.jsonl": b""})) == "seal-last"


def test_a_message_that_says_other_than_its_octets_is_found_though_the_manifest_fits() -> None:
    altered = FILES["messages.jsonl"].replace(b'"value":"M5"', b'"value":"M6"', 1)
    assert broken(resigned(FILES | {"messages.jsonl": altered})) == "readable"
    assert broken(resigned(FILES, messages=99)) == "count"


def test_the_archive_verifies_with_python_alone(tmp_path: Path) -> None:
    (tmp_path / "out.garde").write_bytes(DATA)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", "out.garde", "out"], cwd=tmp_path, check=True)
    words = [sys.executable, "-I", "-S", "out/verify.py"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env={"LANG": "fr_FR.UTF-8"}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Rien n'est altéré" in done.stdout and KEYS.name in done.stdout
    (tmp_path / "out" / "public.pem").write_text("")
    assert standalone.main([str(tmp_path / "out")]) == 3
