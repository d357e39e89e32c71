"""Messages are cut the same however they are split, and found again after a gap."""

from __future__ import annotations

import pytest

from garde.dissect.framed import MORE, NO, Frame, Framed
from garde.errors import Malformed
from garde.wire.flow import STREAM, Endpoint, Flow, Payload

FLOW = Flow(number=0, layer=STREAM, protocol=6, ends=(Endpoint("", "", 1), Endpoint("", "", 2)))


def measure(data: bytearray, synced: bool) -> int:
    """Demo messages: ``M``, one byte of length, that many bytes."""
    if data[0] != ord("M"):
        return NO
    return 2 + data[1] if len(data) > 1 else MORE


def payload(data: bytes, offset: int = 0, gap: int = 0) -> Payload:
    return Payload(flow=FLOW, direction=0, at=0, data=data, packet=1, start=0, offset=offset, gap=gap)


def cut(pieces: list[bytes], longest: int = 100) -> list[Frame]:
    framed = Framed(measure, "demo", longest=longest)
    out, offset = [], 0
    for piece in pieces:
        out += framed.feed(payload(piece, offset))
        offset += len(piece)
    return out


def test_split_anywhere_gives_the_same_messages() -> None:
    stream = b"M\x03abcM\x00M\x01z"
    whole = [Frame(0, b"M\x03abc", True), Frame(5, b"M\x00", True), Frame(7, b"M\x01z", True)]
    assert cut([stream]) == whole
    assert cut([stream[i : i + 1] for i in range(len(stream))]) == whole
    for at in range(len(stream)):
        assert cut([stream[:at], stream[at:]] if at else [stream]) == whole


def test_a_long_message_is_clipped_and_passed_over() -> None:
    stream = b"M\x50" + bytes(0x50) + b"M\x01z"
    assert cut([stream[i : i + 7] for i in range(0, len(stream), 7)], longest=4) == [
        Frame(0, b"M\x50\x00\x00", False),
        Frame(82, b"M\x01z", True),
    ]


def test_the_first_bytes_must_be_a_message() -> None:
    with pytest.raises(Malformed, match="demo"):
        cut([b"nothing"])


def test_later_nonsense_is_skipped() -> None:
    assert [f.data for f in cut([b"M\x00garbageM\x01z"])] == [b"M\x00", b"M\x01z"]


def test_after_a_gap_the_next_message_is_found() -> None:
    framed = Framed(measure, "demo", longest=100)
    assert list(framed.feed(payload(b"M\x10abc"))) == []
    assert list(framed.feed(payload(b"xyM\x01", 100, gap=95))) == []
    assert list(framed.feed(payload(b"z", 104))) == [Frame(102, b"M\x01z", True)]


def test_a_capture_that_begins_in_the_middle() -> None:
    framed = Framed(measure, "demo", longest=100)
    assert list(framed.feed(payload(b"....M\x02ok", gap=-1))) == [Frame(4, b"M\x02ok", True)]


def test_a_payload_larger_than_the_buffer() -> None:
    stream = b"M\x01a" * 100_000
    assert len(cut([stream], longest=4)) == 100_000


def test_chosen_late_it_may_begin_anywhere() -> None:
    framed = Framed(measure, "demo", longest=100)
    assert [frame.data for frame in framed.feed(payload(b"..M\x01z", 1))] == [b"M\x01z"]
