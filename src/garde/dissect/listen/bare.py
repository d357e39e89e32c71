"""Bare: files that travel on a connection of their own, as FTP sends them.

Question: does this stream begin with a file, and with which?
Reference: RFC 959 §3.3 (the data connection carries nothing but the file). Recognised by the magic number of programs,
documents and DICOM files only. Told when it begins and when it has grown to 4 KiB, 64 KiB and 1 MiB.

Example: a stream that begins with ``MZ`` gives ``file.seen``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.listen.carve import LONGEST
from garde.dissect.listen.entropy import magic
from garde.dissect.listen.spec import Digest, Listener, Told
from garde.dissect.spec import STREAM, Hint, Keep
from garde.wire.flow import Payload

_STEPS: Final = (1, 4096, 65536, LONGEST)
_FILES: Final = frozenset({"pe", "elf", "macho", "pdf", "zip", "dicom", "ole", "script"})
#: A test file made to be found by every scanner (EICAR 2003).
EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"


class _Ear:
    def __init__(self, digest: Digest) -> None:
        del digest
        self.done = False
        self._data = bytearray()
        self._step = 0
        self._way = -1

    def feed(self, payload: Payload) -> Iterator[Told]:
        if self._way < 0:
            self._way = payload.direction
        if payload.direction != self._way:
            return
        if payload.gap > 0:
            self.done = True
            return
        self._data += payload.data[: LONGEST - len(self._data)]
        if self._step < len(_STEPS) and len(self._data) >= _STEPS[self._step]:
            while self._step < len(_STEPS) and len(self._data) >= _STEPS[self._step]:
                self._step += 1
            by = "ftp" if 20 in payload.flow.ports else "stream"
            yield Told("file.seen", {"by": by}, 0, bytes(self._data))
        self.done = self._step == len(_STEPS)


def _likely(data: bytes, hint: Hint) -> float:
    del hint
    if data.startswith(EICAR):
        return 0.9
    kind = magic(data)
    if kind == "pe":
        at = int.from_bytes(data[0x3C:0x40], "little")
        return 0.7 if len(data) >= 0x40 and 0x40 <= at < 4096 and data[at : at + 2] in (b"PE", b"") else 0.0
    return 0.6 if kind in _FILES and len(data) >= 16 else 0.0


BARE: Final = Listener(
    name="bare",
    layer=STREAM,
    reference="RFC 959 §3.3",
    tells=frozenset({"file.seen"}),
    looks_like=_likely,
    ear=_Ear,
    keep=(
        Keep(0, b"MZ", payloads=800),
        Keep(0, b"\x7fELF", payloads=800),
        Keep(0, b"%PDF", payloads=800),
        Keep(0, b"PK\x03\x04", payloads=800),
        Keep(128, b"DICM", payloads=800),
    ),
)
