"""Encrypted files: written once from front to back, read at any place.

Question: how is an archive or a backup kept from whoever finds it, and a shortened one told from a whole one?
Reference: AES-256-GCM in segments after the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): the
nonce is a prefix, the number of the segment and whether it is the last, so that segments cannot be moved, doubled or
cut off. Each file has a key of its own, wrapped by a `garde.ports.Keys` in its head. Left out: compression.

Example::

    with Encrypting(file, keys) as out: out.write(b"secret")
    assert decrypting(file, keys).read() == b"secret"
"""

from __future__ import annotations

import io
import os
from typing import IO, TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from garde.errors import Untrusted
from garde.ports import Keys

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

MAGIC: Final = b"GARDE-ENCRYPTED-1\n"
#: Octets of one segment before and after encryption.
PLAIN: Final = 1 << 16
SEGMENT: Final = PLAIN + 16
_PREFIX: Final = 7


def is_encrypted(file: IO[bytes]) -> bool:
    """Whether a file, which is then at its beginning again, is one of these."""
    file.seek(0)
    found = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    return found


class Encrypting(io.RawIOBase):
    """Encrypts what is written; the file is whole once this is closed, and only then.

    Args:
        out: where the encrypted octets go; it stays open.
        keys: what wraps the file's own key.
    """

    def __init__(self, out: IO[bytes], keys: Keys) -> None:
        secret, prefix = os.urandom(32), os.urandom(_PREFIX)
        wrapped = keys.wrap(secret)
        self._head = MAGIC + len(wrapped).to_bytes(4, "big") + wrapped + prefix
        self._cipher, self._prefix = AESGCM(secret), prefix
        self._out, self._waiting, self._number = out, bytearray(), 0
        out.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Take octets; a full segment is written when it is known not to be the last."""
        self._waiting += data
        while len(self._waiting) > PLAIN:
            self._segment(bytes(self._waiting[:PLAIN]), last=False)
            del self._waiting[:PLAIN]
        return memoryview(data).nbytes

    def close(self) -> None:
        """Write the last segment."""
        if not self.closed:
            self._segment(bytes(self._waiting), last=True)
            self._waiting.clear()
        super().close()

    def _segment(self, plain: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), plain, self._head))
        self._number += 1


class Decrypting(io.RawIOBase):
    """Reads an encrypted file at any place.

    Args:
        file: the encrypted octets, seekable.
        keys: what wrapped the file's own key.

    Raises:
        Untrusted: it is no such file, or was altered or cut short.
        Missing: another key wrapped it.
    """

    def __init__(self, file: IO[bytes], keys: Keys) -> None:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        fixed = file.read(len(MAGIC) + 4)
        length = int.from_bytes(fixed[len(MAGIC) :], "big")
        if not fixed.startswith(MAGIC) or length > 4096 or len(fixed) + length + _PREFIX + 16 > size:
            raise Untrusted("vault.file", "This is no encrypted file, or it was cut short")
        wrapped, prefix = file.read(length), file.read(_PREFIX)
        self._head, self._prefix = fixed + wrapped + prefix, prefix
        self._cipher = AESGCM(keys.unwrap(wrapped))
        self._file, self._pos = file, 0
        body = size - len(self._head)
        self._count = -(-body // SEGMENT)
        self._size = body - 16 * self._count
        self._held = (-1, b"")
        # A file that was cut off between two segments has no last one.
        self._segment(self._count - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._pos

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._pos, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._pos = base + offset
        return self._pos

    def readinto(self, into: WriteableBuffer, /) -> int:
        """Decrypt some octets.

        Raises:
            Untrusted: the segment was altered.
        """
        if self._pos >= self._size:
            return 0
        place = self._pos // PLAIN
        start = self._pos - place * PLAIN
        view = memoryview(into).cast("B")
        piece = self._segment(place)[start : start + len(view)]
        view[: len(piece)] = piece
        self._pos += len(piece)
        return len(piece)

    def _segment(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(len(self._head) + number * SEGMENT)
            last = number == self._count - 1
            try:
                nonce = _nonce(self._prefix, number, last)
                plain = self._cipher.decrypt(nonce, self._file.read(SEGMENT), self._head)
            except (InvalidTag, ValueError):
                raise Untrusted("vault.altered", f"Segment {number} of the encrypted file was altered or cut") from None
            self._held = (number, plain)
        return self._held[1]


def decrypting(file: IO[bytes], keys: Keys) -> IO[bytes]:
    """The octets of an encrypted file, seekable; see `Decrypting`."""
    return io.BufferedReader(Decrypting(file, keys), PLAIN)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
