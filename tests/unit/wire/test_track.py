"""Blocks in; payloads, records and sightings out."""

from __future__ import annotations

from garde.wire import kernel as k
from garde.wire.block import Block
from garde.wire.flow import DATAGRAM, FRAME, STREAM, Payload
from garde.wire.track import Tracker, patterns, ready
from tests.packets import T0, A, B, block, ether, ip4, ip6, tcp, udp

SYN, SYNACK = 2, 18
C, S = "02:00:00:00:00:01", "02:00:00:00:00:02"


def client(data: bytes = b"", seq: int = 0, flags: int = 0x18, **more: int) -> bytes:
    return ether(ip4(tcp(data, seq=seq, flags=flags, **more)))  # type: ignore[arg-type]


def server(data: bytes = b"", seq: int = 0, flags: int = 0x18, ack: int = 0) -> bytes:
    body = tcp(data, seq=seq, flags=flags, ack=ack, sport=104, dport=40000)
    return ether(ip4(body, src="10.0.0.2", dst="10.0.0.1", ttl=128), src=B, dst=A)


def feed(tracker: Tracker, frames: list[bytes], **more: int) -> list[Payload]:
    return tracker.feed(block(frames, **more)) if frames else []


def test_a_conversation() -> None:
    tracker = Tracker(slots=64)
    frames = [client(seq=99, flags=SYN), server(seq=499, flags=SYNACK), client(b"hi", 100), server(b"yo", 500)]
    first, second = feed(tracker, frames)
    assert (first.data, first.direction, first.packet, first.start, first.offset, first.gap) == (b"hi", 0, 3, 54, 0, 0)
    assert (second.data, second.direction, second.packet, second.at) == (b"yo", 1, 4, T0 + 3_000_000)
    assert first.flow is second.flow
    assert first.flow.layer == STREAM
    assert (first.sender.mac, first.sender.ip, first.sender.port) == (C, "10.0.0.1", 40000)
    assert (second.sender.mac, second.sender.ip, second.sender.port) == (S, "10.0.0.2", 104)
    assert tracker.finish() == []
    (record,) = tracker.flows()
    assert (record.packets, record.ttl, record.packet, record.opened) == ((2, 2), (64, 128), (1, 2), True)
    assert record.octets == (len(frames[0]) + len(frames[2]), len(frames[1]) + len(frames[3]))
    assert (record.first_at, record.last_at) == (T0, T0 + 3_000_000)
    assert tracker.flows() == []


def test_sightings() -> None:
    tracker = Tracker(slots=64)
    options = bytes.fromhex("020405b4 01 030307 0402 0101".replace(" ", ""))
    opening = ether(ip4(tcp(seq=9, flags=SYN, options=options + bytes(-len(options) % 4))), vlan=(12,))
    feed(tracker, [opening, server(flags=SYNACK), opening, server(flags=SYNACK)])
    host, syn, other, service = tracker.sightings()
    assert (host.what, host.mac, host.ip, host.ttl, host.vlan, host.packet, host.offset) == (
        k.HOST, C, "10.0.0.1", 64, (12,), 1, 18,
    )  # fmt: skip
    assert (syn.what, syn.one, syn.two) == (k.SYN, 0x324522, 1000 | 1460 << 16 | 7 << 32 | 1 << 40)
    assert (other.what, other.mac, other.packet) == (k.HOST, S, 2)
    assert (service.what, service.ip, service.one, service.two, service.offset) == (k.SERVICE, "10.0.0.2", 6, 104, 34)


def test_only_the_first_payloads_are_kept_unless_a_pattern_matches() -> None:
    frames = [client(b"0123456789", 100 + 10 * i) for i in range(20)]
    assert len(feed(Tracker(slots=64), frames)) == k.KEPT
    assert len(feed(Tracker([(0, b"0123", b"", 12)], slots=64), frames)) == 12  # once a minute
    assert len(feed(Tracker([(2, b"\x32\x33", b"\xff\x0f", 12)], slots=64), frames, step=6 * 10**9)) == 20
    assert len(feed(Tracker([(2, b"zz", b"", 12)], slots=64), frames)) == k.KEPT


def test_a_match_late_in_a_stream_says_what_was_passed_over() -> None:
    tracker = Tracker([(0, b"\x0bMSH", b"", 8)], slots=64)
    frames = [client(b"x" * 10, 100 + 10 * i) for i in range(10)] + [client(b"\x0bMSH|", 200)]
    last = feed(tracker, frames)[-1]
    assert (last.data, last.offset, last.gap) == (b"\x0bMSH|", 100, 60)


