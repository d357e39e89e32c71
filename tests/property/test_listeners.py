"""Listeners on any bytes: signals or silence, never an exception, whatever the pieces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.dissect.listen.hearing import Hearing
from garde.dissect.listen.spec import Listener, keyed
from garde.dissect.listen.table import LISTENERS
from garde.dissect.spec import Hint
from garde.errors import Malformed
from garde.wire.flow import STREAM, Endpoint, Flow, Payload

ENDS = (Endpoint("00:00:5e:00:53:01", "192.0.2.1", 40000), Endpoint("00:00:5e:00:53:02", "192.0.2.2", 445))
#: Beginnings that lead each listener past its first test.
STARTS = (
    b"",
    b"\0\0\0\x60\xfeSMB\x40\0" + bytes(6),
    b"\0\0\0\x60\xffSMB\x32" + bytes(27),
    b"\0\0\0\x60\xffSMB\xa2" + bytes(28),
    b"\x12\x34\x01\0\0\1\0\0\0\0\0\0",
    b"\x0bMSH|^~\\&|A|B|C|D|20260105080000||ORU^R01|1|P|2.5\rOBX|1|ED|X||",
    b"POST / HTTP/1.1\r\nContent-Length: 20\r\nAuthorization: Basic ",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"\x04\0\0\0\0\x20\0\0\0\x1c\x01\x03",
    b"\x01\0\0\0\0\xd0\0\1",
    b"\x16\3\1\0\x80\1\0\0\x7c\3\3",
    b"RFB 003.008\n",
    b"\xff\xfd\x18login: ",
    b"\x81\x0a\0\x20\1\4",
    b"\xe1\0\0\2\0\1",
    b"\x02" + b"1R|1|",
)


def play(row: Listener, pieces: list[bytes]) -> None:
    ear = row.ear(keyed(b"k"))
    flow = Flow(0, row.layer, {STREAM: 6}.get(row.layer, 17), ENDS)
    sent = [0, 0]
    for number, piece in enumerate(pieces):
        way = number % 2
        payload = Payload(flow, way, 0, piece, number + 1, 0, sent[way])
        sent[way] += len(piece)
        try:
            for told in ear.feed(payload):
                assert told.kind in row.tells
                assert all(isinstance(value, (str, int, float)) for value in told.values.values())
        except Malformed:
            return
        if ear.done:
            return


@pytest.mark.parametrize("row", list(LISTENERS), ids=lambda row: row.name)
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(STARTS), st.lists(st.binary(min_size=1, max_size=200), max_size=4))
def test_a_listener_reads_or_says_malformed(row: Listener, start: bytes, rest: list[bytes]) -> None:
    pieces = [piece for piece in ([start + rest[0], *rest[1:]] if rest else [start]) if piece]
    for piece in pieces:
        assert 0 <= row.looks_like(piece, Hint((40000, 445), 6)) <= 1
    play(row, pieces)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=300), st.sampled_from([21, 23, 53, 80, 104, 445, 2575, 47808]))
def test_hearing_never_stops(start: bytes, rest: bytes, port: int) -> None:
    hearing = Hearing(key=b"k")
    ends = (ENDS[0], Endpoint(ENDS[1].mac, ENDS[1].ip, port))
    for number, layer in enumerate((STREAM, "datagram", "frame")):
        flow = Flow(number, layer, {STREAM: 6, "datagram": 17}.get(layer, 0x0806), ends)
        if start + rest:
            hearing.feed([Payload(flow, 0, 0, start + rest, 1, 0)])
