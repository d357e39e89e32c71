"""A key in a security module. What every key does is tested in tests/contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.errors import GardeError, Malformed, Refused, Unreachable
from garde.keys.token import TokenKeys
from tests import security_module


@pytest.mark.parametrize("address", ["", "token=a", "token=a;object=b", "object=b?module-path=/x"])
def test_an_incomplete_address_is_malformed(address: str) -> None:
    with pytest.raises(Malformed):
        TokenKeys(address)


def test_a_module_or_a_token_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("1")
    end = f"&pin-source=file:{tmp_path / 'pin'}"
    with pytest.raises(Unreachable):
        TokenKeys(f"token=a;object=b?module-path={tmp_path / 'none.so'}{end}").sign(b"")
    security_module.home()
    with pytest.raises(Unreachable):
        TokenKeys(f"token=absent;object=b?module-path={security_module.MODULE}{end}").sign(b"")


def test_a_wrong_or_absent_pin_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    address = security_module.fresh().partition("&")[0].removeprefix("pkcs11:")
    monkeypatch.setenv("GARDE_PIN", "000000")
    with pytest.raises(Refused) as refused:
        TokenKeys(address).sign(b"")
    assert refused.value.code == "keys.pin"
    monkeypatch.delenv("GARDE_PIN")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(GardeError) as needed:
        TokenKeys(address).sign(b"")
    assert needed.value.code == "keys.pin-needed"


def test_the_private_key_cannot_be_taken_out() -> None:
    import pkcs11

    keys = TokenKeys(security_module.fresh().removeprefix("pkcs11:"))
    keys.sign(b"")
    with keys._open() as session:
        _, private, secret = keys._made(session)
        assert private[pkcs11.Attribute.EXTRACTABLE] is False
        assert secret[pkcs11.Attribute.EXTRACTABLE] is False
