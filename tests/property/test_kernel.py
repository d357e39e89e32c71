"""The kernel equals its plain twin on hostile bytes: whatever is in them, no octet outside a packet is looked at."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.wire import decode as d
from garde.wire import kernel as k
from garde.wire.block import Block, table
from garde.wire.track import Tracker
from tests.oracle.compare import KEEP, assert_equal
from tests.oracle.decode import LINKS, read
from tests.packets import block, ether, ip4, ip6, tcp, udp
from tests.unit.wire.test_decode import WRAPPINGS

LINK = st.sampled_from([*LINKS, 1, 1, 1, 999])


@st.composite
def mutated(draw: st.DrawFn) -> tuple[bytes, int]:
    """A packet that once made sense, with octets changed, cut, or both."""
    frame, link = draw(st.sampled_from(list(WRAPPINGS.values())))
    out = bytearray(frame)
    for _ in range(draw(st.integers(0, 4))):
        out[draw(st.integers(0, len(out) - 1))] = draw(
            st.sampled_from([0, 1, 4, 6, 0x11, 0x2F, 0x40, 0x45, 0x81, 0xFF])
        )
    return bytes(out[: draw(st.integers(0, len(out)))]), draw(st.sampled_from([link, link, link, 1, 101]))


@settings(max_examples=2000, deadline=None)
@given(st.one_of(mutated(), st.tuples(st.binary(max_size=200), LINK)))
def test_the_decoder_equals_its_twin_whatever_stands_around_the_packet(case: tuple[bytes, int]) -> None:
    frame, link = case
    expected = read(b"\0" * 7 + frame, 7, 7 + len(frame), link)
    for around in (b"\0", b"\xff", b"\x45"):
        data = np.frombuffer(around * 7 + frame + around * 80, np.uint8)
        fields = np.zeros(d.FIELDS, np.int64)
        assert (d.decode(data, 7, 7 + len(frame), link, fields), fields.tolist()) == expected


PORTS = st.sampled_from([53, 68, 104, 2575, 40000, 50000])
DATA = st.one_of(st.sampled_from([b"", b"\x0bMSH|^~", b"\x01\x00\x00\x00", b"x" * 9]), st.binary(max_size=30))
MACS = st.sampled_from([bytes.fromhex(mac) for mac in ("020000000001", "020000000002", "ffffffffffff", "01005e000001")])
ADDRESSES = st.sampled_from(["10.0.0.1", "10.0.0.2", "0.0.0.0", "224.0.0.1"])


@st.composite
def sensible(draw: st.DrawFn) -> bytes:
    data, sport, dport = draw(DATA), draw(PORTS), draw(PORTS)
    macs = {"src": draw(MACS), "dst": draw(MACS), "vlan": draw(st.sampled_from([(), (5,), (5, 6)]))}
    what = draw(st.integers(0, 5))
    if what == 0:
        return ether(data, draw(st.sampled_from([0x0806, 0x88CC, 0x888E])), **macs)
    if what == 1:
        body = udp(data, sport=sport, dport=dport)
        cut = draw(st.sampled_from([0, 0, 0x2000, 0x2001, 2]))
        return ether(ip4(body, 17, src=draw(ADDRESSES), dst=draw(ADDRESSES), cut=cut), **macs)
    flags, seq = (
        draw(st.sampled_from([2, 18, 16, 24, 17, 4])),
        draw(st.sampled_from([0, 1, 5, 10, 2**20, 2**31, 2**32 - 3])),
    )
    options = draw(
        st.sampled_from(
            [b"", b"\x02\x04\x05\xb4", b"\x02\x04\x05\xb4\x01\x03\x03\x07", b"\x08\x0a\0\0", b"\x09\x00\0\0"]
        )
    )
    body = tcp(data, sport=sport, dport=dport, seq=seq, ack=seq, flags=flags, options=options)
    if what == 2:
        return ether(ip6(body, 6, src=draw(st.integers(0, 3)), dst=draw(st.integers(0, 3))), 0x86DD, **macs)
    return ether(ip4(body, 6, src=draw(ADDRESSES), dst=draw(ADDRESSES)), **macs)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.lists(st.one_of(sensible(), sensible(), mutated().map(lambda case: case[0])), max_size=25), max_size=4),
    st.sampled_from([1_000_000, 10**10, 10**11, 4 * 10**11]),
)
def test_the_flow_table_equals_its_twin(blocks: list[list[bytes]], step: int) -> None:
    """Sixteen slots for dozens of keys, so that eviction happens; steps of minutes, so that buckets pass."""
    made = [block(frames, step=step, at=10**18 + i * 25 * step) for i, frames in enumerate(blocks) if frames]
    for share in (None, 0, 1):
        assert_equal(made, slots=16, keep=KEEP, share=share)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(sensible(), max_size=25), max_size=4))
def test_two_shares_keep_what_one_kernel_would(blocks: list[list[bytes]]) -> None:
    one, *both = (Tracker(KEEP, slots=16, share=share) for share in (None, 0, 1))
    for i, frames in enumerate(blocks):
        made = block(frames, at=10**18 + i * 10**12)
        for tracker in (one, *both):
            tracker.feed(made)
        events = [tracker._events[: tracker._count[k.EVENTS]].tolist() for tracker in (one, *both)]
        pieces = [event for event in events[1] if event[0] < 0]  # of datagrams, which belong to no flow yet
        assert sorted(events[0]) == sorted(events[1] + [event for event in events[2] if event not in pieces])
        sights = [tracker.sightings() for tracker in (one, *both)]
        assert sorted(sights[0], key=repr) == sorted(sights[1] + sights[2], key=repr)
    for tracker in (one, *both):
        tracker.finish()
    assert one.flows() == both[0].flows() == both[1].flows()


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(-5, 60)] * 2), max_size=5))
def test_a_record_that_leaves_the_buffer_is_passed_over(places: list[tuple[int, int]]) -> None:
    records = table(len(places))
    for i, (offset, size) in enumerate(places):
        records[i] = (offset, size, size, 10**18, 1)
    assert_equal([Block(np.frombuffer(WRAPPINGS["ethernet"][0][:50], np.uint8), records)] if places else [], slots=16)
