"""A security module for the tests: SoftHSM 2 with one token. Never skipped: .ci/run installs it.

A process sees the tokens that were there when it loaded the module, so there is one for each process, and a key for
each test.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
TOKEN = "garde"
PIN = "123456"
_number = itertools.count()


@cache
def home() -> Path:
    """The folder of the module's configuration, with the token made."""
    folder = Path(tempfile.mkdtemp(prefix="garde-softhsm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    (folder / "pin").write_text(PIN)
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    words = ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", PIN]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"softhsm2-util: {done.stdout}{done.stderr}"
    return folder


def fresh() -> str:
    """Address of a key that is not made yet."""
    pin = home() / "pin"
    return f"pkcs11:token={TOKEN};object=key-{next(_number)}?module-path={MODULE}&pin-source=file:{pin}"
