"""What the decoder finds inside each wrapping. Every case holds the same TCP segment, so the expectation is one."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from garde.wire import decode as d
from tests.packets import A, B, ether, ip4, ip6, tcp, udp

INNER = ip4(tcp(b"hello", seq=7))
FRAME = ether(INNER)


def read(frame: bytes, link: int = 1) -> tuple[int, list[int]]:
    fields = np.zeros(d.FIELDS, np.int64)
    padded = np.frombuffer(b"\xee" * 3 + frame + b"\xee" * 64, np.uint8)
    return d.decode(padded, 3, 3 + len(frame), link, fields), fields.tolist()


def payload(frame: bytes, link: int = 1) -> bytes:
    why, f = read(frame, link)
    assert why == d.READ
    return frame[f[d.START] - 3 : f[d.END] - 3]


def gre(kind: int, data: bytes, flags: int = 0, extra: bytes = b"") -> bytes:
    return ether(ip4(struct.pack(">HH", flags, kind) + extra + data, 47, src="172.16.0.1", dst="172.16.0.2"))


WRAPPINGS = {
    "ethernet": (FRAME, 1),
    "padding": (FRAME + bytes(9), 1),
    "vlan": (ether(INNER, vlan=(5,)), 1),
    "qinq": (ether(INNER, vlan=(5, 6)), 1),
    "mpls": (ether(struct.pack(">II", 16 << 12, 17 << 12 | 0x100) + INNER, 0x8847), 1),
    "mpls-ethernet": (ether(struct.pack(">II", 17 << 12 | 0x100, 0) + FRAME, 0x8847), 1),
    "pppoe": (ether(b"\x11\x00\x00\x01" + struct.pack(">HH", len(INNER) + 2, 0x21) + INNER, 0x8864), 1),
    "snap": (ether(b"\xaa\xaa\x03\0\0\0\x08\0" + INNER, len(INNER) + 8), 1),
    "options": (ether(ip4(tcp(b"hello", seq=7, options=b"\1" * 8), options=b"\1" * 12)), 1),
    "vxlan": (ether(ip4(udp(b"\x08\0\0\0\0\0\x07\0" + FRAME, dport=4789), 17)), 1),
    "geneve": (ether(ip4(udp(b"\x01\0\x65\x58\0\0\x07\0" + bytes(4) + FRAME, dport=6081), 17)), 1),
    "gre-ethernet": (gre(0x6558, FRAME), 1),
    "gre-ip": (gre(0x0800, INNER, 0x2000, b"keyy"), 1),
    "erspan-1": (gre(0x88BE, FRAME), 1),
    "erspan-2": (gre(0x88BE, bytes(8) + FRAME, 0x1000, b"\0\0\0\1"), 1),
    "erspan-3": (gre(0x22EB, bytes(12) + FRAME, 0x1000, b"\0\0\0\1"), 1),
    "erspan-3-sub": (gre(0x22EB, bytes(11) + b"\1" + bytes(8) + FRAME, 0x1000, b"\0\0\0\1"), 1),
    "ipip": (ether(ip4(INNER, 4, src="172.16.0.1")), 1),
    "raw": (INNER, 101),
    "null": (b"\2\0\0\0" + INNER, 0),
    "loop": (b"\0\0\0\2" + INNER, 108),
    "sll": (struct.pack(">HHH", 0, 1, 6) + A + b"\0\0\x08\0" + INNER, 113),
    "sll2": (struct.pack(">HHIHBB", 0x800, 0, 1, 1, 0, 6) + A + b"\0\0" + INNER, 276),
    "ppp": (b"\xff\x03\x00\x21" + INNER, 9),
    "fddi": (b"\x50" + B + A + b"\xaa\xaa\x03\0\0\0\x08\0" + INNER, 10),
    "wlan": (b"\x08\x02\0\0" + B + bytes(6) + A + b"\0\0" + b"\xaa\xaa\x03\0\0\0\x08\0" + INNER, 105),
    "radiotap": (
        b"\0\0\x08\0\0\0\0\0\x88\x01\0\0" + bytes(6) + A + B + b"\0\0\0\0" + b"\xaa\xaa\x03\0\0\0\x08\0" + INNER,
        127,
    ),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_the_segment_is_found_inside(name: str) -> None:
    frame, link = WRAPPINGS[name]
    why, f = read(frame, link)
    assert why == d.READ
    assert frame[f[d.START] - 3 : f[d.END] - 3] == b"hello"
    assert (f[d.KIND], f[d.FAMILY], f[d.PROTO]) == (d.STREAM, 4, 6)
    assert (f[d.SPORT], f[d.DPORT], f[d.SEQ], f[d.TRUE], f[d.TTL]) == (40000, 104, 7, 5, 64)
    assert (f[d.SRC_LOW], f[d.DST_LOW]) == (0x0A000001, 0x0A000002)


@pytest.mark.parametrize("name", WRAPPINGS)
def test_cut_anywhere_it_is_short_or_a_prefix(name: str) -> None:
    frame, link = WRAPPINGS[name]
    for size in range(len(frame)):
        why, f = read(frame[:size], link)
        assert why in (d.READ, d.SHORT, d.BROKEN, d.FOREIGN, d.PART)
        assert f[d.KIND] == d.NOTHING or 3 <= f[d.START] <= f[d.END] <= 3 + size


@pytest.mark.parametrize("name", ["ethernet", "sll", "sll2", "fddi", "wlan", "radiotap", "vxlan", "erspan-2"])
def test_the_senders_mac_is_the_inner_one(name: str) -> None:
    _, f = read(*WRAPPINGS[name])
    assert f[d.SRC_MAC] == int.from_bytes(A, "big")


def test_vlans_are_kept_outermost_first() -> None:
    assert read(WRAPPINGS["qinq"][0])[1][d.VLANS] == 2 << 60 | 5 << 12 | 6


def test_ipv6_with_extension_headers() -> None:
    hop, route = b"\x2b\0" + bytes(6), b"\x06\1" + bytes(14)
    why, f = read(ether(ip6(hop + route + tcp(b"six"), 0), 0x86DD))
    assert (why, f[d.FAMILY], f[d.PROTO], f[d.DPORT], f[d.TRUE]) == (d.READ, 6, 6, 104, 3)


def test_the_capture_cut_the_payload() -> None:
    _, f = read(FRAME[:-3])
    assert (f[d.END] - f[d.START], f[d.TRUE]) == (2, 5)


@pytest.mark.parametrize(("cut", "kind"), [(0x2000, d.BEGINNING), (0x2001, d.FRAGMENT), (0x0002, d.FRAGMENT)])
def test_fragments_of_udp(cut: int, kind: int) -> None:
    why, f = read(ether(ip4(udp(bytes(16)), 17, cut=cut)))
    assert (why, f[d.KIND]) == (d.READ, kind)


def test_a_later_fragment_of_tcp_has_no_flow() -> None:
    assert read(ether(ip4(tcp(b"x"), 6, cut=1)))[0] == d.PART


@pytest.mark.parametrize(
    ("frame", "proto", "data"),
    [
        (ether(b"arp", 0x0806), 0x0806, b"arp"),
        (ether(b"lldp", 0x88CC), 0x88CC, b"lldp"),
        (ether(b"\xaa\xaa\x03\0\0\x0c\x20\0cdp", 11), 0x2000, b"cdp"),
        (ether(b"\x42\x42\x03stp", 6), 0x42, b""),
        (ether(ip4(b"\x08\0..ping", 1)), 1, b"\x08\0..ping"),
        (ether(ip6(b"\x88\0..", 58), 0x86DD), 58, b"\x88\0.."),
    ],
)
def test_frames(frame: bytes, proto: int, data: bytes) -> None:
    why, f = read(frame)
    assert (why, f[d.KIND], f[d.PROTO]) == (d.READ, d.FRAME, proto)
    assert frame[f[d.START] - 3 : f[d.END] - 3] == data


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (FRAME[:13], d.SHORT),
        (ether(b"\x35" + INNER[1:]), d.BROKEN),
        (ether(b"\x43" + INNER[1:]), d.BROKEN),
        (ether(ip4(tcp()[:12] + b"\x10" + tcp()[13:])), d.BROKEN),
        (ether(b"\x12\0" + bytes(8), 0x8864), d.BROKEN),
    ],
)
def test_what_contradicts_itself_is_refused(frame: bytes, why: int) -> None:
    assert read(frame)[0] == why


def test_an_unknown_link_type_is_said() -> None:
    assert read(FRAME, 999)[0] == d.FOREIGN


def test_tunnels_in_tunnels_end() -> None:
    frame = FRAME
    for _ in range(9):
        frame = ether(ip4(udp(b"\x08\0\0\0\0\0\x07\0" + frame, dport=4789), 17))
    why, f = read(frame)
    assert (why, f[d.DEPTH], f[d.DPORT]) == (d.READ, 4, 4789)


def test_a_port_alone_makes_no_tunnel() -> None:
    frame = ether(ip4(udp(b"\x09" + bytes(60), dport=4789), 17))
    assert payload(frame) == b"\x09" + bytes(60)


@pytest.mark.parametrize("dscp", [0, 1, 46, 63])
def test_the_marking_of_both_families(dscp: int) -> None:
    assert read(ether(ip4(tcp(b"x"), dscp=dscp)))[1][d.DSCP] == dscp
    assert read(ether(ip6(tcp(b"x"), dscp=dscp), 0x86DD))[1][d.DSCP] == dscp
