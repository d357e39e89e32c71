"""SMB 1: its use, its exploits, and what is done with files.

Question: does a server still speak the ancient dialect, does somebody probe or exploit it, and which files are touched?
Reference: MS-CIFS §2.2.3.1 (header), §2.2.4 (commands), MS-SMB §2.2.4; domain note 09 §2 for what exploits look like.
Left out: core dialects' reads and writes, print commands.

Example: a TRANS2 with subcommand 14 (SESSION_SETUP, reserved) and multiplex id 65, answered by 81, gives ``smb1.ping``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import Frame
from garde.dissect.listen.dcerpc import Calls
from garde.dissect.listen.smb_files import Files
from garde.dissect.listen.spec import Told

MAGIC: Final = b"\xffSMB"
_DELETE, _RENAME, _CLOSE, _TRANS, _READ, _WRITE = 0x06, 0x07, 0x04, 0x25, 0x2E, 0x2F
_TRANS2, _TRANS2_SECONDARY, _NEGOTIATE, _SETUP, _TREE = 0x32, 0x33, 0x72, 0x73, 0x75
_NT_TRANS, _CREATE, _OPEN = 0xA0, 0xA2, 0x2D
#: TRANS2 subcommand and TRANS functions (§2.2.6.15, §2.2.5).
_SESSION_SETUP: Final = 0x000E
_PEEK, _TRANSACT = 0x0023, 0x0026
_LOGON_FAILURE: Final = frozenset({0xC000006D, 0xC000006A, 0xC0000064, 0xC0000234, 0xC0000072})
_MADE: Final = frozenset({0, 2, 3})
_MOST: Final = 512


class Smb1:
    """Both directions of one connection."""

    def __init__(self, files: Files, calls: Calls) -> None:
        self._files = files
        self._calls = calls
        #: command, process and multiplex id → what was asked
        self._asked: dict[tuple[int, int, int], tuple[object, ...]] = {}
        self._used = False

    def hear(self, frame: Frame) -> Iterator[Told]:
        """Signals of one message."""
        data = frame.data[4:]
        if len(data) < 35:
            return
        command, status = data[4], struct.unpack_from("<I", data, 5)[0]
        reply, unicode = bool(data[9] & 0x80), bool(struct.unpack_from("<H", data, 10)[0] & 0x8000)
        tree, process, _, number = struct.unpack_from("<HHHH", data, 24)
        count = data[32]
        words = data[33 : 33 + 2 * count]
        octets = data[35 + 2 * count :]
        begin = 35 + 2 * count
        start = frame.start
        key = command, process, number
        if reply:
            if not self._used and self._uses(command, words):
                self._used = True
                yield Told("smb.dialect", {"dialect": "SMB 1"}, start)
            yield from self._answered(command, key, status, tree, number, words, data, start)
        else:
            yield from self._ask(command, key, tree, number, words, octets, data, begin, unicode, start)

    @staticmethod
    def _uses(command: int, words: bytes) -> bool:
        """Whether an answer shows that the server goes on in SMB 1: not when no dialect pleased it."""
        return command != _NEGOTIATE or (len(words) >= 2 and words[:2] != b"\xff\xff")

    def _note(self, key: tuple[int, int, int], *what: object) -> None:
        if len(self._asked) >= _MOST:
            del self._asked[next(iter(self._asked))]
        self._asked[key] = what

    def _ask(
        self,
        command: int,
        key: tuple[int, int, int],
        tree: int,
        number: int,
        words: bytes,
        octets: bytes,
        data: bytes,
        begin: int,
        unicode: bool,
        start: int,
    ) -> Iterator[Told]:
        files = self._files
        if command == _SETUP:
            self._note(key)
        elif command == _TREE and len(words) >= 8:
            skip = struct.unpack_from("<H", words, 6)[0]
            path = _text(octets, skip, begin, unicode)
            share, told = files.tree_asked(path, start)
            self._note(key, share)
            yield told
        elif (command == _CREATE and len(words) >= 39) or (command == _OPEN and len(words) >= 18):
            self._note(key, _text(octets, 0, begin, unicode))
        elif command == _CLOSE and len(words) >= 2:
            yield from files.closed(struct.unpack_from("<H", words)[0], start)
        elif command == _READ and len(words) >= 10:
            handle, offset = struct.unpack_from("<HI", words, 4)
            self._note(key, handle, offset)
        elif command == _WRITE and len(words) >= 24:
            handle, offset = struct.unpack_from("<HI", words, 4)
            high, low, place = struct.unpack_from("<HHH", words, 18)
            piece = data[place : place + (high << 16 | low)]
            yield from files.written(handle, offset, piece, start)
            if files.pipe(handle):
                yield from self._calls.hear(handle, piece, start)
        elif command == _RENAME and octets[:1] == b"\x04":
            old = _text(octets, 1, begin, unicode)
            second = octets.find(b"\x04", 1 + len(old) * (2 if unicode else 1))
            if second > 0:
                new = _text(octets, second + 1, begin, unicode)
                yield files.renamed_by_name(old, new, tree, start)
        elif command == _DELETE and octets[:1] == b"\x04":
            yield Told("smb.delete", {"share": str(tree), "ext": "", "path": "", "folder": ""}, start)
        elif command in (_TRANS, _TRANS2) and len(words) >= 28:
            setup = struct.unpack_from("<H", words, 28)[0] if len(words) >= 30 else -1
            self._note(key, setup)
            if command == _TRANS2 and setup == _SESSION_SETUP:
                yield Told("smb1.session-setup", {"mid": number}, start)
            elif command == _TRANS and setup == _TRANSACT and len(words) >= 32:
                size, place = struct.unpack_from("<HH", words, 22)
                handle = struct.unpack_from("<H", words, 30)[0]
                yield from self._calls.hear(handle, data[place : place + size], start)
        elif command == _NT_TRANS and len(words) >= 11:
            total = struct.unpack_from("<I", words, 7)[0]
            if total > 0xFFFF:
                yield Told("smb1.nt-trans", {"mid": number, "total": total}, start)
        elif command == _TRANS2_SECONDARY:
            yield Told("smb1.trans2-secondary", {"mid": number}, start)

    def _answered(
        self,
        command: int,
        key: tuple[int, int, int],
        status: int,
        tree: int,
        number: int,
        words: bytes,
        data: bytes,
        start: int,
    ) -> Iterator[Told]:
        asked = self._asked.pop(key, None)
        if command == _TRANS2:
            if number in (81, 82, 83) and asked is None:
                # 81, 82 and 83 are 65 and what the implant adds: it lives, its command is done, it failed.
                yield Told("smb1.ping", {"mid": number, "status": status}, start)
            elif status == 0xC000000D:
                yield Told("smb1.invalid", {"mid": number}, start)
            return
        if asked is None:
            return
        if command == _SETUP and status in _LOGON_FAILURE:
            yield Told("login.refused", {"by": "smb", "status": status}, start)
        elif command == _TREE and not status:
            self._files.tree(tree, str(asked[0]))
        elif command == _TRANS and asked[0] == _PEEK:
            yield Told("smb1.peek", {"status": status}, start)
        elif command == _CREATE and not status and len(words) >= 11:
            handle, action = struct.unpack_from("<HI", words, 5)
            yield from self._files.opened(handle, str(asked[0]), tree, start, made=action in _MADE)
        elif command == _OPEN and not status and len(words) >= 6:
            handle = struct.unpack_from("<H", words, 4)[0]
            yield from self._files.opened(handle, str(asked[0]), tree, start, made=False)
        elif command == _READ and not status and len(words) >= 14:
            size, place = struct.unpack_from("<HH", words, 10)
            handle, offset = asked
            yield from self._files.read(handle, int(str(offset)), data[place : place + size], start)


def _text(octets: bytes, skip: int, begin: int, unicode: bool) -> str:
    """A null-terminated string behind ``skip`` octets; UTF-16 begins at an even distance from the header."""
    at = skip
    if not unicode:
        end = octets.find(b"\0", at)
        return octets[at : end if end >= 0 else len(octets)].decode("cp437")
    at += (begin + at) % 2
    end = next((i for i in range(at, len(octets) - 1, 2) if octets[i : i + 2] == b"\0\0"), len(octets))
    return octets[at:end].decode("utf-16-le", "replace")
