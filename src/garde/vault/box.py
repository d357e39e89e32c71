"""The box of secrets: passwords and keys of other systems, encrypted in the store.

Question: where do the password of the mail server and the key of a provider lie, and how does the key above them change
without a pause?
Reference: NIST SP 800-57 part 1 §6 (keys that wrap keys), SP 800-38D (AES-256-GCM). A secret is encrypted with a data
key; data keys lie in the store, wrapped by the key of the installation. Names are not secret. Left out: secrets for
other programs.

Example::

    box = Box(store, keys, clock)
    box.put("smtp.password", "…")
    box.get("smtp.password")
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from garde.errors import Missing, Untrusted
from garde.model.message import digest
from garde.ports import Clock, Keys, Store, Unit

_NONCE: Final = 12
#: Secrets encrypted again in one transaction.
TOGETHER: Final = 200


class DataKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that encrypts secrets.

    Attributes:
        id: digest of when and what it was made of; tells nothing of the key.
        wraps: the key as each key of the installation that may read it wrapped it.
        at: when it was made, nanoseconds since 1970 UTC.
        retired: whether it only reads.
    """

    id: str
    wraps: tuple[bytes, ...]
    at: int
    retired: bool = False


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret as it lies in the store.

    Attributes:
        id: its name.
        key: id of the data key.
        body: nonce of 12 octets and what AES-GCM made, bound to the name and the data key.
        at: when it was put, nanoseconds since 1970 UTC.
    """

    id: str
    key: str
    body: bytes
    at: int


class Box:
    """Name → secret.

    Args:
        store: where they lie, encrypted.
        keys: what wraps the data keys.
        clock: tells when a secret was put.
    """

    def __init__(self, store: Store, keys: Keys, clock: Clock) -> None:
        self._store, self._keys, self._clock = store, keys, clock
        self._open: dict[str, bytes] = {}

    def names(self) -> list[str]:
        """The names of all secrets, in order."""
        return [secret.id for secret in self._store.all(Secret)]

    def get(self, name: str) -> bytes:
        """The secret of that name.

        Raises:
            Missing: there is none, or the key that wraps its data key is not here.
            Untrusted: it, or its data key, was altered.
        """
        # Twice: between the two reads a rotation may have gone by.
        for last in (False, True):
            secret = self._store.get(Secret, [name]).get(name)
            if secret is None:
                raise Missing("vault.no-secret", f"There is no secret {name!r}")
            found = self._store.get(DataKey, [secret.key]).get(secret.key)
            if found is not None:
                return _plain(secret, self._key(found))
            if last:
                raise Untrusted("vault.no-key", f"The data key of the secret {name!r} was removed")
        raise AssertionError

    def put(self, name: str, value: bytes | str) -> None:
        """Keep a secret, in the place of what had that name."""
        data = value.encode("utf-8") if isinstance(value, str) else value
        with self._store.begin() as unit:
            current = self._current(unit)
            unit.put([_sealed(name, data, current.id, self._key(current), self._clock.now())])

    def held(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The secret of that name, made when there is none; of two processes that do so at once, one makes it.

        Raises:
            Missing, Untrusted: see `get`.
        """
        if self._store.get(Secret, [name]):
            return self.get(name)
        with self._store.begin() as unit:
            if not unit.get(Secret, [name]):
                current = self._current(unit)
                unit.put([_sealed(name, make(), current.id, self._key(current), self._clock.now())])
        return self.get(name)

    def drop(self, name: str) -> None:
        """Forget a secret."""
        with self._store.begin() as unit:
            unit.drop(Secret, [name])

    def admit(self, new: Keys) -> int:
        """Let a further key read every data key; how many there are. Nothing that could be read before cannot after."""
        with self._store.begin() as unit:
            held = list(unit.all(DataKey))
            unit.put([msgspec.structs.replace(one, wraps=(new.wrap(self._key(one)), *one.wraps[:1])) for one in held])
        return len(held)

    def renew(self, also: Keys | None = None) -> int:
        """Encrypt everything with a new data key; returns how many secrets there are.

        While it lasts, each secret is read with the data key it has. Afterwards the old data keys are gone.

        Args:
            also: a further key that may read the new data key.
        """
        with self._store.begin() as unit:
            old = [one.id for one in unit.all(DataKey)]
            if not old:
                return 0
            unit.put([msgspec.structs.replace(one, retired=True) for one in unit.get(DataKey, old).values()])
            current = self._made(unit, also)
        names = self.names()
        for start in range(0, len(names), TOGETHER):
            with self._store.begin() as unit:
                here = unit.get(Secret, names[start : start + TOGETHER])
                held = unit.get(DataKey, {one.key for one in here.values()})
                unit.put(
                    [
                        _sealed(one.id, _plain(one, self._key(held[one.key])), current.id, self._key(current), one.at)
                        for one in here.values()
                        if one.key in old
                    ]
                )
        with self._store.begin() as unit:
            used = {one.key for one in unit.all(Secret)}
            unit.drop(DataKey, [one for one in old if one not in used])
        return len(names)

    def _current(self, unit: Unit) -> DataKey:
        ready = [one for one in unit.all(DataKey) if not one.retired]
        return max(ready, key=lambda one: (one.at, one.id)) if ready else self._made(unit, None)

    def _made(self, unit: Unit, also: Keys | None) -> DataKey:
        secret, at = os.urandom(32), self._clock.now()
        name = digest("data-key", at, os.urandom(16).hex())
        wraps = tuple(keys.wrap(secret) for keys in (self._keys, also) if keys is not None)
        made = DataKey(id=name, wraps=wraps, at=at)
        unit.put([made])
        self._open[name] = secret
        return made

    def _key(self, held: DataKey) -> bytes:
        """The data key itself; it stays the same however often it is wrapped again."""
        if held.id not in self._open:
            other: Missing | None = None
            for wrapped in held.wraps:
                try:
                    self._open[held.id] = self._keys.unwrap(wrapped)
                    break
                except Missing as error:
                    other = other or error
            else:
                raise other or Missing("keys.other", f"Nothing wraps the data key {held.id}")
        return self._open[held.id]


def _sealed(name: str, data: bytes, key: str, secret: bytes, at: int) -> Secret:
    nonce = os.urandom(_NONCE)
    return Secret(id=name, key=key, body=nonce + AESGCM(secret).encrypt(nonce, data, _bound(name, key)), at=at)


def _plain(secret: Secret, key: bytes) -> bytes:
    try:
        bound = _bound(secret.id, secret.key)
        return AESGCM(key).decrypt(secret.body[:_NONCE], secret.body[_NONCE:], bound)
    except (InvalidTag, ValueError):
        raise Untrusted("vault.secret", f"The secret {secret.id!r} was altered") from None


def _bound(name: str, key: str) -> bytes:
    """What a secret is bound to: it cannot be put under another name."""
    return f"{key}\x1f{name}".encode()
