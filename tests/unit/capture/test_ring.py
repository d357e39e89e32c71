"""The ring's blocks, built by hand. A live interface is in tests/acceptance/test_live.py."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from garde.capture.ring import OURS, RESERVE, TPID_VALID, VLAN_VALID, Ring, walk
from garde.errors import GardeError
from garde.wire.block import table

FRAMES = [bytes(range(60)), bytes(range(100, 180))]
TAG = 0x2064


def block(frames: list[bytes], *, tagged: bool = False) -> np.ndarray:
    """A TPACKET_V3 block as the kernel lays it out (packet_mmap.rst), with room before each packet."""
    body = b""
    for number, frame in enumerate(frames):
        status = OURS | (VLAN_VALID | TPID_VALID if tagged else 0)
        mac = 48 + 34 + RESERVE
        size = (mac + len(frame) + 15) // 16 * 16
        step = size if number + 1 < len(frames) else 0
        head = struct.pack("<6I2H", step, 1_700_000_000, 5 + number, len(frame), len(frame) + 4, status, mac, mac + 14)
        head += struct.pack("<IIHH", 0, TAG, 0x88A8, 0)
        body += (head.ljust(mac, b"\0") + frame).ljust(size, b"\0")
    descriptor = struct.pack("<5I", 3, 0, OURS, len(frames), 48).ljust(48, b"\0")
    return np.frombuffer(bytearray(descriptor + body), np.uint8)


def test_a_block_is_walked_from_packet_to_packet() -> None:
    data, rows = block(FRAMES), table(8)
    assert walk(data, 0, rows) == 2
    for row, frame in zip(rows, FRAMES, strict=False):
        assert bytes(data[row[0] : row[0] + row[1]]) == frame
    assert rows[1].tolist()[1:] == [80, 84, 1_700_000_000_000_000_006, 1]


def test_a_tag_that_the_kernel_took_off_is_put_back() -> None:
    data, rows = block(FRAMES, tagged=True), table(8)
    walk(data, 0, rows)
    start, size = rows[0].tolist()[:2]
    whole = bytes(data[start : start + size])
    assert whole == FRAMES[0][:12] + b"\x88\xa8\x20\x64" + FRAMES[0][12:]


def test_no_more_packets_than_the_table_has_room_for() -> None:
    assert walk(block(FRAMES), 0, table(1)) == 1


def test_an_interface_that_is_not_there_is_named() -> None:
    with pytest.raises(GardeError) as error:
        Ring("no-such-if0")
    assert error.value.code in ("capture.interface", "capture.permission")
