"""Acceptance 3 and 6: tampering is found, an archive verifies without Garde, a backup restores or is refused.

Everything is done as a person would: with the program, on a store that a replay filled.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[1] / "captures"
PLAYED = [CAPTURES / name / f"{name}.pcap" for name in ("dicom", "hl7", "arp", "dhcp")]


class Machine:
    """A machine with its own home; ``garde`` runs on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(exist_ok=True)
        self.store = home / "garde.db"
        self.environment = {**os.environ, "XDG_DATA_HOME": str(home), "GARDE_PASSPHRASE": "correct horse battery"}

    def garde(self, *words: object) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", "from garde.cli import main; main()"]
        words = (*words, *([] if words[0] == "decrypt" else ["--store", f"sqlite:///{self.store}"]))
        return subprocess.run(
            [*program, *map(str, words)], capture_output=True, text=True, env=self.environment, check=False, timeout=120
        )

    def tamper(self, statement: str) -> None:
        with sqlite3.connect(self.store) as connection:
            connection.execute(statement)
        connection.close()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = Machine(tmp_path_factory.mktemp("origin"))
    for capture in PLAYED:
        done = machine.garde("replay", capture)
        assert done.returncode == 0, done.stderr
    return machine


@pytest.fixture
def machine(origin: Machine, tmp_path: Path) -> Machine:
    shutil.copytree(origin.home, tmp_path / "machine")
    return Machine(tmp_path / "machine")


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE messages SET body = CAST(REPLACE(body, 'dicom', 'dicon') AS BLOB) WHERE seq = 3", "message 3 "),
        ("UPDATE messages SET body = x'c1' WHERE seq = 3", "message 3 "),
        ("DELETE FROM messages WHERE seq = 1", "message 2 "),
        ("DELETE FROM messages WHERE seq = (SELECT MAX(seq) FROM messages)", ""),
        ("UPDATE messages SET seq = seq + 1000000 WHERE seq = 4", "message 5 "),
        ("DELETE FROM seals", "the head of the chain counts 1 seals"),
        ("UPDATE seals SET signature = zeroblob(64)", "seal 1 has a signature"),
        ("UPDATE seals SET statement = CAST(REPLACE(statement, '\"count\":', '\"count\":1') AS BLOB)", "seal 1 "),
    ],
)
def test_tampering_gives_3_and_names_the_first_broken_link(machine: Machine, statement: str, first: str) -> None:
    before = machine.garde("verify")
    assert (before.returncode, before.stdout) == (0, "")
    machine.tamper(statement)
    after = machine.garde("verify")
    assert after.returncode == 3
    assert after.stdout.startswith(first) and after.stdout.strip()


def test_an_archive_verifies_on_a_machine_without_garde(machine: Machine, tmp_path: Path) -> None:
    archive = tmp_path / "out.garde"
    done = machine.garde("export", archive)
    assert done.returncode == 0, done.stderr
    subprocess.run([sys.executable, "-m", "zipfile", "-e", archive, tmp_path / "out"], check=True)
    verifier = [sys.executable, "-I", "-S", tmp_path / "out" / "verify.py"]
    empty = {"PATH": "/nowhere", "LANG": "C"}
    whole = subprocess.run(verifier, capture_output=True, text=True, env=empty, cwd=tmp_path, check=False)
    assert whole.returncode == 0 and "Nothing is altered" in whole.stdout, whole.stdout + whole.stderr
    again = subprocess.run([*verifier, archive], capture_output=True, text=True, env=empty, check=False)
    assert again.returncode == 0
    messages = tmp_path / "out" / "messages.jsonl"
    messages.write_bytes(messages.read_bytes().replace(b"dicom", b"dicon", 1))
    spoilt = subprocess.run(verifier, capture_output=True, text=True, env=empty | {"LANG": "fr_FR"}, check=False)
    assert spoilt.returncode == 3 and "messages.jsonl" in spoilt.stdout


