"""Hearing: chosen by content, left alone when nobody wants it, placed in the right packet."""

from __future__ import annotations

from collections.abc import Iterator

from garde.dissect.listen.hearing import PATIENCE, Hearing
from garde.dissect.listen.spec import Digest, Listener, Told
from garde.dissect.spec import STREAM
from garde.errors import Malformed
from garde.registry import Registry
from garde.wire.flow import Endpoint, Flow, Payload

ENDS = Endpoint("", "10.0.0.1", 4000), Endpoint("", "10.0.0.2", 99)


class Ear:
    def __init__(self, digest: Digest) -> None:
        self.done = False

    def feed(self, payload: Payload) -> Iterator[Told]:
        if payload.data == b"bad":
            raise Malformed("x.y", "bad")
        self.done = payload.data == b"end"
        yield Told("x", {}, 0)


ROW = Listener(
    name="x", layer=STREAM, reference="none", tells=frozenset({"x"}),
    looks_like=lambda data, hint: 0.9 if data[:1] == b"X" else 0.0, ear=Ear, again=True,
)  # fmt: skip


def payload(data: bytes, packet: int, offset: int = 0, number: int = 0) -> Payload:
    return Payload(Flow(number, STREAM, 6, ENDS), 0, packet, data, packet, 0, offset)


def test_a_signal_is_placed_where_it_began() -> None:
    hearing = Hearing(Registry(ROW), key=b"k")
    found = hearing.feed([payload(b"Xa", 7), payload(b"more", 8, 2)])
    assert [one.packet for one in found] == [7, 7]
    assert found[0].sender == ENDS[0]


def test_a_flow_that_is_done_or_malformed_or_unknown_is_heard_no_more() -> None:
    hearing = Hearing(Registry(ROW), key=b"k")
    assert len(hearing.feed([payload(b"X", 1), payload(b"end", 2, 1), payload(b"X", 3, 4)])) == 2
    assert hearing.feed([payload(b"X", 1, number=1), payload(b"bad", 2, 1, 1), payload(b"X", 3, 4, 1)])[1:] == []
    assert hearing.malformed == {"x": 1}
    silence = [payload(b"?", n, n, 2) for n in range(PATIENCE)]
    assert hearing.feed([*silence, payload(b"X", 99, 99, 2)]) == []


def test_what_is_sent_again_stands_alone() -> None:
    hearing = Hearing(Registry(ROW), key=b"k")
    assert [one.packet for one in hearing.again([payload(b"X", 5), payload(b"?", 6)])] == [5]
