"""People from the command line: added, changed, listed, and given tokens that open the pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from garde.accounts import grant
from garde.errors import Malformed
from garde.model.person import Grant

GARDE = Path(sys.executable).with_name("garde")


def garde(folder: Path, *words: str, typed: str = "") -> tuple[int, str]:
    environment = os.environ | {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
    done = subprocess.run([GARDE, *words], input=typed, capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout + done.stderr


def test_somebody_is_let_in_and_gets_a_token(tmp_path: Path) -> None:
    code, said = garde(
        tmp_path, "people", "add", "K.Morel", "--role", "rssi", "--role", "ward:ward=Réa A", "--password-stdin",
        typed="correct horse battery\n",
    )  # fmt: skip
    assert code == 0 and "k.morel may come in as rssi, ward (ward=Réa A)" in said
    assert garde(tmp_path, "people", "add", "k.morel", "--role", "rssi")[0] == 1
    code, said = garde(tmp_path, "people", "list")
    assert "k.morel" in said and "yes" in said
    code, said = garde(tmp_path, "people", "token", "k.morel", "--right", "devices.read")
    assert code == 0 and said.startswith("gt_")
    code, said = garde(tmp_path, "people", "token", "k.morel", "--right", "people.manage")
    assert code == 1 and "token.rights" in said
    assert garde(tmp_path, "people", "change", "k.morel", "--role", "auditor")[0] == 0
    assert garde(tmp_path, "people", "change", "nobody", "--role", "auditor")[0] == 1
    code, said = garde(tmp_path, "people", "revoke", "zzzzzz")
    assert code == 1 and "token.unknown" in said


def test_an_easy_password_is_refused(tmp_path: Path) -> None:
    code, said = garde(tmp_path, "people", "add", "x", "--password-stdin", typed="easy\n")
    assert code == 1 and "password.weak" in said and "easy" not in said.replace("too easy", "")


@pytest.mark.parametrize("text", ["ward:floor=2", "ward:ward"])
def test_a_limit_that_is_none(text: str) -> None:
    with pytest.raises(Malformed):
        grant(text)


def test_limits_are_read() -> None:
    assert grant("biomedical:ward=Bloc,kind=CT,site=Nord") == Grant("biomedical", "Nord", "Bloc", "CT")
