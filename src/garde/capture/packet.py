"""Packet: one packet of a capture file, by its number.

Question: what were the bytes of packet 88,121?
Reference: Wireshark's numbering, from 1. The file is read from its beginning; for a capture that is written once and
looked at seldom, an index would cost more than it saves.

Example::

    data = packet(Path("ct.pcap"), 12)
"""

from __future__ import annotations

from pathlib import Path

from garde.capture.reader import open_capture
from garde.errors import Missing
from garde.wire.block import CAPLEN, OFFSET


def packet(path: Path, number: int) -> bytes:
    """The captured bytes of a packet.

    Raises:
        Missing: the file has fewer packets.
        Unreachable: it cannot be opened.
        Malformed: it is no capture.
    """
    passed = 0
    for block in open_capture(path):
        if 0 < number <= passed + len(block):
            row = block.records[number - passed - 1]
            start = int(row[OFFSET])
            return bytes(block.view[start : start + int(row[CAPLEN])])
        passed += len(block)
    raise Missing("capture.packet", f"{path.name} has {passed} packets, not {number}")
