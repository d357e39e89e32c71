"""Write a capture file, one packet at a time.

Question: how do the twin's frames become a file that any analyser opens?
Reference: the classic libpcap savefile format (magic 0xA1B2C3D4 for microseconds, 0xA1B23C4D for nanoseconds), link
type 1 (Ethernet). Left out: pcapng, snap lengths that cut packets.

Example:
    >>> import io
    >>> file = io.BytesIO()
    >>> Writer(file).write(1_000_000_000, bytes(14))
    >>> len(file.getvalue())
    54
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

_HEAD: Final = struct.Struct("<IHHiIII")
_RECORD: Final = struct.Struct("<IIII")
_MICRO: Final = 0xA1B2C3D4
_NANO: Final = 0xA1B23C4D
_SNAP: Final = 262_144
_ETHERNET: Final = 1
_SECOND: Final = 1_000_000_000


class Writer:
    """A capture that grows packet by packet; memory does not grow with it.

    Args:
        file: where the bytes go; opened and closed by the caller.
        nano: keep nanoseconds; otherwise times are cut to microseconds.
    """

    def __init__(self, file: BinaryIO, *, nano: bool = False) -> None:
        self._write = file.write
        self._unit = 1 if nano else 1000
        self.packets = 0
        self.octets = _HEAD.size
        self._write(_HEAD.pack(_NANO if nano else _MICRO, 2, 4, 0, 0, _SNAP, _ETHERNET))

    def write(self, at: int, frame: bytes) -> None:
        """Add one frame seen ``at`` nanoseconds since 1970."""
        size = len(frame)
        self._write(_RECORD.pack(at // _SECOND, at % _SECOND // self._unit, size, size) + frame)
        self.packets += 1
        self.octets += _RECORD.size + size
