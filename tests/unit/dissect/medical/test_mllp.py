"""Segments are cut whatever ends them, and whatever the pieces are."""

from __future__ import annotations

import pytest

from garde.dissect.medical.mllp import LONGEST, Segment, Segments

FRAME = b"\x0bMSH|^~\\&|A\rPID|1\r\x1c\r"


@pytest.mark.parametrize("step", [1, 2, 5, 100])
def test_pieces_of_any_size_give_the_same_segments(step: int) -> None:
    cutter = Segments()
    found = [s for at in range(0, len(FRAME), step) for s in cutter.feed(FRAME[at : at + step], at)]
    assert found == [Segment(b"MSH|^~\\&|A", 1), Segment(b"PID|1", 12), Segment(b"", 18)]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_any_line_end_ends_a_segment(end: bytes) -> None:
    data = b"MSH|^~\\&|A" + end + b"EVN|A01" + end
    assert [segment.text for segment in Segments().feed(data, 0)] == [b"MSH|^~\\&|A", b"EVN|A01"]


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    assert next(iter(Segments().feed(b"\x0b\xef\xbb\xbfMSH|\r", 0))) == Segment(b"MSH|", 4)


def test_the_half_segment_before_the_first_mark_is_not_given() -> None:
    assert [s.text for s in Segments().feed(b"1^PATIENT|X\rOBX|2\r", 5000)] == [b"OBX|2"]


def test_a_jump_forgets_what_was_under_way() -> None:
    cutter = Segments()
    assert list(cutter.feed(b"\x0bMSH|^~\\&|A", 0)) == []
    assert [s.text for s in cutter.feed(b"B|C\rEVN|1\r", 100)] == [b"EVN|1"]


def test_a_segment_is_held_up_to_a_limit() -> None:
    cutter = Segments()
    for at in range(0, 10 * LONGEST, 1000):
        assert list(cutter.feed(b"x" * 1000, at)) == []
    assert len(cutter._held) == LONGEST
