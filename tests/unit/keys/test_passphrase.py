"""A key from a passphrase: the file holds no secret, and a blank machine needs only the passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.errors import GardeError, Malformed, Untrusted
from garde.keys import passphrase as module
from garde.keys.passphrase import PassphraseKeys

GOOD = "correct horse battery"


@pytest.fixture(autouse=True)
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDE_PASSPHRASE", GOOD)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def test_another_passphrase_is_not_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = PassphraseKeys(str(tmp_path / "salt"))
    keys.sign(b"x")
    assert GOOD.encode() not in (tmp_path / "salt").read_bytes()
    monkeypatch.setenv("GARDE_PASSPHRASE", "correct horse bakery")
    with pytest.raises(Untrusted) as error:
        keys.sign(b"x")
    assert error.value.code == "keys.passphrase"


def test_a_blank_machine_unwraps_with_the_passphrase_alone(tmp_path: Path) -> None:
    wrapped = PassphraseKeys(str(tmp_path / "salt")).wrap(b"secret")
    assert PassphraseKeys(str(tmp_path / "elsewhere")).unwrap(wrapped) == b"secret"
    assert not (tmp_path / "elsewhere").exists()


def test_the_passphrase_may_be_a_credential_of_the_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = PassphraseKeys(str(tmp_path / "salt"))
    before = keys.sign(b"x")
    monkeypatch.delenv("GARDE_PASSPHRASE")
    (tmp_path / "garde-passphrase").write_text(GOOD + "\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert keys.sign(b"x") == before


def test_a_person_types_it_once_and_again_when_it_was_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = PassphraseKeys(str(tmp_path / "salt"))
    before = keys.sign(b"x")
    monkeypatch.delenv("GARDE_PASSPHRASE")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = ["not the right one", GOOD]
    monkeypatch.setattr("getpass.getpass", lambda question: answers.pop(0))
    module._typed.cache_clear()
    with pytest.raises(Untrusted):
        keys.sign(b"x")
    assert keys.sign(b"x") == keys.sign(b"x") == before
    assert answers == []
    module._typed.cache_clear()


@pytest.mark.parametrize(("passphrase", "code"), [("", "keys.passphrase-needed"), ("short", "keys.passphrase-short")])
def test_no_or_a_short_passphrase_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passphrase: str, code: str
) -> None:
    monkeypatch.setenv("GARDE_PASSPHRASE", passphrase)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(GardeError) as error:
        PassphraseKeys(str(tmp_path / "salt")).sign(b"x")
    assert error.value.code == code
    assert not (tmp_path / "salt").exists()


def test_a_file_that_holds_no_salt_is_malformed(tmp_path: Path) -> None:
    (tmp_path / "salt").write_text("{}")
    with pytest.raises(Malformed):
        _ = PassphraseKeys(str(tmp_path / "salt")).name
    with pytest.raises(Malformed):
        PassphraseKeys("")
