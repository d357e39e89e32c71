"""A key that a passphrase gives: nothing that opens anything lies on the disk.

Question: how can a key be had again on a blank machine from what a person remembers or keeps in a safe?
Reference: RFC 9106 (Argon2id, its second recommended choice: 3 passes, 64 MiB, 4 lanes); RFC 8032. The passphrase comes
from the environment variable GARDE_PASSPHRASE, from the systemd credential ``garde-passphrase``, or from the terminal.
What was wrapped carries the salt with it; the file of the address holds the salt and the public key, no secret. Left
out: judging how good a passphrase is, beyond its length.

Example::

    keys = PassphraseKeys("/var/lib/garde/evidence.salt")
    keys.sign(b"statement")
"""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from garde.errors import Malformed, Missing, Refused, Unreachable, Untrusted
from garde.keys import wrapping

VARIABLE: Final = "GARDE_PASSPHRASE"
#: Fewest characters of a passphrase.
SHORTEST: Final = 12
_SALT: Final = 16


class _Public(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What lies in the file, all of it in hexadecimal and none of it secret."""

    salt: str
    public: str


class PassphraseKeys:
    """An Ed25519 key derived from a passphrase.

    Args:
        path: file of the salt and the public key; made at first use.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise Malformed("keys.url", "passphrase: names no file", hint="passphrase:/var/lib/garde/evidence.salt")
        self._path = Path(path).expanduser()

    @property
    def name(self) -> str:
        """See `garde.ports.Keys.name`."""
        return self._read().public

    def sign(self, data: bytes) -> bytes:
        """See `garde.ports.Keys.sign`."""
        return Ed25519PrivateKey.from_private_bytes(self._seed()).sign(data)

    def wrap(self, secret: bytes) -> bytes:
        """See `garde.ports.Keys.wrap`."""
        seed = self._seed()
        there = self._read()
        return wrapping.sealed(wrapping.derived(seed), there.public, secret) + bytes.fromhex(there.salt)

    def unwrap(self, wrapped: bytes) -> bytes:
        """See `garde.ports.Keys.unwrap`; on a blank machine the passphrase alone is enough."""
        rest, salt = wrapped[:-_SALT], wrapped[-_SALT:]
        by = wrapping.wrapper(rest)
        seed = _seed(_passphrase(), salt)
        name = _public(seed)
        if name[: 2 * wrapping.NAME] != by:
            _typed.cache_clear()
            raise Missing("keys.other", f"The key {by} wrapped this; the passphrase is another one")
        return wrapping.unsealed(wrapping.derived(seed), name, rest)

    def _read(self) -> _Public:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Public)
        except FileNotFoundError:
            raise Missing("keys.none", f"There is no key at {self._path} yet") from None
        except OSError as error:
            raise Unreachable("keys.file", f"{self._path} cannot be read: {error.strerror}") from None
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise Malformed("keys.salt", f"{self._path} holds no salt: {error}") from None

    def _seed(self) -> bytes:
        """The private key, 32 octets.

        Raises:
            Untrusted: the passphrase is not the one the key was made with.
        """
        passphrase = _passphrase()
        if not self._path.exists():
            salt = os.urandom(_SALT)
            made = _Public(salt.hex(), _public(_seed(passphrase, salt)))
            with contextlib.suppress(FileExistsError):
                _create(self._path, msgspec.json.encode(made))
        there = self._read()
        seed = _seed(passphrase, bytes.fromhex(there.salt))
        if _public(seed) != there.public:
            _typed.cache_clear()
            raise Untrusted("keys.passphrase", "The passphrase is not the one this key was made with")
        return seed


def _create(path: Path, data: bytes) -> None:
    """Make a file with its content; of two processes that do so at once, one wins."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        fresh.write_bytes(data)
        try:
            os.link(fresh, path)
        finally:
            fresh.unlink()
    except FileExistsError:
        raise
    except OSError as error:
        raise Unreachable("keys.file", f"No key can be made at {path}: {error.strerror}") from None


def _passphrase() -> str:
    """What the person, or the service's unit, gives.

    Raises:
        Missing: nobody gives one.
        Refused: it is too short.
    """
    given = os.environ.get(VARIABLE, "")
    if not given and (folder := os.environ.get("CREDENTIALS_DIRECTORY")):
        credential = Path(folder) / "garde-passphrase"
        given = credential.read_text("utf-8").strip() if credential.is_file() else ""
    if not given and sys.stdin.isatty():
        given = _typed()
    if not given:
        raise Missing("keys.passphrase-needed", "The key needs its passphrase", hint=f"Set {VARIABLE}")
    if len(given) < SHORTEST:
        _typed.cache_clear()
        raise Refused("keys.passphrase-short", f"A passphrase has at least {SHORTEST} characters")
    return given


@cache
def _typed() -> str:
    """What a person types, once for as long as the process runs."""
    return getpass.getpass("Garde: passphrase: ")


@lru_cache(maxsize=4)
def _seed(passphrase: str, salt: bytes) -> bytes:
    return Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=64 * 1024).derive(passphrase.encode())


def _public(seed: bytes) -> str:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()