def test_a_released_flow_is_left_alone() -> None:
    tracker = Tracker([(0, b"x", b"", 64)], slots=64)
    (payload,) = feed(tracker, [client(b"x", 1)])
    tracker.release([payload.flow.number, 12345])
    assert feed(tracker, [client(b"x", 2)]) == []


def test_out_of_order_segments_are_delivered_in_order() -> None:
    tracker = Tracker(slots=64)
    frames = [client(seq=9, flags=SYN), client(b"cd", 12), client(b"ab", 10), client(b"ab", 10)]
    got = feed(tracker, frames)
    assert [(p.data, p.packet, p.offset) for p in got] == [(b"ab", 3, 0), (b"cd", 2, 2)]


def test_what_waits_is_delivered_at_the_end_with_its_gap() -> None:
    tracker = Tracker(slots=64)
    assert feed(tracker, [client(seq=9, flags=SYN), client(b"cd", 12)]) == []
    (payload,) = tracker.finish()
    assert (payload.data, payload.offset, payload.gap) == (b"cd", 2, 2)


def test_the_same_ports_again_are_a_new_flow() -> None:
    tracker = Tracker(slots=64)
    got = feed(tracker, [client(seq=9, flags=SYN), client(b"a", 10), client(seq=99, flags=SYN), client(b"b", 100)])
    assert [(p.flow.number, p.data, p.offset) for p in got] == [(0, b"a", 0), (1, b"b", 0)]
    tracker.finish()
    assert [record.number for record in tracker.flows()] == [0, 1]


