"""Reader: takes in what FreeRADIUS wrote, also what it wrote while Garde was down.

Question: up to where was the journal read, and what is new?
Reference: `garde.onboarding.journal`. One file per day; how far each was read is kept beside them and written once the
messages are on the bus, so that a reader that dies reads some lines again, which become the same messages.

Example::

    reader = Reader(Path("/etc/garde/radius/journal"), now, say)
    while reader.turn(bus.publish):
        pass
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.model.message import Message
from garde.onboarding import journal

#: Most octets read at once.
PIECE: Final = 1 << 20
#: Days for which a journal that was read is kept.
KEPT: Final = 30
_TAKEN: Final = "taken.json"
_LOG: Final = "server.log"


class _Mark(msgspec.Struct, frozen=True):
    """How far a file was read; ``inode`` tells a rotated one from the one before."""

    inode: int
    offset: int


class Reader:
    """Reads a folder of journals; its owner calls `turn` again and again, from one thread.

    Args:
        folder: of the journals.
        now: nanoseconds since 1970.
        say: told of lines that are none.
    """

    def __init__(self, folder: Path, now: Callable[[], int], say: Callable[[str], None]) -> None:
        self._folder = folder
        self._now = now
        self._say = say
        self._marks = self._read()

    def turn(self, publish: Callable[[Sequence[Message]], None]) -> int:
        """Take in what is new; returns how many octets were read, 0 when nothing waits.

        Raises:
            Unreachable: the bus did not take it; nothing is lost, call again.
        """
        files = sorted(self._folder.glob("*.journal"))
        done = 0
        for path in [*files, self._folder / _LOG]:
            done += self._file(path, publish)
        for old in files[:-KEPT]:
            mark = self._marks.get(old.name)
            if mark is not None and mark.offset == old.stat().st_size:
                old.unlink()
                del self._marks[old.name]
        return done

    def _file(self, path: Path, publish: Callable[[Sequence[Message]], None]) -> int:
        try:
            with path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                mark = self._marks.get(path.name)
                start = mark.offset if mark is not None and mark.inode == inode else 0
                if os.fstat(file.fileno()).st_size < start:
                    start = 0
                    del self._marks[path.name]
                file.seek(start)
                data = file.read(PIECE)
        except FileNotFoundError:
            return 0
        # A line that is being written waits for its end; one without an end for so long is none.
        size = data.rfind(b"\n") + 1 or (len(data) if len(data) == PIECE else 0)
        if not size:
            return 0
        messages = self._messages(path, data[:size].splitlines())
        if messages:
            publish(messages)
        self._marks[path.name] = _Mark(inode, start + size)
        self._write()
        return size

    def _messages(self, path: Path, lines: Sequence[bytes]) -> list[Message]:
        found: list[Message] = []
        wrong = 0
        now = self._now()
        for line in lines:
            if path.name == _LOG:
                found += journal.logged(line, now)
                continue
            try:
                found += journal.messages(line)
            except Malformed:
                wrong += 1
        if wrong:
            self._say(f"garde: {path.name}: {wrong} lines are none and were passed over")
        return journal.once(found)

    def _read(self) -> dict[str, _Mark]:
        try:
            return msgspec.json.decode((self._folder / _TAKEN).read_bytes(), type=dict[str, _Mark])
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            # Read again from the beginning: what is known already changes nothing.
            return {}

    def _write(self) -> None:
        fresh = self._folder / f".{_TAKEN}.{os.getpid()}"
        fresh.write_bytes(msgspec.json.encode(self._marks))
        fresh.replace(self._folder / _TAKEN)