def test_an_export_of_a_part_and_of_nothing(machine: Machine, tmp_path: Path) -> None:
    part = machine.garde("export", tmp_path / "part.garde", "--kinds", "Observation", "--until", "2100-01-01")
    assert part.returncode == 0, part.stderr
    none = machine.garde("export", tmp_path / "none.garde", "--since", "2100-01-01")
    assert none.returncode == 1 and "export.nothing" in none.stderr
    assert not (tmp_path / "none.garde").exists()


def test_a_backup_taken_during_writes_restores_to_the_same_digests(machine: Machine, tmp_path: Path) -> None:
    from garde.app import open_store
    from garde.model.table import digest
    from garde.vault.backup import Saved
    from tests.makers import observation

    writer = open_store(f"sqlite:///{machine.store}")
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with writer.begin() as unit:
                unit.append([observation(number)])
            number += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        done = machine.garde("backup", tmp_path / "backup")
    finally:
        stop.set()
        thread.join()
        writer.close()
    assert done.returncode == 0, done.stderr
    blank = Machine(tmp_path / "blank")
    back = blank.garde("restore", tmp_path / "backup")
    assert (back.returncode, back.stdout) == (0, ""), back.stderr
    with (tmp_path / "backup").open("rb") as file:
        saved = Saved(file)
        store = open_store(f"sqlite:///{blank.store}")
        with store.snapshot() as look:
            assert {name: digest(columns, look.rows(name)) for name, columns in look.tables.items()} == saved.digests
        store.close()
    assert blank.garde("devices").stdout == machine.garde("devices").stdout
    twice = blank.garde("restore", tmp_path / "backup")
    assert twice.returncode == 1 and "restore.not-empty" in twice.stderr
    assert blank.garde("restore", tmp_path / "backup", "--replace").returncode == 0


def test_a_damaged_backup_is_refused_and_nothing_is_written(machine: Machine, tmp_path: Path) -> None:
    import zipfile

    assert machine.garde("backup", tmp_path / "backup").returncode == 0
    data = bytearray((tmp_path / "backup").read_bytes())
    with zipfile.ZipFile(tmp_path / "backup") as archive:
        member = archive.getinfo("tables/messages")
    data[member.header_offset + 300] ^= 1
    (tmp_path / "damaged").write_bytes(data)
    blank = Machine(tmp_path / "blank")
    refused = blank.garde("restore", tmp_path / "damaged")
    assert refused.returncode == 1 and "tables/messages" in refused.stderr
    assert list(blank.home.iterdir()) == []


def test_an_encrypted_backup_needs_its_passphrase_and_brings_the_key(machine: Machine, tmp_path: Path) -> None:
    made = machine.garde("backup", tmp_path / "backup", "--key", f"passphrase:{tmp_path / 'salt'}")
    assert made.returncode == 0, made.stderr
    assert b"dicom" not in (tmp_path / "backup").read_bytes()
    blank = Machine(tmp_path / "blank")
    address = f"passphrase:{blank.home / 'salt'}"
    assert blank.garde("restore", tmp_path / "backup").returncode == 1
    blank.environment["GARDE_PASSPHRASE"] = "wrong horse battery"
    assert blank.garde("restore", tmp_path / "backup", "--key", address).returncode == 1
    assert list(blank.home.iterdir()) == []
    blank.environment["GARDE_PASSPHRASE"] = "correct horse battery"
    back = blank.garde("restore", tmp_path / "backup", "--key", address)
    assert back.returncode == 0, back.stderr
    assert (blank.home / "garde" / "evidence.pem").stat().st_mode & 0o777 == 0o600
    assert blank.garde("verify").returncode == 0
    clear = blank.garde("decrypt", tmp_path / "backup", tmp_path / "clear", "--key", address)
    assert clear.returncode == 0 and b"tables/messages" in (tmp_path / "clear").read_bytes()


def test_the_key_is_followed_by_another_and_the_record_goes_on(machine: Machine) -> None:
    first = machine.garde("keys", "rotate")
    assert first.returncode == 0 and len(first.stdout.strip()) == 64, first.stderr
    assert machine.garde("replay", CAPTURES / "lldp" / "lldp.pcap").returncode == 0
    second = machine.garde("keys", "rotate")
    assert second.stdout != first.stdout
    assert machine.garde("verify").returncode == 0
