"""Link: ARP, neighbour discovery, LLDP, CDP and 802.1X.

Question: how do stations and switches announce themselves below IP?
Reference: RFC 826, RFC 5227 (announcement), RFC 4861 §4 (ND), IEEE 802.1AB-2016 §8, ANSI/TIA-1057 (LLDP-MED), Cisco's
CDP v2, IEEE 802.1X-2010 §11, RFC 3748 (EAP).

Example:
    >>> lldp_tlv(0, b"").hex()
    '0000'
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final

from garde.twin.frames import BROADCAST, ICMPV6, IPV6, checksum, ethernet, group_mac, icmpv6, ipv6, llc, packed
from garde.twin.station import Station
from garde.twin.tcp import MILLI, Frame

_ARP: Final = struct.Struct("!HHBBH6s4s6s4s")
_ALL_NODES: Final = "ff02::1"
_LLDP: Final = bytes.fromhex("0180c200000e")
_CDP: Final = bytes.fromhex("01000ccccccc")
_PAE: Final = bytes.fromhex("0180c2000003")
_MED: Final = bytes.fromhex("0012bb")


def arp_exchange(asker: Station, target: Station, at: int) -> Iterator[Frame]:
    """Who has, and the answer; both in the asker's VLAN."""
    ask = _ARP.pack(1, 0x0800, 6, 4, 1, asker.mac, packed(asker.ip), bytes(6), packed(target.ip))
    tell = _ARP.pack(1, 0x0800, 6, 4, 2, target.mac, packed(target.ip), asker.mac, packed(asker.ip))
    yield at, ethernet(BROADCAST, asker.mac, 0x0806, ask, asker.vlan)
    yield at + MILLI // 4, ethernet(asker.mac, target.mac, 0x0806, tell, asker.vlan)


def arp_ask(asker: Station, ip: str, at: int) -> Iterator[Frame]:
    """Who has an address, three times; nobody answers."""
    ask = _ARP.pack(1, 0x0800, 6, 4, 1, asker.mac, packed(asker.ip), bytes(6), packed(ip))
    for wait in range(3):
        yield at + wait * 1000 * MILLI, ethernet(BROADCAST, asker.mac, 0x0806, ask, asker.vlan)


def arp_announce(station: Station, at: int) -> Iterator[Frame]:
    """An announcement of its own address (RFC 5227 §3)."""
    body = _ARP.pack(1, 0x0800, 6, 4, 1, station.mac, packed(station.ip), bytes(6), packed(station.ip))
    yield at, ethernet(BROADCAST, station.mac, 0x0806, body, station.vlan)


def neighbour(station: Station, at: int) -> Iterator[Frame]:
    """Duplicate address detection, router solicitation and an unsolicited advertisement of its link-local address."""
    own, unspecified = packed(station.link_local), bytes(16)
    solicited = b"\xff\x02" + bytes(9) + b"\x01\xff" + own[-3:]
    mac = b"\x33\x33\xff" + own[-3:]
    body = icmpv6(unspecified, solicited, 135, bytes(4) + own)
    yield at, ethernet(mac, station.mac, IPV6, ipv6(unspecified, solicited, ICMPV6, body, ttl=255), station.vlan)
    at += 1000 * MILLI
    routers = packed("ff02::2")
    body = icmpv6(own, routers, 133, bytes(4) + b"\x01\x01" + station.mac)
    packet = ipv6(own, routers, ICMPV6, body, ttl=255)
    yield at, ethernet(group_mac("ff02::2"), station.mac, IPV6, packet, station.vlan)
    at += 20 * MILLI
    everyone = packed(_ALL_NODES)
    body = icmpv6(own, everyone, 136, b"\x20\0\0\0" + own + b"\x02\x01" + station.mac)
    packet = ipv6(own, everyone, ICMPV6, body, ttl=255)
    yield at, ethernet(group_mac(_ALL_NODES), station.mac, IPV6, packet, station.vlan)


def temporary(station: Station, interface: bytes, at: int) -> Iterator[Frame]:
    """Detection of duplicates of a temporary address (RFC 8981) in the ward's unique local prefix (RFC 4193)."""
    own = b"\xfd\x20\x26\x03\x10\x00" + station.vlan.to_bytes(2, "big") + interface
    solicited = b"\xff\x02" + bytes(9) + b"\x01\xff" + own[-3:]
    body = icmpv6(bytes(16), solicited, 135, bytes(4) + own)
    packet = ipv6(bytes(16), solicited, ICMPV6, body, ttl=255)
    yield at, ethernet(b"\x33\x33\xff" + own[-3:], station.mac, IPV6, packet, station.vlan)
    at += 1000 * MILLI
    everyone = packed(_ALL_NODES)
    body = icmpv6(own, everyone, 136, b"\x20\0\0\0" + own + b"\x02\x01" + station.mac)
    packet = ipv6(own, everyone, ICMPV6, body, ttl=255)
    yield at, ethernet(group_mac(_ALL_NODES), station.mac, IPV6, packet, station.vlan)


