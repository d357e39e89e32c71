"""SMB 2 and 3: what is done with shares, files and pipes.

Question: which files are created, read, written, renamed and deleted, and which services are called through pipes?
Reference: MS-SMB2 (2023) §2.2.1.2, §2.2.9, §2.2.13, §2.2.14, §2.2.15, §2.2.19 to §2.2.22, §2.2.31, §2.2.39; MS-FSCC
§2.4.11 (disposition), §2.4.42 (rename). Left out: encrypted and compressed messages, leases, locks, change notices.

Example: a SET_INFO of class 10 on an open file gives ``smb.rename`` with the old and the new extension.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import Frame
from garde.dissect.listen.dcerpc import Calls
from garde.dissect.listen.smb_files import Files
from garde.dissect.listen.spec import Told

MAGIC: Final = b"\xfeSMB"
_SESSION_SETUP, _TREE, _CREATE, _CLOSE, _READ, _WRITE, _IOCTL, _SET_INFO = 1, 3, 5, 6, 8, 9, 11, 17
_RENAME, _DISPOSITION, _DISPOSITION_EX = 10, 13, 64
_TRANSCEIVE: Final = 0x0011C017
_LOGON_FAILURE: Final = frozenset({0xC000006D, 0xC000006A, 0xC0000064, 0xC0000234, 0xC0000072})
#: FileSuperseded, FileCreated, FileOverwritten (§2.2.14, CreateAction).
_MADE: Final = frozenset({0, 2, 3})
_PENDING: Final = 0x103
_MOST: Final = 512
_DELETE_ON_CLOSE: Final = 0x1000


class Smb2:
    """Both directions of one connection."""

    def __init__(self, files: Files, calls: Calls) -> None:
        self._files = files
        self._calls = calls
        #: message id → command and what it asked for
        self._asked: dict[int, tuple[int, tuple[object, ...]]] = {}

    def hear(self, frame: Frame) -> Iterator[Told]:
        """Signals of one NetBIOS session message, with all the commands compounded in it."""
        at = 4
        data = frame.data
        handle: object = None
        for _ in range(16):
            if data[at : at + 4] != MAGIC or len(data) < at + 64:
                return
            status, command = struct.unpack_from("<IH", data, at + 8)
            flags, following = struct.unpack_from("<II", data, at + 16)
            number = struct.unpack_from("<Q", data, at + 24)[0]
            tree = struct.unpack_from("<I", data, at + 36)[0]
            body = data[at : at + following] if following else data[at:]
            start = frame.start + at
            if flags & 1:
                asked = self._asked.get(number)
                if asked is not None and status != _PENDING:
                    del self._asked[number]
                    yield from self._answered(command, asked[1], status, tree, body, start)
                elif command == _TREE and not status:
                    self._files.tree(tree, "")
            else:
                yield from self._ask(command, number, tree, body, start, handle)
                if command == _CREATE:
                    handle = ("made", number)
            if not following:
                return
            at += following

    def _note(self, number: int, command: int, *what: object) -> None:
        if len(self._asked) >= _MOST:
            del self._asked[next(iter(self._asked))]
        self._asked[number] = command, what

    def _ask(self, command: int, number: int, tree: int, body: bytes, start: int, made: object) -> Iterator[Told]:
        files = self._files
        if command == _SESSION_SETUP:
            self._note(number, command)
        elif command == _TREE and len(body) >= 72:
            offset, size = struct.unpack_from("<HH", body, 68)
            share, told = files.tree_asked(body[offset : offset + size].decode("utf-16-le", "replace"), start)
            self._note(number, command, share)
            yield told
        elif command == _CREATE and len(body) >= 120:
            options = struct.unpack_from("<I", body, 64 + 40)[0]
            offset, size = struct.unpack_from("<HH", body, 64 + 44)
            name = body[offset : offset + size].decode("utf-16-le", "replace")
            self._note(number, command, name, bool(options & _DELETE_ON_CLOSE))
        elif command == _CLOSE and len(body) >= 88:
            yield from files.closed(_handle(body, 72, made), start)
        elif command == _READ and len(body) >= 96:
            offset = struct.unpack_from("<Q", body, 72)[0]
            self._note(number, command, offset, _handle(body, 80, made))
        elif command == _WRITE and len(body) >= 112:
            place, size, offset = struct.unpack_from("<HIQ", body, 66)
            handle = _handle(body, 80, made)
            piece = body[place : place + size]
            yield from files.written(handle, offset, piece, start)
            if files.pipe(handle):
                yield from self._calls.hear(handle, piece, start)
        elif command == _IOCTL and len(body) >= 120:
            code = struct.unpack_from("<I", body, 68)[0]
            place, size = struct.unpack_from("<II", body, 88)
            if code == _TRANSCEIVE:
                yield from self._calls.hear(_handle(body, 72, made), body[place : place + size], start)
        elif command == _SET_INFO and len(body) >= 96:
            kind, what = body[66], body[67]
            size, place = struct.unpack_from("<IH", body, 68)
            buffer, handle = body[place : place + size], _handle(body, 80, made)
            if kind == 1 and what == _RENAME and len(buffer) >= 20:
                length = struct.unpack_from("<I", buffer, 16)[0]
                yield from files.renamed(handle, buffer[20 : 20 + length].decode("utf-16-le", "replace"), start)
            elif kind == 1 and what in (_DISPOSITION, _DISPOSITION_EX) and buffer[:1] and buffer[0] & 1:
                yield from files.deleted(handle, start)

    def _answered(
        self, command: int, asked: tuple[object, ...], status: int, tree: int, body: bytes, start: int
    ) -> Iterator[Told]:
        if command == _SESSION_SETUP and status in _LOGON_FAILURE:
            yield Told("login.refused", {"by": "smb", "status": status}, start)
        elif command == _TREE and not status and asked:
            self._files.tree(tree, str(asked[0]))
        elif command == _CREATE and not status and len(body) >= 144:
            action = struct.unpack_from("<I", body, 64 + 4)[0]
            yield from self._files.opened(body[128:144], str(asked[0]), tree, start, made=action in _MADE)
            if asked[1]:
                yield from self._files.deleted(body[128:144], start)
        elif command == _READ and not status and len(body) >= 72:
            place, size = body[66], struct.unpack_from("<I", body, 68)[0]
            offset, handle = asked
            yield from self._files.read(handle, int(str(offset)), body[place : place + size], start)


def _handle(body: bytes, at: int, made: object) -> object:
    """A FileId; all ones mean the file of the create compounded before (§3.2.4.1.4), which has no name here."""
    raw = body[at : at + 16]
    return made if raw == b"\xff" * 16 else raw
