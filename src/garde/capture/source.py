"""The octets of a file in order, decompressed when they are compressed.

Question: where do the octets of a capture come from, and what if they stop?
Reference: RFC 1952 (gzip, several members in a row), RFC 8878 (zstd). Both are undone in bounded steps: a small file
that grows without end costs time, never memory. Left out: xz, bzip2, lz4.

Example:
    >>> source, size = open_source(Path("ct.pcap.gz"))  # doctest: +SKIP
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from pathlib import Path
from typing import Protocol

from garde.errors import Malformed, Unreachable

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
#: Most memory a zstd frame may ask for (RFC 8878 §3.1.1.1.2 recommends to refuse more than one's limit).
_WINDOW = 1 << 27


class _Stream(Protocol):
    def readinto(self, into: memoryview, /) -> int | None: ...


class _Gzip:
    """gzip in small steps: a large one would lose what it had when the file turns out to be cut."""

    def __init__(self, raw: io.FileIO) -> None:
        self._file = gzip.GzipFile(fileobj=raw)

    def readinto(self, into: memoryview, /) -> int:
        return self._file.readinto1(into)


class _Zstd:
    """zstd, its errors as ours."""

    def __init__(self, raw: io.FileIO) -> None:
        import zstandard

        self._error = zstandard.ZstdError
        self._stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(raw, read_across_frames=True)

    def readinto(self, into: memoryview, /) -> int:
        try:
            return self._stream.readinto(into)
        except self._error as error:
            raise Malformed("capture.compression", f"The compressed data is broken: {error}") from None


class Source:
    """Octets in order.

    Args:
        raw: the file on disk, for its position.
        stream: what is read, the same file or a decompressor over it.
        name: of the file.
    """

    def __init__(self, raw: io.FileIO, stream: _Stream, name: str) -> None:
        self._raw = raw
        self._stream = stream
        self._name = name
        self._closed = 0

    @property
    def read(self) -> int:
        """Octets of the file on disk read so far."""
        if self._raw.closed or not self._raw.seekable():
            return self._closed
        return self._raw.tell()

    def readinto(self, into: memoryview) -> int:
        """Fill ``into`` as far as one read goes; 0 at the end.

        Raises:
            Malformed: the compressed data is cut short or broken.
        """
        try:
            return self._stream.readinto(into) or 0
        except EOFError:
            raise Malformed("capture.truncated", "The compressed file is cut short: what came before is read") from None
        except (zlib.error, gzip.BadGzipFile) as error:
            raise Malformed("capture.compression", f"The compressed data is broken: {error}") from None
        except OSError as error:
            raise Malformed("capture.unreadable", f"Reading stopped: {error.strerror or error}") from None

    def close(self) -> None:
        """Close the file."""
        if not self._raw.closed:
            self._closed = self.read
            self._raw.close()


def open_source(path: Path) -> tuple[Source, int]:
    """The octets of a file and its size on disk (0 for a pipe).

    Raises:
        Unreachable: it cannot be opened.
    """
    try:
        raw = io.FileIO(path)
        mode = os.fstat(raw.fileno()).st_mode
        if not stat.S_ISREG(mode):
            return Source(raw, raw, path.name), 0
        head = raw.read(4) or b""
        raw.seek(0)
    except OSError as error:
        hint = "Check the name and that you may read it"
        raise Unreachable("capture.unreadable", f"{path.name}: {error.strerror or error}", hint=hint) from None
    size = os.fstat(raw.fileno()).st_size
    if head[:2] == _GZIP:
        return Source(raw, _Gzip(raw), path.name), size
    if head == _ZSTD:
        return Source(raw, _Zstd(raw), path.name), size
    return Source(raw, raw, path.name), size
