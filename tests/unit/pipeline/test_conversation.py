"""Flow records become conversations: the asking end, the service, the sums."""

from __future__ import annotations

import msgspec

from garde.bus.log import LogBus
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.observation import Place
from garde.model.zones.crossing import Crossing
from garde.pipeline.conversation import Conversations, stage
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from garde.wire.flow import Endpoint
from garde.wire.track import FlowRecord
from tests.unit.pipeline.test_runner import HandClock

CLIENT = Endpoint("00:09:fb:00:00:01", "10.0.0.1", 40000)
SERVER = Endpoint("00:09:fb:00:00:02", "10.0.0.2", 104)
RECORD = FlowRecord(
    number=1,
    layer="tcp",
    protocol=6,
    ends=(CLIENT, SERVER),
    vlan=(),
    ttl=(64, 64),
    packets=(3, 2),
    octets=(300, 200),
    first_at=BUCKET * 7 + 5,
    last_at=BUCKET * 7 + 9,
    packet=(1, 2),
    opened=True,
)
MAKER = Conversations("core-1", "ct.pcap")


def change(**parts: object) -> FlowRecord:
    return msgspec.structs.replace(RECORD, **parts)


def test_records_of_one_pair_and_service_are_one_conversation() -> None:
    (one,) = MAKER.of([RECORD, change(number=2, last_at=BUCKET * 7 + 20)], {2: "dicom"})
    assert (one.source, one.target, one.port) == (Key("ip", "10.0.0.1"), Key("ip", "10.0.0.2"), 104)
    assert (one.at, one.protocol, one.service) == (BUCKET * 7, "tcp", "dicom")
    assert (one.packets, one.octets, one.last_at) == (10, 1000, BUCKET * 7 + 20)


def test_its_first_packet_is_where_it_stands() -> None:
    (one,) = MAKER.of([change(packet=(0, 9)), change(packet=(7, 8)), change(packet=(0, 0))], {})
    assert one.place == Place("ct.pcap", 7)
    (counted,) = MAKER.of([change(packet=(0, 0))], {})
    assert counted.place is None


def test_who_opened_asked_and_else_the_higher_port() -> None:
    (seen,) = MAKER.of([change(ends=(SERVER, CLIENT), opened=False)], {})
    (opened,) = MAKER.of([change(ends=(SERVER, CLIENT), opened=True)], {})
    assert (seen.target.value, opened.target.value) == ("10.0.0.2", "10.0.0.1")


def test_the_lowest_marking_of_each_end_is_kept() -> None:
    (one,) = MAKER.of([change(dscp=(46, 34)), change(number=2, dscp=(0, -1)), change(number=3, dscp=(-1, 46))], {})
    assert one.dscp == (0, 34)
    (turned,) = MAKER.of([change(ends=(SERVER, CLIENT), opened=False, dscp=(34, 46))], {})
    assert turned.dscp == (46, 34) and MAKER.of([RECORD], {})[0].dscp == (-1, -1)


def test_groups_and_nobody_are_no_partners() -> None:
    for ip in ("224.0.0.251", "255.255.255.255", "0.0.0.0", "ff02::fb"):
        assert MAKER.of([change(ends=(CLIENT, Endpoint("", ip, 5353)))], {}) == []
    assert MAKER.of([change(ends=(CLIENT, Endpoint("ff:ff:ff:ff:ff:ff", "", 0)))], {}) == []
    (link,) = MAKER.of([change(ends=(Endpoint(CLIENT.mac, "", 0), Endpoint(SERVER.mac, "", 0)), protocol=0)], {})
    assert (link.source.kind, link.protocol) == ("mac", "0")


def test_the_same_records_give_the_same_identity() -> None:
    assert MAKER.of([RECORD], {}) == MAKER.of([RECORD], {})
    assert Conversations("core-2", "ct.pcap").of([RECORD], {})[0].id != MAKER.of([RECORD], {})[0].id


def test_the_stage_keeps_each_once_and_sums_up_what_is_new() -> None:
    found = MAKER.of([RECORD], {})
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    runner = Runner(Registry(stage()), store, bus, HandClock())
    for _ in range(2):
        bus.publish(found)
        with store.begin() as unit:
            unit.advance("conversation", "")
        runner.drain()
    assert list(store.all(Conversation)) == found
    assert [(one.flows, one.octets) for one in store.all(Crossing)] == [(1, 500)]
    store.close()
