"""HTTP messages are cut the same however they come; codings are undone within bounds."""

from __future__ import annotations

import gzip
import zlib
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.it.http_message import LONGEST_BODY, LONGEST_HEAD, Body, Head, Messages
from garde.errors import Malformed
from garde.wire.flow import STREAM, Endpoint, Flow, Payload

FLOW = Flow(number=0, layer=STREAM, protocol=6, ends=(Endpoint("", "", 1), Endpoint("", "", 2)))
PAGE = b"<html><title>Console</title></html>"


def bodies(stream: bytes, step: int = 0) -> list[bytes]:
    """The whole bodies of a stream of responses."""
    messages, out = Messages(deque()), []
    for at in range(0, len(stream), step or len(stream)):
        piece = stream[at : at + (step or len(stream))]
        events = messages.feed(Payload(flow=FLOW, direction=1, at=0, data=piece, packet=1, start=0, offset=at))
        out += [bytes(event.body.text) for event in events if event.body is not None and event.ended]
    return out


def chunked(data: bytes, size: int = 7) -> bytes:
    chunks = b"".join(
        b"%x;x=1\r\n%s\r\n" % (len(data[i : i + size]), data[i : i + size]) for i in range(0, len(data), size)
    )
    return chunks + b"0\r\nTrailer: x\r\n\r\n"


def response(body: bytes, *headers: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


LENGTH = response(PAGE, b"Content-Length: %d" % len(PAGE))
CHUNKED = response(chunked(PAGE), b"Transfer-Encoding: chunked")
GZIP = response(chunked(gzip.compress(PAGE, mtime=0)), b"Transfer-Encoding: chunked", b"Content-Encoding: gzip")
DEFLATE = zlib.compress(PAGE)
RAW = zlib.compress(PAGE, wbits=-15)


@pytest.mark.parametrize("step", [0, 1, 3, 50])
def test_bodies_one_behind_the_other(step: int) -> None:
    raw = response(RAW, b"Content-Length: %d" % len(RAW), b"Content-Encoding: deflate")
    zipped = response(DEFLATE, b"Content-Length: %d" % len(DEFLATE), b"Content-Encoding: deflate")
    assert bodies(LENGTH + CHUNKED + GZIP + raw + zipped + LENGTH, step) == [PAGE] * 6


def test_head_fields_and_places() -> None:
    data = b"GET /a?b HTTP/1.1\r\nHost:  x.example \r\nX: 1\nhost: y\r\n\r\n"
    head = Head.read(data, 100)
    assert (head.method, head.target, head.protocol) == (b"GET", b"/a?b", "http")
    assert [value for value, _, _ in head.all(b"host")] == ["x.example", "y"]
    value, start, end = head.get(b"host")
    assert data[start - 100 : end - 100].decode() == value
    assert head.get(b"none") == ("", 0, 0)


def test_no_start_line() -> None:
    with pytest.raises(Malformed):
        Head.read(b"HELLO\r\n\r\n", 0)


def test_a_bomb_stays_small() -> None:
    body = Body(0, "gzip", False)
    body.add(gzip.compress(bytes(50_000_000), mtime=0))
    assert len(body.text) == LONGEST_BODY


def test_undecodable_is_left() -> None:
    body = Body(0, "gzip", False)
    for _ in range(100):
        body.add(b"\x01garbage")
    assert len(body.text) <= LONGEST_BODY


def test_a_head_without_end_is_bounded() -> None:
    with pytest.raises(Malformed):
        bodies(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * (LONGEST_HEAD // 4), 1000)


def test_a_lost_body_does_not_hide_the_next_message() -> None:
    messages = Messages(deque())
    first = list(messages.feed(Payload(FLOW, 1, 0, response(b"abc", b"Content-Length: 9999"), 1, 0)))
    assert len(first) == 2
    data = b"...cdef\r\n" + LENGTH
    events = list(messages.feed(Payload(FLOW, 1, 0, data, 2, 0, 5000, 4000)))
    assert [bytes(event.body.text) for event in events if event.body is not None and event.ended] == [PAGE]


@given(st.binary(max_size=200), st.integers(1, 20))
def test_any_bytes(data: bytes, step: int) -> None:
    try:
        bodies(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + data, step)
        bodies(b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n" + data, step)
    except Malformed:
        return
