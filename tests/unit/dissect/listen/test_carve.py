"""Carving: pieces at their offsets, holes and limits."""

from __future__ import annotations

from garde.dissect.listen.carve import FILES, LONGEST, Carver


def test_pieces_in_order_are_a_file_and_a_hole_ends_it() -> None:
    carver = Carver()
    carver.add("f", 0, b"abc")
    carver.add("f", 3, b"def")
    carver.add("f", 99, b"lost")
    assert "f" in carver and carver.take("f") == b"abcdef"
    assert "f" not in carver and carver.take("f") == b""
    carver.add("g", 5, b"middle")
    assert carver.take("g") == b""


def test_a_file_is_bounded_and_so_is_their_number() -> None:
    carver = Carver()
    carver.add("f", 0, bytes(LONGEST + 9))
    carver.add("f", LONGEST, b"x")
    assert len(carver.take("f")) == LONGEST
    for number in range(FILES + 1):
        carver.add(number, 0, b"x")
    assert carver.take(0) == b"" and carver.take(FILES) == b"x"
