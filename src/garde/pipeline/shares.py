"""Shares: captures read by two processes at once, and what both heard put together.

Question: how does a replay use a second core, when Python runs on one at a time?
Reference: DESIGN §9. Both processes walk every packet, which costs little; each dissects the payloads of its share of
the flows (`garde.wire.kernel`), which costs most. What a flow tells does not depend on other flows, so two shares tell
what one reader would, but for statements that both heard on one day: of those the earlier counts. Left out: more than
two shares, and captures that cannot be opened twice, such as pipes.

Example::

    observations = read_by_two(lambda share: [heard(path, share) for path in files])
"""

from __future__ import annotations

import os
import signal
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from garde.model.observation import Observation

DAY: Final = 86_400 * 1_000_000_000
#: Octets of capture from which a second process earns its start.
WORTH: Final = 1 << 24

#: Share → what was heard of each capture.
Reader = Callable[[int], list[list[Observation]]]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Observation])


def worth(files: Sequence[Path]) -> bool:
    """Whether two processes are faster: a second core is idle, there is enough to read, and this process runs alone.

    Both walk every packet, so where others run on the second core, two take longer than one.
    """
    if not hasattr(os, "fork") or not hasattr(os, "sched_getaffinity") or threading.active_count() > 1:
        return False
    try:
        found = [path.stat() for path in files]
    except OSError:
        return False
    regular = all(stat.S_ISREG(one.st_mode) for one in found)
    return regular and sum(one.st_size for one in found) >= WORTH and _running() < len(os.sched_getaffinity(0))


def _running() -> int:
    """Threads that run or could run at this moment on this machine, ours among them; see proc(5), loadavg."""
    try:
        return int(Path("/proc/loadavg").read_text("ascii").split()[3].partition("/")[0])
    except (OSError, IndexError, ValueError):
        return 1


def read_by_two(read: Reader) -> Iterator[list[Observation]]:
    """What this process (share 0) and a copy of it (share 1) hear, capture by capture.

    Whatever ``read`` does beside returning observations, the copy does to its own memory only. When it fails, its share
    is read here too, so that the failure is seen.
    """
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if child == 0:
            _tell(file, read)
        try:
            mine = read(0)
        except BaseException:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise
        _, status = os.waitpid(child, 0)
        theirs = _told(file) if status == 0 else read(1)
    for one, other in zip(mine, theirs, strict=True):
        yield joined(one, other)


def joined(one: Sequence[Observation], other: Sequence[Observation]) -> list[Observation]:
    """What two readers of one capture heard; a statement that both made on one day counts where it came first."""
    places = {_statement(seen): number for number, seen in enumerate(one)}
    out = list(one)
    for seen in other:
        number = places.get(_statement(seen))
        if number is None:
            out.append(seen)
        elif _order(seen) < _order(out[number]):
            out[number] = seen
    return out


def _statement(seen: Observation) -> tuple[object, ...]:
    return seen.attribute, seen.value, seen.source, seen.subject, seen.at // DAY


def _order(seen: Observation) -> tuple[int, int]:
    return seen.at, seen.place.packet if seen.place else 0


def _tell(file: IO[bytes], read: Reader) -> Any:
    """In the copy: write down what is heard, and end without what a process does at its end."""
    status = 1
    try:
        for heard in read(1):
            data = _encoder.encode(heard)
            file.write(len(data).to_bytes(8, "little") + data)
        file.flush()
        status = 0
    finally:
        os._exit(status)


def _told(file: IO[bytes]) -> list[list[Observation]]:
    file.seek(0)
    out = []
    while head := file.read(8):
        out.append(_decoder.decode(file.read(int.from_bytes(head, "little"))))
    return out
