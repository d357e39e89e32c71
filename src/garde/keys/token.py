"""A key in a security module: it is made there, signs there and never leaves.

Question: how does Garde use a key that nobody, not even the machine's administrator, can copy?
Reference: PKCS #11 3.0 (CKM_EDDSA, CKM_AES_GCM); RFC 7512 for the address. The PIN comes from the file
that ``pin-source`` names, from the environment variable GARDE_PIN, or from the terminal. One label names both the
Ed25519 pair that signs and the AES-256 key that wraps. Left out: choosing a module by anything but its path.

Example::

    keys = TokenKeys("token=garde;object=evidence?module-path=/usr/lib/softhsm/libsofthsm2.so")
    keys.sign(b"statement")
"""

from __future__ import annotations

import getpass
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from garde.errors import GardeError, Malformed, Missing, Refused, Unreachable, Untrusted
from garde.keys import wrapping

VARIABLE: Final = "GARDE_PIN"
_NONCE: Final = 12
#: edwards25519 (RFC 8410 §3: id-Ed25519) as an object identifier in DER.
_CURVE: Final = bytes.fromhex("06032b6570")

#: A module is one thing for the whole process, and a login is for all its sessions: uses take turns.
_turn = threading.RLock()


class TokenKeys:
    """An Ed25519 pair and an AES key in a PKCS #11 token, made at first use.

    Args:
        address: what stands behind ``pkcs11:`` in an RFC 7512 address; ``token``, ``object`` and ``module-path`` are
            needed.
    """

    def __init__(self, address: str) -> None:
        path, _, query = address.partition("?")
        parts = dict(part.partition("=")[::2] for part in path.split(";") if part)
        asked = dict(parse_qsl(query))
        self._token, self._label = unquote(parts.get("token", "")), unquote(parts.get("object", ""))
        self._module = asked.get("module-path", "")
        self._pin_source = asked.get("pin-source", "").removeprefix("file:")
        if not (self._token and self._label and self._module):
            hint = "pkcs11:token=garde;object=evidence?module-path=/usr/lib/…/module.so"
            raise Malformed("keys.url", f"pkcs11:{address} lacks token, object or module-path", hint=hint)

    @property
    def name(self) -> str:
        """See `garde.ports.Keys.name`."""
        import pkcs11

        with self._open(login=False) as session:
            public = _one(session, self._label, pkcs11.ObjectClass.PUBLIC_KEY)
            if public is None:
                raise Missing("keys.none", f"The token {self._token} has no key {self._label} yet")
            return _point(public)

    def sign(self, data: bytes) -> bytes:
        """See `garde.ports.Keys.sign`."""
        import pkcs11

        with self._open() as session:
            private = self._made(session)[1]
            return bytes(private.sign(data, mechanism=pkcs11.Mechanism.EDDSA))

    def wrap(self, secret: bytes) -> bytes:
        """See `garde.ports.Keys.wrap`."""
        with self._open() as session:
            public, _, secretly = self._made(session)
            head = wrapping.FORM + bytes.fromhex(_point(public))[: wrapping.NAME]
            nonce = os.urandom(_NONCE)
            return head + nonce + bytes(secretly.encrypt(secret, **_gcm(nonce, head)))

    def unwrap(self, wrapped: bytes) -> bytes:
        """See `garde.ports.Keys.unwrap`."""
        import pkcs11

        by = wrapping.wrapper(wrapped)
        with self._open() as session:
            public, _, secretly = self._made(session)
            if (name := _point(public)[: 2 * wrapping.NAME]) != by:
                raise Missing("keys.other", f"The key {by} wrapped this; the token holds {name}")
            size = len(wrapping.FORM) + wrapping.NAME
            head, nonce = wrapped[:size], wrapped[size : size + _NONCE]
            try:
                return bytes(secretly.decrypt(wrapped[size + _NONCE :], **_gcm(nonce, head)))
            except pkcs11.exceptions.PKCS11Error:
                raise Untrusted("keys.altered", "A wrapped secret was altered") from None

    def _made(self, session: Any) -> tuple[Any, Any, Any]:
        """Public, private and wrapping key; all are made when there is none."""
        import pkcs11

        kinds = (pkcs11.ObjectClass.PUBLIC_KEY, pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.ObjectClass.SECRET_KEY)
        found = tuple(_one(session, self._label, kind) for kind in kinds)
        if found == (None, None, None):
            curve = {pkcs11.Attribute.EC_PARAMS: _CURVE}
            domain = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, curve, local=True)
            way = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
            pair = domain.generate_keypair(mechanism=way, store=True, label=self._label)
            return (*pair, session.generate_key(pkcs11.KeyType.AES, 256, store=True, label=self._label))
        if None in found:
            raise Malformed("keys.token", f"The token {self._token} holds only a part of the key {self._label}")
        return found

    @contextmanager
    def _open(self, *, login: bool = True) -> Iterator[Any]:
        """A session, ended on leaving; what the module says in Garde's words."""
        import pkcs11

        pin = self._pin() if login else None
        with _turn:
            try:
                token = pkcs11.lib(self._module).get_token(token_label=self._token)
                with token.open(rw=login, user_pin=pin) as session:
                    yield session
            except GardeError:
                raise
            except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLocked, pkcs11.exceptions.PinLenRange):
                _typed.cache_clear()
                raise Refused("keys.pin", f"The token {self._token} refuses the PIN") from None
            except (pkcs11.exceptions.PKCS11Error, RuntimeError) as error:
                what = f"The token {self._token} does not answer: {error or type(error).__name__}"
                raise Unreachable("keys.token", what) from None

    def _pin(self) -> str:
        try:
            given = Path(self._pin_source).read_text("utf-8").strip() if self._pin_source else ""
        except OSError as error:
            raise Unreachable("keys.pin", f"{self._pin_source} cannot be read: {error.strerror}") from None
        given = given or os.environ.get(VARIABLE, "")
        if not given and sys.stdin.isatty():
            given = _typed(self._token)
        if not given:
            raise Missing("keys.pin-needed", f"The token {self._token} needs its PIN", hint=f"Set {VARIABLE}")
        return given


@cache
def _typed(token: str) -> str:
    """What a person types, once for as long as the process runs."""
    return getpass.getpass(f"Garde: PIN of {token}: ")


def _one(session: Any, label: str, kind: Any) -> Any:
    import pkcs11

    found = session.get_objects({pkcs11.Attribute.LABEL: label, pkcs11.Attribute.CLASS: kind})
    return next(iter(list(found)), None)


def _point(public: Any) -> str:
    """The public key, 32 octets in hexadecimal; modules give it bare or as a DER octet string (PKCS #11 3.0 §2.3.5)."""
    import pkcs11

    return bytes(public[pkcs11.Attribute.EC_POINT])[-32:].hex()


def _gcm(nonce: bytes, head: bytes) -> dict[str, Any]:
    import pkcs11

    parameters = pkcs11.GCMParams(nonce=nonce, aad=head, tag_bits=128)
    return {"mechanism": pkcs11.Mechanism.AES_GCM, "mechanism_param": parameters}