def test_records_are_cut_every_five_minutes() -> None:
    tracker = Tracker(slots=64)
    feed(tracker, [client(b"a", i) for i in range(4)], step=200 * 10**9)
    tracker.finish()
    records = tracker.flows()
    assert {record.number for record in records} == {0}
    assert sum(record.packets[0] for record in records) == 4
    assert len({record.first_at // (300 * 10**9) for record in records}) == len(records) == 3


def test_memory_is_bounded_and_the_oldest_flow_gives_way() -> None:
    tracker = Tracker(slots=16)
    frames = [client(b"x", sport=1000 + i) for i in range(100)]
    got = feed(tracker, frames)
    assert len(got) == 100
    assert tracker.stats.evicted == 84
    assert len(tracker) == 16
    tracker.finish()
    records = tracker.flows()
    assert sorted(record.number for record in records) == list(range(100))
    assert [record.number for record in records[:84]] == list(range(84))
    assert sum(sum(record.packets) for record in records) == 100


def test_repeated_frames_and_datagrams_are_kept_once() -> None:
    group = bytes.fromhex("0180c200000e")
    lldp = ether(b"lldp", 0x88CC, dst=group)
    query = ether(ip4(udp(b"q"), 17))
    got = feed(Tracker(slots=64), [lldp, query, lldp, query, ether(b"LLDP", 0x88CC, dst=group)])
    assert [(p.flow.layer, p.data) for p in got] == [(FRAME, b"lldp"), (DATAGRAM, b"q"), (FRAME, b"LLDP")]
    assert got[0].flow.protocol == 0x88CC


def test_speakers_to_a_group_are_flows_of_their_own() -> None:
    group = bytes.fromhex("ffffffffffff")
    frames = [
        ether(
            ip4(udp(b"discover%d" % i, sport=68, dport=67), 17, src="0.0.0.0", dst="255.255.255.255"),
            src=mac,
            dst=group,
        )
        for i, mac in enumerate((A, B))
    ]
    got = feed(Tracker(slots=64), frames)
    assert [p.sender.mac for p in got] == [C, S]
    assert got[0].flow.number != got[1].flow.number


def test_a_fragmented_datagram_is_one_payload() -> None:
    data = udp(bytes(range(200)))
    first = ether(ip4(data[:104], 17, cut=0x2000))
    second = ether(ip4(data[104:], 17, cut=104 // 8))
    for frames in ([first, second], [second, first]):
        (payload,) = feed(Tracker(slots=64), frames)
        assert (payload.data, payload.start) == (bytes(range(200)), 42)
        assert payload.sender.port == 40000


def test_icmpv6_is_a_frame_of_its_ip_flow() -> None:
    (payload,) = feed(Tracker(slots=64), [ether(ip6(b"\x88\0neighbour", 58), 0x86DD)])
    assert (payload.flow.layer, payload.flow.protocol, payload.sender.ip) == (FRAME, 58, "2001:db8::1")


def test_a_buffer_may_be_reused_after_feed() -> None:
    tracker = Tracker(slots=64)
    data = block([client(b"hello", 1)])
    writable = data.data.copy()
    data = type(data)(writable, data.records)
    (payload,) = tracker.feed(data)
    writable[:] = 0
    assert payload.data == b"hello"


def test_counts_say_what_could_not_be_read() -> None:
    tracker = Tracker(slots=64)
    feed(tracker, [client(b"x"), client()[:30], ether(b"\x35" + bytes(30)), ether(ip4(b"x" * 8, 6, cut=9))])
    feed(tracker, [b"?"], link=999)
    assert tracker.stats.packets == 5
    assert tracker.stats.lost == {"short": 1, "broken": 1, "fragment": 1, "link-type": 1}


def test_patterns_with_an_offset_come_first() -> None:
    rows, first, late = patterns([(0, b"ab", b"", 4), (3, b"\xff" * 8, b"", 9), (0, b"\x40", b"\xf0", 2)])
    assert late == 1
    assert rows[0].tolist() == [3, -1, -1, 9, 8]
    assert [i for i in range(256) if first[i]] == [*range(0x40, 0x50), ord("a")]


def test_a_paused_flow_speaks_again_when_a_pattern_matches_later() -> None:
    tracker = Tracker([(0, b"x", b"", 64)], slots=64)
    (payload,) = feed(tracker, [client(b"x", 1)])
    tracker.pause([payload.flow.number, 12345])
    assert feed(tracker, [client(b"x", 2)], at=T0 + 10**9) == []
    (again,) = feed(tracker, [client(b"x", 3)], at=T0 + k.RENEWAL + 10**9)
    assert (again.offset, again.gap) == (2, 1)


def test_what_is_made_ready_is_what_a_tracker_calls() -> None:
    k.run._known.clear()  # type: ignore[attr-defined]
    ready()
    made = dict(k.run._known)  # type: ignore[attr-defined]
    read = block([client(b"hi")])
    # A capture's buffer is one that may be written to.
    Tracker(slots=64).feed(Block(read.data.copy(), read.records))
    assert k.run._known == made and len(made) == 1  # type: ignore[attr-defined]


def test_the_last_marking_of_each_direction_and_none_where_nothing_was_said() -> None:
    tracker = Tracker(slots=64)
    ends = {"src": "10.0.0.2", "dst": "10.0.0.1"}
    asked = [ether(ip4(udp(b"q", dport=24105), 17, dscp=dscp)) for dscp in (46, 0)]
    feed(tracker, [*asked, ether(ip4(udp(b"a", sport=24105, dport=40000), 17, dscp=34, ttl=9, **ends), src=B, dst=A)])
    tracker.finish()
    (record,) = tracker.flows()
    assert (record.dscp, record.ttl) == ((0, 34), (64, 9))
    alone = Tracker(slots=64)
    feed(alone, [asked[0], ether(b"\0" * 28, 0x0806)])
    alone.finish()
    assert sorted(one.dscp for one in alone.flows()) == [(-1, -1), (46, -1)]


def test_laps_are_parts_of_what_one_record_would_be() -> None:
    frames = [
        client(seq=99, flags=SYN),
        server(seq=499, flags=SYNACK),
        client(b"hi", 100),
        server(b"yo", 500),
        client(b"!", 102),
    ]
    whole, parts = Tracker(slots=64), Tracker(slots=64)
    feed(whole, frames)
    for number, frame in enumerate(frames):
        feed(parts, [frame])
        if number in (1, 3):
            parts.lap([104])
            parts.lap([104, 9])
            parts.lap([9])
    whole.finish()
    parts.finish()
    (one,), many = whole.flows(), parts.flows()
    assert len(many) == 3 and all(sum(part.packets) for part in many)
    for way in (0, 1):
        assert sum(part.packets[way] for part in many) == one.packets[way]
        assert sum(part.octets[way] for part in many) == one.octets[way]
    assert {part.number for part in many} == {one.number} and all(part.opened for part in many)
