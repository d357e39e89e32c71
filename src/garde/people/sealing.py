"""Sealing: secrets that must be read again, under a key that lies elsewhere.

Question: how does the second factor's secret lie in the store, so that the store alone does not give it away?
Reference: NIST SP 800-38D (AES-256-GCM, a fresh 96-bit nonce each time). What a secret is about is bound to it: one
that is moved to another person does not open.

Example:
    >>> box = Sealing(bytes(32))
    >>> box.open(box.seal(b"JBSW", "factor p-1"), "factor p-1")
    b'JBSW'
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from garde.errors import Unreachable, Untrusted

_NONCE: Final = 12
_KEY: Final = 32


class Sealing:
    """Seals under one key of 32 octets."""

    def __init__(self, key: bytes) -> None:
        self._box = AESGCM(key)

    def seal(self, plain: bytes, about: str) -> bytes:
        """The secret as it may lie in the store."""
        nonce = os.urandom(_NONCE)
        return nonce + self._box.encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """The secret again.

        Raises:
            Untrusted: it was altered, or belongs to something else.
        """
        try:
            return self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
        except (InvalidTag, ValueError):
            raise Untrusted("secret.altered", "A sealed secret was altered or moved", where=about) from None


def from_file(path: Path) -> Sealing:
    """The key in a file that only its owner reads; made on first use.

    Raises:
        Unreachable: the file cannot be made or read.
        Untrusted: it does not hold a key.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(os.urandom(_KEY))
        except FileExistsError:
            pass
        key = path.read_bytes()
    except OSError as error:
        raise Unreachable(
            "secret.key", f"The key of secrets cannot be read: {error.strerror}", where=path.name
        ) from None
    if len(key) != _KEY:
        raise Untrusted("secret.key", "The key of secrets is damaged", where=path.name, hint="Restore it from a backup")
    return Sealing(key)
