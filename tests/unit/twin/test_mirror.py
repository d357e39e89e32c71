"""Frames seen twice."""

from random import Random

from garde.twin import frames
from garde.twin.mirror import BOTH_WAYS, Mirror


def test_a_routed_packet_is_seen_again_from_the_router_with_one_hop_less(fleet):
    mirror = Mirror(fleet)
    scanner = next(d.station for d in fleet.devices if d.ward.code == "IMAG" and d.stations)
    server = fleet.named("Vue PACS").station
    before = frames.datagram(server, scanner, 1, 2, b"x")
    after = mirror.again(before)
    assert after is not None
    assert (after[:6], after[6:12]) == (scanner.mac, fleet.router.mac)
    assert after[18 + 8] == before[14 + 8] - 1
    assert frames.checksum(after[18:38]) == 0
    assert mirror.again(after) is None


def test_a_network_mirrored_one_way_shows_nothing_twice(fleet):
    mirror = Mirror(fleet)
    other = next(d.station for d in fleet.devices if d.stations and d.ward.code not in (*BOTH_WAYS, "SRV", "ANNEXE"))
    assert mirror.again(frames.datagram(fleet.named("Vue PACS").station, other, 1, 2, b"x")) is None


def test_any_octets_are_taken(fleet):
    mirror, rng = Mirror(fleet), Random(1)
    for size in range(80):
        assert mirror.again(fleet.router.mac + rng.randbytes(size)) is None
