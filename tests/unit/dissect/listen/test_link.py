"""ARP, DHCP and ICMP heard on the segment."""

from __future__ import annotations

from garde.dissect.listen.link import ARP, DHCP, ICMP
from tests.lookouts import Listening

MAC = bytes.fromhex("00005e005301")


def arp(kind: int, sender: bytes, target: bytes, mac: bytes = MAC) -> bytes:
    return bytes.fromhex("000108000604") + bytes([0, kind]) + mac + sender + bytes(6) + target


def test_questions_and_claims() -> None:
    play = Listening(ARP, protocol=0x0806)
    one, two = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
    assert play.likely(arp(1, one, two)) > 0.9
    play.client(arp(1, one, two))
    play.client(arp(2, one, two))
    play.client(arp(1, one, one))
    play.client(arp(1, bytes(4), two))
    play.client(arp(2, one, two, b"\xff" * 6))
    assert play.kinds() == ["arp.asks", "arp.says", "arp.says"]
    assert play.values("arp.says")[0] == {
        "mac": "00:00:5e:00:53:01",
        "ip": "10.0.0.1",
        "target": "10.0.0.2",
        "reply": 1,
    }


def dhcp(operation: int, options: bytes) -> bytes:
    return bytes([operation, 1, 6, 0]) + bytes(24) + MAC + bytes(202) + b"\x63\x82\x53\x63" + options + b"\xff"


def test_offers_and_who_asks() -> None:
    play = Listening(DHCP, 67)
    play.client(dhcp(1, b"\x35\1\1"))
    play.server(dhcp(2, b"\x35\1\2\x36\4\x0a\0\0\2\3\4\x0a\0\0\1\x06\4\x0a\0\0\5\xfc\1x"))
    play.server(dhcp(2, b"\x35\1\6"))
    assert play.kinds() == ["dhcp.ask", "dhcp.offer"]
    assert play.values("dhcp.ask")[0] == {"station": "00:00:5e:00:53:01", "kind": "discover"}
    (one,) = play.values("dhcp.offer")
    assert (one["server"], one["router"], one["dns"], one["proxy"]) == ("10.0.0.2", "10.0.0.1", "10.0.0.5", 1)


def test_echo_requests_of_both_families() -> None:
    for protocol, data in ((1, b"\x08\0rest"), (58, b"\x80\0rest")):
        play = Listening(ICMP, protocol=protocol)
        assert play.likely(data) > 0.5 and play.likely(b"\x00\0rest") == 0
        play.client(data)
        assert play.kinds() == ["icmp.echo"]
