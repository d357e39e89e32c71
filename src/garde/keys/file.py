"""A key in a file of this machine.

Question: how does a key come to be when nobody made one, and how does another follow it while processes run?
Reference: RFC 8032 (Ed25519), RFC 8410 and 5958 (its PEM form, readable by openssl). The file has mode 0600 and is
refused when others may read it. Its public half lies beside it (``.pub``), so that checking needs no access to the key.
Left out: encryption of the file, which is what the other schemes are for.

Example::

    keys = FileKeys("evidence.pem")
    keys.sign(b"statement")
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from garde.errors import Malformed, Missing, Refused, Unreachable
from garde.keys import wrapping


class FileKeys:
    """An Ed25519 key in a PEM file, made at its first use.

    Args:
        path: where it lies, or shall lie.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise Malformed("keys.url", "file: names no file", hint="file:/var/lib/garde/evidence.pem")
        self._path = Path(path).expanduser()
        self._held: tuple[tuple[int, int], Ed25519PrivateKey] | None = None

    @property
    def name(self) -> str:
        """See `garde.ports.Keys.name`; who may not read the key reads its public half."""
        if self._path.exists():
            with contextlib.suppress(Refused):
                return _name(self._key())
        public = self._beside("pub")
        try:
            name = public.read_text("ascii").strip()
        except FileNotFoundError:
            raise Missing("keys.none", f"There is no key at {self._path} yet") from None
        except (OSError, ValueError) as error:
            raise Unreachable("keys.public", f"{public} cannot be read: {error}") from None
        if not re.fullmatch("[0-9a-f]{64}", name):
            raise Unreachable("keys.public", f"{public} holds no id of a key")
        return name

    def sign(self, data: bytes) -> bytes:
        """See `garde.ports.Keys.sign`."""
        return self._key().sign(data)

    def wrap(self, secret: bytes) -> bytes:
        """See `garde.ports.Keys.wrap`."""
        key = self._key()
        return wrapping.sealed(wrapping.derived(key.private_bytes_raw()), _name(key), secret)

    def unwrap(self, wrapped: bytes) -> bytes:
        """See `garde.ports.Keys.unwrap`; former keys lie beside the one in use."""
        by = wrapping.wrapper(wrapped)
        former = self._beside(by)
        if not former.exists() and not self._path.exists():
            raise Missing("keys.other", f"The key {by} wrapped this; there is none at {self._path}")
        key = self._read(former) if former.exists() else self._key()
        if not former.exists() or _name(key)[: 2 * wrapping.NAME] == by:
            return wrapping.unsealed(wrapping.derived(key.private_bytes_raw()), _name(key), wrapped)
        # It came to lie there after the first look: another process has just put a new key in its place.
        key = self._read(former)
        return wrapping.unsealed(wrapping.derived(key.private_bytes_raw()), _name(key), wrapped)

    def successor(self) -> FileKeys:
        """See `garde.ports.Renewable.successor`."""
        following = FileKeys(str(self._beside("next")))
        following._key()
        return following

    def succeed(self) -> None:
        """See `garde.ports.Renewable.succeed`."""
        old, following = self._key(), self._beside("next")
        new = self._read(following)
        # First the copy of the old key, then the new one in its place: killed in between, both are still there.
        with contextlib.suppress(FileExistsError):
            os.link(self._path, self._beside(_name(old)[: 2 * wrapping.NAME]))
        following.replace(self._path)
        self._publish(_name(new))
        following.with_name(f"{following.name}.pub").unlink(missing_ok=True)

    def portable(self) -> bytes:
        """The key itself, to be kept in an encrypted backup."""
        self._key()
        return self._path.read_bytes()

    def install(self, carried: bytes) -> bool:
        """Take a key from a backup; False when there is one already, which stays.

        Raises:
            Malformed: it is no key.
        """
        if self._path.exists():
            return False
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._beside("restored")
        _write(fresh, carried, 0o600)
        try:
            self._read(fresh)
            fresh.replace(self._path)
        finally:
            fresh.unlink(missing_ok=True)
        self._key()
        return True

    def _beside(self, end: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{end}")

    def _key(self) -> Ed25519PrivateKey:
        """The key in use now: another process may have put another one in its place."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            self._make()
            there = self._path.stat()
        except OSError as error:
            raise Unreachable("keys.file", f"{self._path} cannot be read: {error.strerror}") from None
        mark = (there.st_ino, there.st_mtime_ns)
        if self._held is None or self._held[0] != mark:
            self._held = (mark, self._read(self._path))
            self._publish(_name(self._held[1]))
        return self._held[1]

    def _publish(self, name: str) -> None:
        """Lay the public half beside the key, also after somebody was interrupted before doing so."""
        public = self._beside("pub")
        with contextlib.suppress(OSError):
            if not public.exists() or public.read_bytes() != f"{name}\n".encode():
                _write(public, f"{name}\n".encode(), 0o644)

    def _make(self) -> None:
        """Make the key; of two processes that do so at once, one wins."""
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            made = self._beside(f"{os.getpid()}.{os.urandom(4).hex()}")
            _write(made, pem, 0o600)
            try:
                os.link(made, self._path)
            except FileExistsError:
                pass
            finally:
                made.unlink()
        except OSError as error:
            raise Unreachable("keys.file", f"No key can be made at {self._path}: {error.strerror}") from None

    def _read(self, path: Path) -> Ed25519PrivateKey:
        try:
            mode, data = path.stat().st_mode, path.read_bytes()
        except PermissionError:
            raise Refused("keys.permission", f"{path} may not be read by this person") from None
        except OSError as error:
            raise Unreachable("keys.file", f"{path} cannot be read: {error.strerror}") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Refused("keys.open", f"{path} can be read by others", hint=f"chmod 600 {path}")
        try:
            key = load_pem_private_key(data, password=None)
        except (ValueError, TypeError) as error:
            raise Malformed("keys.pem", f"{path} holds no key: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise Malformed("keys.kind", f"{path} holds no Ed25519 key", hint="openssl genpkey -algorithm ed25519")
        return key


def _name(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _write(path: Path, data: bytes, mode: int) -> None:
    """All of it or the old one, on the disk before this returns."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
