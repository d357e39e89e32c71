from __future__ import annotations

import itertools
import struct

import pytest

from garde.wire.fragments import DATAGRAMS, PATIENCE, Fragments, Whole
from tests.packets import ip4, ip6, udp

BODY = bytes(range(256)) * 10
DATAGRAM = udp(BODY)


def pieces4(ident: int = 7) -> list[bytes]:
    cuts = [0, 800, 1600, len(DATAGRAM)]
    return [
        ip4(DATAGRAM[a:b], 17, ident=ident, cut=(0x2000 if b < len(DATAGRAM) else 0) | a // 8)
        for a, b in itertools.pairwise(cuts)
    ]


def feed(fragments: Fragments, pieces: list[bytes], order: tuple[int, ...], at: int = 0) -> list[Whole]:
    out = []
    for i in order:
        whole = fragments.begin(pieces[i], at, 1, 14, 5, 0) if i == 0 else fragments.add(pieces[i], at, i + 1)
        if whole:
            out.append(whole)
    return out


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_in_any_order(order: tuple[int, ...]) -> None:
    (whole,) = feed(Fragments(), pieces4(), order)
    assert whole == Whole(number=5, way=0, at=0, data=BODY, packet=1, start=14 + 20 + 8)


def test_ipv6() -> None:
    head = bytes((17, 0))
    pieces = [
        ip6(head + struct.pack(">HI", 1, 9) + DATAGRAM[:800], 44),
        ip6(head + struct.pack(">HI", 800, 9) + DATAGRAM[800:], 44),
    ]
    (whole,) = feed(Fragments(), pieces, (1, 0))
    assert whole.data == BODY
    assert whole.start == 14 + 48 + 8


def test_a_missing_piece_or_another_datagram_gives_nothing() -> None:
    assert feed(Fragments(), pieces4(), (0, 2)) == []
    assert feed(Fragments(), pieces4(7)[:2] + pieces4(8)[2:], (0, 1, 2)) == []


def test_an_overlap_is_refused() -> None:
    pieces = pieces4()
    overlap = ip4(DATAGRAM[792:1600], 17, ident=7, cut=0x2000 | 99)
    assert feed(Fragments(), [pieces[0], overlap, pieces[2]], (0, 1, 2)) == []


def test_late_pieces_are_strangers() -> None:
    fragments = Fragments()
    feed(fragments, pieces4(), (0, 1))
    assert feed(fragments, pieces4(), (2,), at=PATIENCE + 1) == []


def test_the_oldest_gives_way() -> None:
    fragments = Fragments()
    for ident in range(DATAGRAMS + 1):
        feed(fragments, pieces4(ident), (0, 1))
    assert len(fragments) == DATAGRAMS
    assert feed(fragments, pieces4(0), (2,)) == []
    assert len(feed(fragments, pieces4(DATAGRAMS), (2,))) == 1


@pytest.mark.parametrize("size", range(60))
def test_cut_headers_are_passed_over(size: int) -> None:
    assert Fragments().add(pieces4()[1][:size], 0, 1) is None
    assert Fragments().add(ip6(b"\x11\0" + bytes(30), 44)[:size], 0, 1) is None
