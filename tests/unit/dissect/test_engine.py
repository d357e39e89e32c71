"""The engine: who reads a flow, what is news, where a value stands, and how much is remembered."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from garde.dissect.engine import PATIENCE, PAUSE, STALE, Engine
from garde.dissect.news import DAY, LONGEST, clean
from garde.dissect.spec import DATAGRAM, RECEIVER, STREAM, Dissector, Fact, stateless
from garde.errors import Malformed
from garde.model.key import Key
from garde.model.observation import Observation, Place
from garde.registry import Registry
from garde.wire.flow import Endpoint, Flow, Payload

ENDS = (Endpoint("00:00:5e:00:53:01", "192.0.2.1", 1024), Endpoint("00:00:5e:00:53:02", "192.0.2.2", 53))


def row(name: str, magic: bytes, likely: float, *, about: object = "sender", fails: bool = False) -> Dissector:
    def facts(payload: Payload) -> Iterator[Fact]:
        if fails or not payload.data.startswith(magic):
            raise Malformed(f"{name}.magic", "another protocol")
        yield Fact("hostname", payload.data[len(magic) :].decode(), len(magic), len(payload.data), about)  # type: ignore[arg-type]

    return Dissector(
        name=name,
        layer=DATAGRAM,
        reference="none: made up for this test",
        emits=frozenset({"hostname"}),
        looks_like=lambda data, hint: likely if data.startswith(magic[:1]) else 0.0,
        session=stateless(facts),
    )


def payload(data: bytes, *, number: int = 0, at: int = 0, ends: tuple[Endpoint, Endpoint] = ENDS) -> Payload:
    return Payload(Flow(number, DATAGRAM, 17, ends), 0, at, data, 7, 42)


def engine(*rows: Dissector, **bounds: int) -> Engine:
    return Engine(Registry(*rows), sensor="s", file="f.pcap", **bounds)


def said(seen: list[Observation]) -> list[str]:
    return [one.value for one in seen]


def test_the_likeliest_reads_and_places_its_values() -> None:
    one = engine(row("dns", b"A", 0.6), row("mdns", b"AB", 0.9))
    (seen,) = one.feed([payload(b"ABhost")])
    assert (seen.source, seen.value, seen.sensor) == ("mdns", "host", "s")
    assert seen.place is not None
    assert (seen.place.file, seen.place.packet, seen.place.offset, seen.place.length) == ("f.pcap", 7, 44, 4)
    assert seen.subject == (Key("mac", ENDS[0].mac), Key("ip", ENDS[0].ip))
    assert one.services == {0: "mdns"}


def test_a_value_completed_later_stands_in_the_packet_that_brought_it() -> None:
    class Session:
        done = False
        held = b""

        def feed(self, payload: Payload) -> Iterator[Fact]:
            self.held += payload.data
            if self.held.endswith(b";"):
                yield Fact("hostname", self.held[1:5].decode(), 1, 5)

    slow = msgspec.structs.replace(row("ssh", b"A", 0.9), layer=STREAM, session=Session)
    flow = Flow(0, STREAM, 6, ENDS)
    one = engine(slow)
    one.feed([Payload(flow, 0, 0, b"Aho", 7, 42, 0)])
    (seen,) = one.feed([Payload(flow, 0, 0, b"st;", 8, 42, 3)])
    # Two of its four octets are in that packet.
    assert seen.place == Place("f.pcap", 7, 43, 2)


def test_below_a_half_nobody_is_chosen() -> None:
    assert engine(row("dns", b"A", 0.49)).feed([payload(b"Ahost")]) == []


def test_who_withdraws_is_not_asked_again_for_that_flow() -> None:
    one = engine(row("dns", b"A", 0.9, fails=True), row("mdns", b"A", 0.6))
    assert said(one.feed([payload(b"Ahost"), payload(b"Ahost")])) == ["host"]
    assert one.malformed == {"dns": 1}


def test_a_flow_that_nobody_wants_is_left_alone() -> None:
    one = engine(row("dns", b"A", 0.9))
    one.feed([payload(b"x")] * PATIENCE)
    assert one.feed([payload(b"Ahost")]) == []
    assert said(one.feed([payload(b"Ahost", number=1)])) == ["host"]


@pytest.mark.parametrize(("after", "again"), [(1, False), (DAY - 1, False), (DAY, True)])
def test_the_same_value_is_news_once_a_day(after: int, again: bool) -> None:
    one = engine(row("dns", b"A", 0.9))
    one.feed([payload(b"Ahost")])
    assert bool(one.feed([payload(b"Ahost", number=1, at=after)])) == again
    assert said(one.feed([payload(b"Aother", number=2, at=after)])) == ["other"]


def test_a_fact_about_the_receiver_or_about_a_third() -> None:
    one = engine(row("dns", b"A", 0.9, about=RECEIVER))
    assert one.feed([payload(b"Ahost")])[0].subject == (Key("mac", ENDS[1].mac), Key("ip", ENDS[1].ip))
    third = Key("equipment", "ACME|X|1")
    one = engine(row("dns", b"A", 0.9, about=third))
    assert one.feed([payload(b"Ahost")])[0].subject == (third, Key("mac", ENDS[0].mac), Key("ip", ENDS[0].ip))


def test_a_multicast_mac_is_nobodys() -> None:
    group = (ENDS[0], Endpoint("01:00:5e:00:00:fb", "224.0.0.251", 5353))
    (seen,) = engine(row("dns", b"A", 0.9, about=RECEIVER)).feed([payload(b"Ahost", ends=group)])
    assert seen.subject == (Key("ip", "224.0.0.251"),)


def test_memory_is_bounded() -> None:
    one = engine(row("dns", b"A", 0.9), flows=10, memory=20)
    for number in range(500):
        one.feed([payload(b"A%d" % number, number=number)])
    assert (len(one._readings), len(one._news)) == (10, 20)


def test_text_of_devices_is_cut_at_its_ends_and_clipped() -> None:
    assert clean("\x00 host\r\n") == "host"
    assert len(clean("x" * 1000)) == LONGEST


def test_an_empty_value_is_no_observation() -> None:
    assert engine(row("dns", b"A", 0.9)).feed([payload(b"A \0")]) == []


def test_a_stream_that_tells_nothing_new_is_left_alone_for_a_while() -> None:
    stream = msgspec.structs.replace(row("dns", b"A", 0.9), layer=STREAM)
    one, flow = engine(stream), Flow(0, STREAM, 6, ENDS)

    def say(data: bytes, at: int, offset: int) -> list[str]:
        return said(one.feed([Payload(flow, 0, at, data, 1, 54, offset)]))

    assert say(b"Ahost", 0, 0) == ["host"]
    for i in range(STALE):
        assert say(b"Ahost", 1, 5 + 5 * i) == []
    assert one.paused() == [0]
    assert one.paused() == []
    assert say(b"Aother", 2, 500) == []
    late = Payload(flow, 0, 2 + PAUSE, b"Aother", 1, 54, 600)
    assert said(one.feed([late])) == ["other"]
    assert late.gap == 1
