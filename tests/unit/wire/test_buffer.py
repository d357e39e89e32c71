"""Buffer: positions survive cutting, jumps and floods."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.wire.buffer import PIECE, Buffer


def test_bytes_wait_until_they_are_taken() -> None:
    buffer = Buffer()
    buffer.add(b"ab", 0)
    buffer.add(b"cd", 2)
    assert buffer.take(3) == b"abc"
    assert (buffer.start, bytes(buffer.data)) == (3, b"d")


def test_a_jump_in_position_empties_it() -> None:
    buffer = Buffer()
    buffer.add(b"ab", 0)
    buffer.add(b"yz", 100)
    assert (buffer.start, bytes(buffer.data), buffer.lost) == (100, b"yz", 2)


def test_a_flood_keeps_the_latest_bytes() -> None:
    buffer = Buffer(limit=4)
    buffer.add(b"abc", 0)
    buffer.add(b"defghi", 3)
    assert (buffer.start, bytes(buffer.data), buffer.lost) == (5, b"fghi", 5)


def test_dropping_more_than_there_is_drops_all() -> None:
    buffer = Buffer()
    buffer.add(b"abc", 7)
    buffer.drop(9)
    assert (buffer.start, len(buffer)) == (10, 0)
    buffer.clear()
    assert buffer.start == 10


@given(st.lists(st.binary(max_size=30), max_size=20), st.integers(1, 40))
def test_it_never_passes_its_limit_and_keeps_positions(parts: list[bytes], limit: int) -> None:
    stream = b"".join(parts)
    buffer = Buffer(limit)
    offset = 0
    for part in parts:
        buffer.add(part, offset)
        offset += len(part)
        assert len(buffer) <= limit
        assert stream[buffer.start : buffer.start + len(buffer)] == bytes(buffer.data)


def test_pouring_gives_the_reader_a_turn_after_each_piece() -> None:
    buffer = Buffer(limit=PIECE + 10)
    data = bytes(range(256)) * (5 * PIECE // 256) + b"end"
    taken = b""
    for _ in buffer.pour(data, 7):
        taken += buffer.take(len(buffer))
    assert taken == data
    assert (buffer.start, buffer.lost) == (7 + len(data), 0)
