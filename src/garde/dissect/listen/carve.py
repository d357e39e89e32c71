"""Carve: the beginning of files put together from the pieces in which they travel.

Question: what was in the file, when each message carries a part of it?
Reference: none; pieces name their offset. Bounded: ``FILES`` files of ``LONGEST`` octets for each flow; what lies
behind the limit or behind a hole is left out.

Example:
    >>> carver = Carver()
    >>> carver.add("f", 0, b"abc"); carver.add("f", 3, b"def"); carver.take("f")
    b'abcdef'
"""

from __future__ import annotations

from typing import Final

#: Octets kept of one file: enough for a document or a program's head; and files under way on one flow.
LONGEST: Final = 1 << 20
FILES: Final = 4


class Carver:
    """The files under way on one flow."""

    __slots__ = ("_files",)

    def __init__(self) -> None:
        self._files: dict[object, bytearray] = {}

    def add(self, name: object, offset: int, data: bytes) -> None:
        """A piece of a file, at its offset; pieces behind a hole or the limit are left out."""
        held = self._files.get(name)
        if held is None:
            if offset:
                return
            if len(self._files) >= FILES:
                del self._files[next(iter(self._files))]
            held = self._files[name] = bytearray()
        if offset <= len(held) < LONGEST:
            held[offset : offset + len(data)] = data
            del held[LONGEST:]

    def take(self, name: object) -> bytes:
        """What was carved of a file, which is then forgotten; empty when nothing was."""
        return bytes(self._files.pop(name, b""))

    def __contains__(self, name: object) -> bool:
        return name in self._files
