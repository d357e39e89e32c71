"""Wrapping: a secret under a key that was derived from another.

Question: how does every kind of key wrap a secret in the same form?
Reference: RFC 5869 (HKDF with SHA-256), NIST SP 800-38D (AES-256-GCM, a fresh 96-bit nonce each time; wrapped secrets
are few, so that chance keeps them apart). The id of the key is bound as associated data.

Example:
    >>> key = derived(bytes(32))
    >>> unsealed(key, "ab" * 32, sealed(key, "ab" * 32, b"secret"))
    b'secret'
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from garde.errors import Missing, Untrusted

#: Form of what is written here.
FORM: Final = b"GW1"
#: Octets that name the wrapping key: the beginning of its id.
NAME: Final = 8
_NONCE: Final = 12


def derived(seed: bytes) -> bytes:
    """The wrapping key, 32 octets, of a signing key's seed: the two uses never share one key."""
    return HKDF(SHA256(), 32, salt=None, info=b"garde wrap 1").derive(seed)


def sealed(key: bytes, name: str, secret: bytes) -> bytes:
    """The secret under the wrapping key of the key ``name``."""
    nonce = os.urandom(_NONCE)
    head = FORM + bytes.fromhex(name)[:NAME]
    return head + nonce + AESGCM(key).encrypt(nonce, secret, head)


def wrapper(wrapped: bytes) -> str:
    """The beginning of the id of the key that wrapped this, in hexadecimal.

    Raises:
        Untrusted: it is not in this form.
    """
    if not wrapped.startswith(FORM) or len(wrapped) < len(FORM) + NAME + _NONCE + 16:
        raise Untrusted("keys.wrapped", "This is no wrapped secret, or it was cut short")
    return wrapped[len(FORM) : len(FORM) + NAME].hex()


def unsealed(key: bytes, name: str, wrapped: bytes) -> bytes:
    """The secret again.

    Raises:
        Missing: another key wrapped it.
        Untrusted: it was altered.
    """
    if (by := wrapper(wrapped)) != name[: 2 * NAME]:
        raise Missing("keys.other", f"The key {by} wrapped this; here is {name[: 2 * NAME]}")
    head, rest = wrapped[: len(FORM) + NAME], wrapped[len(FORM) + NAME :]
    try:
        return AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], head)
    except InvalidTag:
        raise Untrusted("keys.altered", "A wrapped secret was altered") from None
