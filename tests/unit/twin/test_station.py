"""Interfaces and where their packets go."""

from garde.twin.station import Stack, Station, stacks

A, B, R = bytes(5) + b"\1", bytes(5) + b"\2", bytes(5) + b"\3"


def test_in_one_vlan_the_peer_is_addressed_and_else_the_router():
    here = Station(mac=A, ip="10.0.0.1", stack=Stack("linux"), vlan=10, gateway=R)
    near = Station(mac=B, ip="10.0.0.2", stack=Stack("linux"), vlan=10)
    far = Station(mac=B, ip="10.0.1.2", stack=Stack("linux"), vlan=20)
    assert (here.towards(near), here.towards(far)) == (B, R)


def test_what_is_behind_a_router_wears_its_address():
    annex = Station(mac=A, ip="10.60.0.1", stack=Stack("linux"), behind=R)
    assert annex.source_mac == R


def test_ports_and_identifications_wrap_within_their_range():
    station = Station(mac=A, ip="10.0.0.1", stack=Stack("linux"), ports=65535, identification=0xFFFF)
    assert (station.port(), station.next_identification()) == (49152, 0)


def test_stacks_are_read_by_name():
    assert stacks([{"name": "x", "ttl": 255}])["x"].ttl == 255