def lldp_tlv(kind: int, value: bytes) -> bytes:
    """A TLV: seven bits of type, nine of length (802.1AB §8.4)."""
    return struct.pack("!H", kind << 9 | len(value)) + value


def lldp(
    station: Station,
    at: int,
    *,
    port: str,
    description: str,
    capabilities: int,
    med: Sequence[tuple[int, str]] = (),
    source: bytes = b"",
) -> Iterator[Frame]:
    """One LLDPDU; ``med`` are LLDP-MED inventory subtypes (TIA-1057 §10.2.6) with their texts.

    ``source`` is the MAC of the port that sends it, where that is not the station's own.
    """
    tlvs = [
        lldp_tlv(1, b"\x04" + station.mac),
        lldp_tlv(2, b"\x05" + port.encode()),
        lldp_tlv(3, struct.pack("!H", 120)),
        lldp_tlv(4, port.encode()),
        lldp_tlv(5, station.name.encode()),
        lldp_tlv(6, description.encode()[:255]),
        lldp_tlv(7, struct.pack("!HH", capabilities, capabilities)),
        lldp_tlv(8, b"\x05\x01" + packed(station.ip) + b"\x02" + struct.pack("!I", 1) + b"\0"),
    ]
    if med:
        tlvs.append(lldp_tlv(127, _MED + b"\x01" + struct.pack("!HB", 0x0033, 3)))
        tlvs += [lldp_tlv(127, _MED + bytes((subtype,)) + text.encode()[:32]) for subtype, text in med]
    tlvs.append(lldp_tlv(0, b""))
    yield at, ethernet(_LLDP, source or station.mac, 0x88CC, b"".join(tlvs))


def cdp(
    station: Station, at: int, *, port: str, platform: str, version: str, capabilities: int, source: bytes = b""
) -> Iterator[Frame]:
    """One CDP v2 announcement, from the MAC of a port where ``source`` names one."""
    address = struct.pack("!I", 1) + b"\x01\x01\xcc" + struct.pack("!H", 4) + packed(station.ip)
    tlvs = b"".join(
        struct.pack("!HH", kind, 4 + len(value)) + value
        for kind, value in (
            (1, station.name.encode()),
            (2, address),
            (3, port.encode()),
            (4, struct.pack("!I", capabilities)),
            (5, version.encode()),
            (6, platform.encode()),
            (0x0A, struct.pack("!H", station.vlan or 1)),
            (0x0B, b"\x01"),
        )
    )
    body = b"\x02\xb4\0\0" + tlvs
    body = body[:2] + _cdp_checksum(body).to_bytes(2, "big") + body[4:]
    yield at, llc(_CDP, source or station.mac, b"\xaa\xaa\x03\x00\x00\x0c\x20\x00" + body)


def _cdp_checksum(body: bytes) -> int:
    """The Internet checksum, but a last odd octet stands low and is signed, as Cisco's first implementation had it."""
    if not len(body) & 1:
        return checksum(body)
    last = body[-1]
    tail = bytes((0, last)) if last < 0x80 else struct.pack("!H", (0xFF00 | last) - 1)
    return checksum(body[:-1] + tail)


def dot1x(station: Station, switch_mac: bytes, identity: str, at: int) -> Iterator[Frame]:
    """EAPOL start, the switch asks who is there, the station says so (RFC 3748 §5.1)."""

    def eapol(kind: int, body: bytes) -> bytes:
        return struct.pack("!BBH", 2, kind, len(body)) + body

    name = identity.encode()
    yield at, ethernet(_PAE, station.mac, 0x888E, eapol(1, b""))
    yield at + 5 * MILLI, ethernet(station.mac, switch_mac, 0x888E, eapol(0, struct.pack("!BBHB", 1, 7, 5, 1)))
    answer = struct.pack("!BBHB", 2, 7, 5 + len(name), 1) + name
    yield at + 12 * MILLI, ethernet(_PAE, station.mac, 0x888E, eapol(0, answer))
    ask = struct.pack("!BBHBB", 1, 8, 6, 25, 0x20)
    yield at + 30 * MILLI, ethernet(station.mac, switch_mac, 0x888E, eapol(0, ask))
    yield at + 900 * MILLI, ethernet(station.mac, switch_mac, 0x888E, eapol(0, struct.pack("!BBH", 3, 9, 4)))
