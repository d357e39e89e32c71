"""The watch: who was answered, refused or passed over, and how much went through."""

from __future__ import annotations

import pytest

from garde.wire.signal import ACCEPTED, OPENED, REFUSED, SILENT, TRAFFIC, Happening
from garde.wire.track import Tracker
from garde.wire.watch import PATIENCE, Watch
from tests.packets import block, ether, ip4, tcp

SYN, SYN_ACK, RST = 2, 18, 20
CLIENT, SERVER = "10.0.0.1", "10.0.0.2"


def frames(*packets: tuple[int, bool, bytes]) -> list[bytes]:
    out = []
    for flags, forth, data in packets:
        ports = {"sport": 4000, "dport": 445} if forth else {"sport": 445, "dport": 4000}
        ends = {"src": CLIENT, "dst": SERVER} if forth else {"src": SERVER, "dst": CLIENT}
        out.append(ether(ip4(tcp(data, flags=flags, **ports), **ends)))
    return out


def looked(*packets: tuple[int, bool, bytes], over: bool = True) -> list[Happening]:
    tracker = Tracker(slots=16)
    watch = Watch(tracker)
    tracker.feed(block(frames(*packets)))
    return watch.look(over=over)


@pytest.mark.parametrize(
    ("packets", "outcome"),
    [
        ([(SYN, True, b""), (SYN_ACK, False, b"")], ACCEPTED),
        ([(SYN, True, b""), (RST, False, b"")], REFUSED),
        ([(SYN, True, b"")], SILENT),
    ],
    ids=["accepted", "refused", "silent"],
)
def test_the_outcome_of_an_opening(packets: list[tuple[int, bool, bytes]], outcome: str) -> None:
    found = [one for one in looked(*packets) if one.what != TRAFFIC]
    assert [one.what for one in found] == [OPENED, outcome]
    assert {(one.client.ip, one.server.ip, one.server.port, one.packet) for one in found} == {(CLIENT, SERVER, 445, 1)}
    assert all(one.opened for one in found)


def test_an_answer_is_awaited_from_block_to_block() -> None:
    tracker = Tracker(slots=16)
    watch = Watch(tracker)
    tracker.feed(block(frames((SYN, True, b""))))
    assert [one.what for one in watch.look()][:1] == [OPENED]
    tracker.feed(block(frames((SYN_ACK, False, b""))))
    assert ACCEPTED in [one.what for one in watch.look()]
    assert OPENED not in [one.what for one in watch.look(over=True)]


def test_volumes_are_told_of_both_ends() -> None:
    told = [
        one for one in looked((SYN, True, b""), (SYN_ACK, False, b""), (24, True, b"x" * 500)) if one.what == TRAFFIC
    ]
    assert told[-1].packets == (2, 1) and told[-1].octets[0] > 500 > told[-1].octets[1]


def test_silence_is_placed_behind_the_patience() -> None:
    (silent,) = [one for one in looked((SYN, True, b"")) if one.what == SILENT]
    (opened,) = [one for one in looked((SYN, True, b"")) if one.what == OPENED]
    assert silent.at == opened.at + PATIENCE
