"""The collector: one stream of counted frames, and datagrams that fit."""

from __future__ import annotations

import json

import msgspec
import pytest

from garde.config import ChannelSection
from garde.errors import Unreachable
from garde.notify.collector import Collector
from garde.notify.parcel import Parcel
from garde.notify.syslog import LARGEST_DATAGRAM
from tests.peers import HOST, Datagrams, LogCollector, Peer
from tests.unit.notify.test_letter import FACTS
from tests.unit.pipeline.test_runner import HandClock


def collector(peer: Peer, scheme: str, form: str = "cef") -> Collector:
    made = ChannelSection(name="c", kind="syslog", address=f"{scheme}://{HOST}:{peer.port}", format=form)
    return Collector(made, HandClock())


def parcel(number: int, **parts: object) -> Parcel:
    facts = msgspec.structs.replace(FACTS, id=f"n-{number}", **parts)
    return Parcel(id=facts.id, at=facts.at, facts=facts)


@pytest.mark.parametrize(("form", "mark"), [("cef", b"CEF:0|Garde|"), ("ecs", b'"ecs":{"version"')])
def test_the_form_is_the_one_chosen(form: str, mark: bytes) -> None:
    peer = LogCollector(None)
    with peer.up():
        list(collector(peer, "tcp", form).carry([parcel(1)]))
    assert mark in peer.raw[0]


def test_text_of_several_octets_a_character_does_not_shift_the_frames() -> None:
    peer = LogCollector(None)
    with peer.up():
        list(collector(peer, "tcp").carry([parcel(number, sentence="é" * 99) for number in range(20)]))
    assert peer.taken == [f"n-{number}" for number in range(20)]


def test_a_datagram_leaves_out_what_is_longest_rather_than_being_cut() -> None:
    peer = Datagrams(None)
    long = parcel(1, ward="é" * 80, noun="é" * 300, reasons=tuple(f"model: {'é' * 80}" for _ in range(6)))
    with peer.up():
        list(collector(peer, "udp", "ecs").carry([long]))
        peer.wait(1)
    assert len(peer.raw[0]) <= LARGEST_DATAGRAM
    assert json.loads(peer.raw[0].partition(b"\xef\xbb\xbf")[2])["rule"]["id"] == FACTS.rule


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        list(collector(LogCollector(None), "tcp").carry([parcel(1)]))
