from __future__ import annotations

import numpy as np
import pytest

from garde.capture import pcap
from garde.errors import Malformed
from garde.wire.block import table
from tests.packets import T0
from tests.packets import pcap as write


def walk(data: bytes, room: int = 9) -> tuple[int, int, int, list[list[int]]]:
    header = pcap.Header.of(data)
    out = table(room)
    array = np.frombuffer(data, np.uint8)
    order = (header.big, header.tick, header.record)
    pos, count, why = pcap.walk(array, pcap.SIZE, len(data), *order, header.link, out)
    return pos, count, why, out[:count].tolist()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_both_byte_orders_and_both_clocks(order: str, nano: bool) -> None:
    data = write([b"abc", b"defgh"], order=order, nano=nano, link=113, step=1_000_001_000)
    pos, count, why, rows = walk(data)
    assert (pos, count, why) == (len(data), 2, pcap.MORE)
    assert rows == [[40, 3, 3, T0, 113], [59, 5, 5, T0 + 1_000_001_000, 113]]


def test_the_patched_format_has_longer_record_headers() -> None:
    data = bytearray(write([b"abc"]))
    data[:4] = bytes.fromhex("34cdb2a1")
    data[40:40] = bytes(8)
    assert walk(bytes(data))[3] == [[48, 3, 3, T0, 1]]


def test_a_packet_cut_by_the_snap_length_tells_both_lengths() -> None:
    assert walk(write([b"abcdef"], snap=4))[3] == [[40, 4, 6, T0, 1]]


def test_it_stops_where_the_table_is_full_and_goes_on_from_there() -> None:
    data = write([b"abc"] * 3)
    pos, count, why, _ = walk(data, room=2)
    assert (count, why, data[pos + 16 : pos + 19]) == (2, pcap.FULL, b"abc")


@pytest.mark.parametrize("size", range(25, 43))
def test_an_incomplete_record_waits_for_more(size: int) -> None:
    assert walk(write([b"abc"])[:size])[:3] == (24, 0, pcap.MORE)


def test_a_length_nobody_believes_is_corruption() -> None:
    data = bytearray(write([b"abc", b"def"]))
    data[24 + 16 + 3 + 8 + 3] = 0x7F
    assert walk(bytes(data))[1:3] == (1, pcap.CORRUPT)


def test_the_next_two_sensible_records_are_found_again() -> None:
    data = write([b"abc"] * 4)
    broken = np.frombuffer(data[:43] + b"\xff" * 33 + data[43:], np.uint8)
    assert pcap.resync(broken, 43, len(broken), False, 1000, 16, T0 // 10**9) == 43 + 33
    assert pcap.resync(broken, 43, len(broken), False, 1000, 16, T0 // 10**9 + 10**6) == -1


@pytest.mark.parametrize("head", [b"", b"\xd4\xc3\xb2", bytes(24), b"\x89PNG" + bytes(40)])
def test_another_file_is_refused(head: bytes) -> None:
    with pytest.raises(Malformed):
        pcap.Header.of(head)
