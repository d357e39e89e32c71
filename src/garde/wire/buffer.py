"""Buffer: the bytes of one direction of a stream, waiting until a whole message is there.

Question: how does a stream dissector cut messages out of segments, keep the stream position of each, and stay bounded?
Reference: RFC 9293 (a stream has no message borders); DESIGN §4 (memory bounded).

Example:
    >>> b = Buffer(limit=100)
    >>> b.add(b"abc", 10); b.add(b"def", 13)
    >>> b.start, bytes(b.data), b.take(4), b.start
    (10, b'abcdef', b'abcd', 14)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

#: Most bytes that `Buffer.pour` appends at once.
PIECE: Final = 1 << 14


class Buffer:
    """Waiting bytes of one direction.

    Args:
        limit: most bytes kept; what would pass it is dropped together with all that waits, and ``lost`` grows.

    Attributes:
        data: what waits; read it freely, change it only through the methods.
        start: stream position of ``data[0]``.
        lost: bytes dropped so far.
    """

    __slots__ = ("data", "limit", "lost", "start")

    def __init__(self, limit: int = 1 << 17) -> None:
        self.data = bytearray()
        self.start = 0
        self.limit = limit
        self.lost = 0

    def add(self, data: bytes, offset: int) -> None:
        """Append bytes that stand at stream position ``offset``; a jump in position empties the buffer first."""
        if offset != self.start + len(self.data):
            self.lost += len(self.data)
            self.data.clear()
            self.start = offset
        if len(self.data) + len(data) > self.limit:
            self.lost += len(self.data)
            self.data.clear()
            self.start = offset
            if len(data) > self.limit:
                self.lost += len(data) - self.limit
                self.start += len(data) - self.limit
                data = data[-self.limit :]
        self.data += data

    def pour(self, data: bytes, offset: int) -> Iterator[None]:
        """Append bytes piece by piece; after each, the reader takes what is whole.

        A run of bytes longer than the limit is then read as the segments it came in would have been. The limit must
        leave room for ``PIECE`` bytes beside what the reader waits for.
        """
        for at in range(0, len(data), PIECE):
            self.add(data[at : at + PIECE], offset + at)
            yield

    def take(self, size: int) -> bytes:
        """Remove and return the first ``size`` bytes (fewer when fewer wait)."""
        out = bytes(self.data[:size])
        del self.data[:size]
        self.start += len(out)
        return out

    def drop(self, size: int) -> None:
        """Remove the first ``size`` bytes."""
        size = min(size, len(self.data))
        del self.data[:size]
        self.start += size

    def clear(self) -> None:
        """Remove all that waits."""
        self.drop(len(self.data))

    def __len__(self) -> int:
        return len(self.data)
