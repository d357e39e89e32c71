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
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from garde.errors import Untrusted

_NONCE: Final = 12
#: Octets of a key, and the name under which it lies in the box of secrets.
KEY: Final = 32
NAME: Final = "people.sealing"


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
