"""Frames: bytes of Ethernet, IPv4, IPv6, UDP and TCP headers, with their checksums.

Question: how does a payload become a frame as a switch would mirror it?
Reference: IEEE 802.3, IEEE 802.1Q §9.6, RFC 791, RFC 8200, RFC 768, RFC 9293 §3.1, RFC 1071 (checksum).
Left out: fragments, IP options.

Example:
    >>> checksum(bytes.fromhex("45000073000040004011c0a80001c0a800c7")).to_bytes(2, "big").hex()
    'b861'
"""

from __future__ import annotations

import ipaddress
import struct
from functools import lru_cache
from typing import Final

from garde.twin.station import Station

IPV4: Final = 0x0800
IPV6: Final = 0x86DD
TCP: Final = 6
UDP: Final = 17
ICMPV6: Final = 58
BROADCAST: Final = b"\xff" * 6
#: How the hospital's switches mark traffic at the edge, by port of either end: protocol and port → DSCP.
MARKS: Final = {
    (UDP, 24105): 46, (UDP, 24005): 46, (UDP, 5060): 46, (TCP, 6464): 46, (TCP, 6465): 46, (TCP, 2575): 26,
    (TCP, 104): 18, (TCP, 11112): 18, (TCP, 445): 10, (UDP, 161): 16,
}  # fmt: skip

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

_IPV4: Final = struct.Struct("!BBHHHBBH4s4s")
_IPV6: Final = struct.Struct("!IHBB16s16s")
_TCP: Final = struct.Struct("!HHIIBBHHH")
_UDP: Final = struct.Struct("!HHHH")


def checksum(data: bytes) -> int:
    """The Internet checksum: ones' complement sum of 16-bit words, which is the number modulo 65535.

    A sum of zero that is not all zeros is written 0xFFFF, as adding with end-around carry gives it.
    """
    if len(data) & 1:
        data += b"\0"
    total = int.from_bytes(data, "big")
    return 0xFFFF ^ (total % 0xFFFF or 0xFFFF * bool(total))


@lru_cache(65536)
def packed(ip: str) -> bytes:
    """An address as bytes."""
    return ipaddress.ip_address(ip).packed


def ethernet(target: bytes, source: bytes, kind: int, payload: bytes, vlan: int = 0) -> bytes:
    """A frame; short ones are padded to 60 bytes (IEEE 802.3 §4.2.3.3)."""
    tag = struct.pack("!HH", 0x8100, vlan) if vlan else b""
    return (target + source + tag + kind.to_bytes(2, "big") + payload).ljust(60, b"\0")


def llc(target: bytes, source: bytes, payload: bytes, vlan: int = 0) -> bytes:
    """A frame with a length field instead of a type (IEEE 802.3 §3.2.6), for SNAP."""
    return ethernet(target, source, len(payload), payload, vlan)


def marking(protocol: int, payload: bytes) -> int:
    """The DSCP (RFC 2474 §3) that a switch gives a packet with this transport header."""
    if protocol not in (TCP, UDP):
        return 0
    source, target = struct.unpack_from("!HH", payload)
    return MARKS.get((protocol, target)) or MARKS.get((protocol, source), 0)


def ipv4(source: bytes, target: bytes, protocol: int, payload: bytes, *, ttl: int, number: int) -> bytes:
    """An IPv4 packet that must not be fragmented."""
    head = _IPV4.pack(
        0x45, marking(protocol, payload) << 2, 20 + len(payload), number, 0x4000, ttl, protocol, 0, source, target
    )
    return head[:10] + checksum(head).to_bytes(2, "big") + head[12:] + payload


def ipv6(source: bytes, target: bytes, protocol: int, payload: bytes, *, ttl: int) -> bytes:
    """An IPv6 packet without extension headers."""
    return (
        _IPV6.pack(0x6000_0000 | marking(protocol, payload) << 22, len(payload), protocol, ttl, source, target)
        + payload
    )


def _pseudo(source: bytes, target: bytes, protocol: int, length: int) -> bytes:
    if len(source) == 4:
        return source + target + struct.pack("!BBH", 0, protocol, length)
    return source + target + struct.pack("!IBBBB", length, 0, 0, 0, protocol)


def udp(source: bytes, target: bytes, sport: int, dport: int, payload: bytes) -> bytes:
    """A UDP datagram; a sum of zero is sent as all ones (RFC 768)."""
    length = 8 + len(payload)
    head = _UDP.pack(sport, dport, length, 0)
    total = checksum(_pseudo(source, target, UDP, length) + head + payload) or 0xFFFF
    return head[:6] + total.to_bytes(2, "big") + payload


def tcp(
    source: bytes, target: bytes, ports: tuple[int, int], seq: int, ack: int, flags: int, window: int,
    payload: bytes = b"", options: bytes = b"",
) -> bytes:  # fmt: skip
    """A TCP segment; ``options`` are a multiple of four bytes."""
    size = 20 + len(options)
    head = _TCP.pack(*ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, size << 2, flags, window, 0, 0)
    total = checksum(_pseudo(source, target, TCP, size + len(payload)) + head + options + payload)
    return head[:16] + total.to_bytes(2, "big") + head[18:] + options + payload


def icmpv6(source: bytes, target: bytes, kind: int, body: bytes) -> bytes:
    """An ICMPv6 message with code 0 (RFC 4443 §2.3)."""
    plain = bytes((kind, 0, 0, 0)) + body
    total = checksum(_pseudo(source, target, ICMPV6, len(plain)) + plain)
    return plain[:2] + total.to_bytes(2, "big") + plain[4:]


def group_mac(ip: str) -> bytes:
    """The MAC of a multicast address (RFC 1112 §6.4, RFC 2464 §7)."""
    raw = packed(ip)
    if len(raw) == 16:
        return b"\x33\x33" + raw[12:]
    return b"\x01\x00\x5e" + bytes((raw[1] & 0x7F,)) + raw[2:]


def routed(sender: Station, target_mac: bytes, target_ip: bytes, protocol: int, segment: bytes) -> bytes:
    """A frame of a station around an IPv4 payload, as the sensor sees it."""
    packet = ipv4(
        packed(sender.ip), target_ip, protocol, segment,
        ttl=sender.stack.ttl - sender.hops, number=sender.next_identification(),
    )  # fmt: skip
    return ethernet(target_mac, sender.source_mac, IPV4, packet, sender.vlan)


def datagram(sender: Station, peer: Station, sport: int, dport: int, payload: bytes) -> bytes:
    """A UDP frame from one station to another."""
    target = packed(peer.ip)
    return routed(sender, sender.towards(peer), target, UDP, udp(packed(sender.ip), target, sport, dport, payload))


def multicast(sender: Station, group: str, sport: int, dport: int, payload: bytes, ttl: int = 1) -> bytes:
    """A UDP frame to a group or to everyone, from the station's IPv4 or, for an IPv6 group, its link-local address."""
    target = packed(group)
    mac = BROADCAST if group == "255.255.255.255" or group.endswith(".255") else group_mac(group)
    if len(target) == 16:
        source = packed(sender.link_local)
        packet = ipv6(source, target, UDP, udp(source, target, sport, dport, payload), ttl=ttl)
        return ethernet(mac, sender.source_mac, IPV6, packet, sender.vlan)
    source = packed(sender.ip)
    packet = ipv4(
        source, target, UDP, udp(source, target, sport, dport, payload), ttl=ttl, number=sender.next_identification()
    )
    return ethernet(mac, sender.source_mac, IPV4, packet, sender.vlan)
