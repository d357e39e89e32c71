import pytest

from garde.model.key import Key
from garde.pipeline.sightings import observations, signature
from garde.wire.kernel import HOST, SERVICE, SYN
from garde.wire.track import Sighting

MAC = "00:09:fb:00:00:01"


def seen(
    what: int,
    *,
    mac: str = MAC,
    ip: str = "10.0.0.7",
    one: int = 0,
    two: int = 0,
    ttl: int = 64,
    vlan: tuple[int, ...] = (),
) -> Sighting:
    return Sighting(what=what, packet=3, at=7, offset=14, mac=mac, ip=ip, one=one, two=two, ttl=ttl, vlan=vlan)


def facts(one: Sighting) -> list[tuple[str, str, str, int, int]]:
    found = list(observations([one], sensor="s", file="a.pcap"))
    assert all(o.at == 7 and o.place.packet == 3 and o.sensor == "s" for o in found)
    return [(o.attribute, o.value, o.source, o.place.offset, o.place.length) for o in found]


def test_a_host_gives_address_distance_and_vlan() -> None:
    assert facts(seen(HOST, ttl=63, vlan=(12,))) == [
        ("ip", "10.0.0.7", "frame", 26, 4), ("ttl", "63", "frame", 22, 1), ("vlan", "12", "frame", 14, 0),
    ]  # fmt: skip
    assert facts(seen(HOST, ip="fe80::1", ttl=255)) == [
        ("ip", "fe80::1", "frame", 22, 16),
        ("ttl", "255", "frame", 21, 1),
    ]
    assert facts(seen(HOST, ip="")) == []
    assert facts(seen(HOST, ip="", mac="")) == []


def test_a_port_that_answers_is_a_service() -> None:
    assert facts(seen(SERVICE, one=6, two=104)) == [("service", "tcp/104", "tcp", 14, 2)]
    assert facts(seen(SERVICE, one=17, two=161))[0][1] == "udp/161"


@pytest.mark.parametrize(
    ("one", "two", "ttl", "expected"),
    [(0x324522, 1000 | 1460 << 16 | 7 << 32 | 1 << 40, 63, "4:64:0:1460:1000,7:mss,nop,ws,sok,nop,nop:df:0"),
     (0x3, 5840 | 536 << 16 | 255 << 32, 255, "4:255:0:536:5840,*:mss::0"),
     (0xF1, 255 << 32, 0, "4:32:0:0:0,*:?,eol::0")],
)  # fmt: skip
def test_a_signature_in_the_grammar_of_p0f(one: int, two: int, ttl: int, expected: str) -> None:
    assert signature(seen(SYN, one=one, two=two, ttl=ttl)) == expected
    assert facts(seen(SYN, one=one, two=two, ttl=ttl)) == [("tcp_signature", expected, "tcp", 14, 20)]


def test_the_subject_names_mac_and_address() -> None:
    assert next(observations([seen(HOST)], sensor="s", file="f")).subject == (Key("mac", MAC), Key("ip", "10.0.0.7"))
    assert next(observations([seen(HOST, mac="")], sensor="s", file="f")).subject == (Key("ip", "10.0.0.7"),)
