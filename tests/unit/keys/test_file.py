"""A key in a file: made once, for its owner alone, and followed by another without a pause."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from garde.errors import Malformed, Missing, Refused, Unreachable
from garde.keys.file import FileKeys


def test_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "evidence.pem"
    FileKeys(str(path)).sign(b"")
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in path.parent.iterdir()) == ["evidence.pem", "evidence.pem.pub"]
    os.chmod(path, 0o640)
    with pytest.raises(Refused) as error:
        FileKeys(str(path)).sign(b"")
    assert error.value.code == "keys.open"


def test_openssl_reads_the_key_and_verifies_with_it(tmp_path: Path) -> None:
    path, data, signature = tmp_path / "k.pem", tmp_path / "data", tmp_path / "signature"
    data.write_bytes(b"statement")
    signature.write_bytes(FileKeys(str(path)).sign(b"statement"))
    words = ["openssl", "pkeyutl", "-verify", "-inkey", path, "-rawin", "-in", data, "-sigfile", signature]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_many_that_make_it_at_once_make_one(tmp_path: Path) -> None:
    path = str(tmp_path / "k.pem")
    signatures: list[bytes] = []
    threads = [threading.Thread(target=lambda: signatures.append(FileKeys(path).sign(b"x"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signatures) == 8 and len(set(signatures)) == 1
    assert FileKeys(path).sign(b"x") == signatures[0]


def test_a_successor_follows_in_a_process_that_holds_the_old_key(tmp_path: Path) -> None:
    held, other = (FileKeys(str(tmp_path / "k.pem")) for _ in range(2))
    old, before, wrapped = held.sign(b"x"), held.name, held.wrap(b"secret")
    following = other.successor()
    name = following.name
    assert other.successor().name == name != before
    assert held.name == before
    other.succeed()
    assert held.name == name
    assert held.sign(b"x") == other.sign(b"x") != old
    assert held.unwrap(wrapped) == b"secret"
    assert not list(tmp_path.glob("*next*"))


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_malformed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "k.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Malformed):
        FileKeys(str(path)).sign(b"")


def test_a_key_of_another_kind_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "x25519", "-out", path], check=True, capture_output=True)
    path.chmod(0o600)
    with pytest.raises(Malformed) as error:
        FileKeys(str(path)).sign(b"")
    assert error.value.code == "keys.kind"


def test_a_key_without_its_public_file_is_read(tmp_path: Path) -> None:
    keys = FileKeys(str(tmp_path / "k.pem"))
    keys.sign(b"")
    name = keys.name
    (tmp_path / "k.pem.pub").unlink()
    assert keys.name == name
    # Somebody was interrupted between the key and its public half: the next use mends it.
    (tmp_path / "k.pem.pub").write_text("no key")
    again = FileKeys(str(tmp_path / "k.pem"))
    assert again.name == name and (tmp_path / "k.pem.pub").read_text() == f"{name}\n"


def test_who_may_not_read_the_key_reads_its_public_half(tmp_path: Path) -> None:
    keys = FileKeys(str(tmp_path / "k.pem"))
    keys.sign(b"")
    name = keys.name
    # The super-user may read everything: the refusal of an open file stands for that of a closed one.
    (tmp_path / "k.pem").chmod(0o644)
    assert FileKeys(str(tmp_path / "k.pem")).name == name
    (tmp_path / "k.pem").unlink()
    assert FileKeys(str(tmp_path / "k.pem")).name == name
    (tmp_path / "k.pem.pub").write_text("no key")
    with pytest.raises(Unreachable):
        _ = FileKeys(str(tmp_path / "k.pem")).name


def test_a_key_comes_back_from_a_backup_and_replaces_none(tmp_path: Path) -> None:
    old, blank = FileKeys(str(tmp_path / "k.pem")), FileKeys(str(tmp_path / "blank" / "k.pem"))
    with pytest.raises(Malformed):
        blank.install(b"no key")
    assert list((tmp_path / "blank").iterdir()) == []
    assert blank.install(old.portable()) and blank.name == old.name
    assert not blank.install(FileKeys(str(tmp_path / "other.pem")).portable())
    assert blank.name == old.name


def test_no_key_is_made_to_unwrap(tmp_path: Path) -> None:
    FileKeys(str(tmp_path / "a.pem")).sign(b"")
    wrapped = FileKeys(str(tmp_path / "a.pem")).wrap(b"secret")
    with pytest.raises(Missing):
        FileKeys(str(tmp_path / "b.pem")).unwrap(wrapped)
    assert not (tmp_path / "b.pem").exists()


def test_a_place_that_cannot_hold_a_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable):
        FileKeys(str(tmp_path / "file" / "k.pem")).sign(b"")
    with pytest.raises(Malformed):
        FileKeys("")
