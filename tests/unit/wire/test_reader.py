"""Reader: never outside its bytes, and precise about where they ended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.wire.reader import Reader


def test_numbers_of_every_width() -> None:
    reader = Reader(bytes(range(1, 30)), "demo")
    assert reader.u8() == 0x01
    assert reader.u16() == 0x0203
    assert reader.u24() == 0x040506
    assert reader.u32() == 0x0708090A
    assert reader.u64() == 0x0B0C0D0E0F101112
    assert reader.le16() == 0x1413
    assert reader.le32() == 0x18171615
    assert reader.left == 5


def test_little_endian_64() -> None:
    assert Reader(b"\x01" + bytes(7), "demo").le64() == 1


def test_a_sub_reader_counts_from_the_same_start() -> None:
    reader = Reader(b"abcdef", "demo", base=10)
    reader.skip(2)
    inner = reader.sub(3)
    assert (inner.at, inner.rest(), reader.at) == (12, b"cde", 15)


@pytest.mark.parametrize("size", [-1, 4, 1 << 40])
def test_what_is_not_there_is_malformed_with_its_offset(size: int) -> None:
    reader = Reader(b"abc", "demo.length")
    with pytest.raises(Malformed) as error:
        reader.take(size)
    assert (error.value.code, error.value.where) == ("demo.length", "offset 0")
    assert reader.rest() == b"abc"


@given(st.binary(max_size=40), st.lists(st.sampled_from(["u8", "u16", "u24", "u32", "u64", "le16", "le32", "le64"])))
def test_any_walk_ends_inside(data: bytes, steps: list[str]) -> None:
    reader = Reader(data, "demo")
    try:
        for step in steps:
            getattr(reader, step)()
    except Malformed:
        pass
    assert 0 <= reader.pos <= len(data)
