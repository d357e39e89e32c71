"""Recording: where a capture that observations speak of lies.

Question: in which file are the bytes of this packet?
Reference: DESIGN §1 (Evidence begins with the bytes). Only the name travels with observations; the path is this
machine's.

Example:
    >>> Recording(id="ct.pcap", path="/captures/ct.pcap", at=0).id
    'ct.pcap'
"""

from __future__ import annotations

import msgspec


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A capture file.

    Attributes:
        id: its name, as places give it.
        path: where it lies on this machine.
        at: nanoseconds since 1970 when it was read.
    """

    id: str
    path: str
    at: int
