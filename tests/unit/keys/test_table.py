"""The table of schemes."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.errors import Malformed
from garde.keys.file import FileKeys
from garde.keys.table import KEYS, open_keys


def test_the_scheme_chooses_the_row(tmp_path: Path) -> None:
    assert isinstance(open_keys(f"file:{tmp_path}/k.pem"), FileKeys)
    assert KEYS.names == ("file", "passphrase", "pkcs11")


@pytest.mark.parametrize("url", ["", "k.pem", "vault:secret", "file"])
def test_what_is_no_address_is_malformed(url: str) -> None:
    with pytest.raises(Malformed) as error:
        open_keys(url)
    assert error.value.code == "keys.url"
