"""What every key does, wherever it is kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from garde.errors import GardeError, Missing, Untrusted
from garde.keys.table import open_keys
from garde.ports import Keys
from tests import security_module

_number = itertools.count()
SCHEMES = ("file", "passphrase", "pkcs11")


@pytest.fixture(params=SCHEMES)
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Makes the address of a key that does not exist yet."""
    monkeypatch.setenv("GARDE_PASSPHRASE", "correct horse battery")

    def address() -> str:
        number = next(_number)
        if request.param == "pkcs11":
            return security_module.fresh()
        return f"{request.param}:{tmp_path / f'key-{number}'}"

    return address


@pytest.fixture
def keys(make: Callable[[], str]) -> Keys:
    return open_keys(make())


def test_a_key_that_was_never_made_has_no_name(keys: Keys) -> None:
    with pytest.raises(Missing) as error:
        _ = keys.name
    assert error.value.code == "keys.none"


def test_what_it_signs_its_name_verifies(keys: Keys) -> None:
    signature = keys.sign(b"statement")
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys.name))
    public.verify(signature, b"statement")
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"another")


def test_it_is_the_same_key_when_opened_again(make: Callable[[], str]) -> None:
    address = make()
    first = open_keys(address)
    wrapped, signature = first.wrap(b"secret"), first.sign(b"x")
    again = open_keys(address)
    assert again.unwrap(wrapped) == b"secret"
    assert (again.name, again.sign(b"x")) == (first.name, signature)


def test_a_secret_is_not_seen_in_what_wraps_it(keys: Keys) -> None:
    wrapped = keys.wrap(b"s3cret-s3cret")
    assert b"s3cret" not in wrapped
    assert keys.wrap(b"s3cret-s3cret") != wrapped
    assert keys.unwrap(wrapped) == b"s3cret-s3cret"


def test_every_altered_octet_of_a_wrapped_secret_is_found(keys: Keys) -> None:
    wrapped = keys.wrap(b"secret")
    for place in range(0, len(wrapped), 5):
        altered = bytearray(wrapped)
        altered[place] ^= 1
        with pytest.raises((Untrusted, Missing)):
            keys.unwrap(bytes(altered))
    for short in (b"", wrapped[:10], wrapped[:-1]):
        with pytest.raises((Untrusted, Missing)):
            keys.unwrap(short)


def test_another_key_of_the_same_kind_cannot_unwrap(make: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (open_keys(make()) for _ in range(2))
    wrapped = one.wrap(b"secret")
    monkeypatch.setenv("GARDE_PASSPHRASE", "another passphrase")
    two.sign(b"")
    with pytest.raises(GardeError) as error:
        two.unwrap(wrapped)
    assert error.value.code == "keys.other"
