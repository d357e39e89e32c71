"""Reader: walk bytes without ever leaving them.

Question: how does a parser of hostile bytes stay inside its input and say where the input broke?
Reference: DESIGN §6: bytes parse, or `Malformed` with clause and offset. Left out: streams; see `garde.wire.buffer`.

Example:
    >>> r = Reader(b"\\x00\\x03abc", "demo")
    >>> r.take(r.u16())
    b'abc'
    >>> r.u8()
    Traceback (most recent call last):
    garde.errors.Malformed: 1 byte wanted, 0 left (offset 5) [demo]
"""

from __future__ import annotations

from garde.errors import Malformed


class Reader:
    """A cursor over ``data``; every read moves it or raises.

    Args:
        data: the bytes.
        code: code of the `Malformed` raised, ``<protocol>.<what>``.
        base: position of ``data[0]`` in what the reader's user calls offset 0.
    """

    __slots__ = ("base", "code", "data", "end", "pos")

    def __init__(self, data: bytes, code: str, base: int = 0) -> None:
        self.data = data
        self.code = code
        self.base = base
        self.pos = 0
        self.end = len(data)

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return self.end - self.pos

    @property
    def at(self) -> int:
        """Position of the cursor, counted from ``base``."""
        return self.base + self.pos

    def fail(self, what: str) -> Malformed:
        """The error to raise for a breach at the cursor."""
        return Malformed(self.code, what, where=f"offset {self.at}")

    def _move(self, size: int) -> int:
        pos = self.pos
        if size < 0 or pos + size > self.end:
            raise self.fail(f"{size} byte{'s' if size != 1 else ''} wanted, {self.end - pos} left")
        self.pos = pos + size
        return pos

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        pos = self._move(size)
        return self.data[pos : pos + size]

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes."""
        self._move(size)

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.end - self.pos)

    def sub(self, size: int) -> Reader:
        """A reader over the next ``size`` bytes; this one moves past them."""
        at = self.at
        return Reader(self.take(size), self.code, at)

    def u8(self) -> int:
        """Unsigned 8 bits."""
        return self.data[self._move(1)]

    def u16(self) -> int:
        """Unsigned 16 bits, big-endian."""
        pos = self._move(2)
        return int.from_bytes(self.data[pos : pos + 2], "big")

    def u24(self) -> int:
        """Unsigned 24 bits, big-endian."""
        pos = self._move(3)
        return int.from_bytes(self.data[pos : pos + 3], "big")

    def u32(self) -> int:
        """Unsigned 32 bits, big-endian."""
        pos = self._move(4)
        return int.from_bytes(self.data[pos : pos + 4], "big")

    def u64(self) -> int:
        """Unsigned 64 bits, big-endian."""
        pos = self._move(8)
        return int.from_bytes(self.data[pos : pos + 8], "big")

    def le16(self) -> int:
        """Unsigned 16 bits, little-endian."""
        pos = self._move(2)
        return int.from_bytes(self.data[pos : pos + 2], "little")

    def le32(self) -> int:
        """Unsigned 32 bits, little-endian."""
        pos = self._move(4)
        return int.from_bytes(self.data[pos : pos + 4], "little")

    def le64(self) -> int:
        """Unsigned 64 bits, little-endian."""
        pos = self._move(8)
        return int.from_bytes(self.data[pos : pos + 8], "little")
