"""Shares: SMB 2 spoken by hand, so that tests can do on a share what people, backups and ransomware do.

Example::

    capture = Capture()
    with Share(capture, client, server) as share:
        share.rename("a\\\\x.docx", "a\\\\x.docx.locked")
"""

from __future__ import annotations

import random
import struct
from typing import Final

from tests.captures.build import Capture, Host, Talk

_TREE_CONNECT, _CREATE, _CLOSE, _READ, _WRITE, _IOCTL, _SET_INFO = 3, 5, 6, 8, 9, 11, 17
CREATED: Final = 2
OPENED: Final = 1
WORDS: Final = "le patient est vu ce jour en consultation pour un suivi sans plainte particuliere examen normal"


class Share:
    """One client on one share; every call is a request and its answer."""

    def __init__(
        self, capture: Capture, client: Host, server: Host, share: str = "records", sport: int = 40_000
    ) -> None:
        self._talk = Talk(capture, client, server, 445, sport=sport)
        self._capture = capture
        self._path = f"\\\\{server.ip}\\{share}"
        self._message = 0
        self._files = 0

    def __enter__(self) -> Share:
        self._talk.__enter__()
        path = self._path.encode("utf-16-le")
        self._exchange(
            _TREE_CONNECT, struct.pack("<HHHH", 9, 0, 72, len(path)) + path, struct.pack("<HBBIII", 16, 1, 0, 0, 0, 0)
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._talk.__exit__()

    # ------------------------------------------------------------ what is done
    def open(self, name: str, action: int = OPENED) -> bytes:
        """Open or make a file; its handle."""
        raw = name.encode("utf-16-le")
        request = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 0x12019F, 0, 7, 3, 0x40, 120, len(raw), 0, 0) + raw
        self._files += 1
        handle = struct.pack("<QQ", self._files, 1)
        answer = struct.pack("<HBBI", 89, 0, 0, action) + bytes(56) + handle + bytes(8)
        self._exchange(_CREATE, request, answer)
        return handle

    def close(self, handle: bytes) -> None:
        """Close a file."""
        self._exchange(_CLOSE, struct.pack("<HHI", 24, 0, 0) + handle, struct.pack("<HHI", 60, 0, 0) + bytes(52))

    def read(self, handle: bytes, data: bytes) -> None:
        """Read a file's beginning."""
        request = struct.pack("<HBBIQ", 49, 0, 0, len(data), 0) + handle + bytes(17)
        self._exchange(_READ, request, struct.pack("<HBBIII", 17, 80, 0, len(data), 0, 0) + data)

    def write(self, handle: bytes, data: bytes, offset: int = 0) -> None:
        """Write to a file."""
        request = struct.pack("<HHIQ", 49, 112, len(data), offset) + handle + bytes(16) + data
        self._exchange(_WRITE, request, struct.pack("<HHIIHH", 17, 0, len(data), 0, 0, 0))

    def rename(self, old: str, new: str) -> None:
        """Open a file, give it another name, close it."""
        handle = self.open(old)
        raw = new.encode("utf-16-le")
        buffer = bytes(16) + struct.pack("<I", len(raw)) + raw
        request = struct.pack("<HBBIHHI", 33, 1, 10, len(buffer), 96, 0, 0) + handle + buffer
        self._exchange(_SET_INFO, request, struct.pack("<H", 2))
        self.close(handle)

    def delete(self, name: str) -> None:
        """Mark a file for deletion and close it."""
        handle = self.open(name)
        request = struct.pack("<HBBIHHI", 33, 1, 13, 1, 96, 0, 0) + handle + b"\1"
        self._exchange(_SET_INFO, request, struct.pack("<H", 2))
        self.close(handle)

    def put(self, name: str, data: bytes) -> None:
        """Make a file with this content."""
        handle = self.open(name, CREATED)
        self.write(handle, data)
        self.close(handle)

    def call(self, handle: bytes, data: bytes) -> None:
        """Write to a pipe and read from it at once."""
        request = struct.pack("<HHI", 57, 0, 0x0011C017) + handle
        request += struct.pack("<IIIIIIII", 120, len(data), 0, 0, 0, 1024, 1, 0) + data
        self._exchange(_IOCTL, request, struct.pack("<HHI", 49, 0, 0x0011C017) + bytes(40))

    # ------------------------------------------------------------ how it is said
    def _exchange(self, command: int, request: bytes, answer: bytes) -> None:
        self._message += 1
        self._talk.client(self._framed(command, 0, request))
        self._talk.server(self._framed(command, 1, answer))

    def _framed(self, command: int, flags: int, body: bytes) -> bytes:
        head = (
            b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 1, 0, command, 1, flags, 0, self._message, 0, 1, 1) + bytes(16)
        )
        return struct.pack(">I", len(head) + len(body)) + head + body


def chance(seed: int, size: int = 4096) -> bytes:
    """Octets that look encrypted."""
    return random.Random(seed).randbytes(size)


def prose(seed: int, size: int = 4096) -> bytes:
    """Octets that people write."""
    words = WORDS.split()
    chosen = random.Random(seed)
    return " ".join(chosen.choice(words) for _ in range(size // 4)).encode()[:size]
