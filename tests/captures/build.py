"""Write captures by hand: Ethernet, VLAN, IPv4, IPv6, UDP and TCP with handshakes and checksums, by a clock of its own.

Every generator in tests/captures uses it; it shares no code with what reads the captures.

Example::

    capture = Capture()
    with capture.tcp(Host("02:00:00:00:00:01", "192.0.2.1"), Host("02:00:00:00:00:02", "192.0.2.2"), 104) as talk:
        talk.client(request)
        talk.server(response)
    capture.udp(a, b, 40000, 3702, hello)
    CAPTURES = {"dicom": capture}
    if __name__ == "__main__":
        golden.publish(Path(__file__).parent, CAPTURES)
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

#: 2026-01-05 08:00:00 UTC, and a millisecond between packets.
START, STEP = 1_767_600_000_000_000_000, 1_000_000
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Host(NamedTuple):
    """An interface: MAC and IP address."""

    mac: str
    ip: str


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Capture:
    """Frames in order of time. ``at`` is when the next frame is sent, in nanoseconds since 1970."""

    def __init__(self, at: int = START) -> None:
        self.at = at
        self.frames: list[tuple[int, bytes]] = []

    def frame(self, dst: str, src: str, kind: int, data: bytes, *, vlan: Sequence[int] = ()) -> None:
        """An Ethernet II frame, with 802.1Q tags, outermost first."""
        tags = b"".join(struct.pack(">HH", 0x8100, number) for number in vlan)
        self.raw(_mac(dst) + _mac(src) + tags + struct.pack(">H", kind) + data)

    def raw(self, data: bytes) -> None:
        """Octets as they are, padded to 60."""
        self.frames.append((self.at, data.ljust(60, b"\0")))
        self.at += STEP

    def ip(self, src: Host, dst: Host, protocol: int, data: bytes, *, ttl: int = 64, vlan: Sequence[int] = ()) -> None:
        """An IPv4 or IPv6 packet; the checksum of TCP, UDP and ICMPv6 is filled in."""
        one, two = ip_address(src.ip), ip_address(dst.ip)
        data = _with_checksum(one, two, protocol, data)
        if isinstance(one, IPv4Address):
            number = len(self.frames) + 1 & 0xFFFF
            head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), number, 0x4000, ttl, protocol, 0)
            head += one.packed + two.packed
            head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
            self.frame(dst.mac, src.mac, 0x0800, head + data, vlan=vlan)
        else:
            head = struct.pack(">IHBB", 6 << 28, len(data), protocol, ttl) + one.packed + two.packed
            self.frame(dst.mac, src.mac, 0x86DD, head + data, vlan=vlan)

    def udp(
        self, src: Host, dst: Host, sport: int, dport: int, data: bytes, *, ttl: int = 64, vlan: Sequence[int] = ()
    ) -> None:
        """A datagram."""
        self.ip(src, dst, 17, struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data, ttl=ttl, vlan=vlan)

    def tcp(
        self,
        client: Host,
        server: Host,
        port: int,
        *,
        sport: int = 40_000,
        mss: int = 1460,
        ttl: int = 64,
        vlan: Sequence[int] = (),
    ) -> Talk:
        """A connection; as a context manager it opens with a handshake and closes with FIN."""
        return Talk(self, client, server, port, sport=sport, mss=mss, ttl=ttl, vlan=vlan)

    def octets(self) -> bytes:
        """As pcap, nanoseconds, little-endian, Ethernet."""
        out = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)]
        for at, data in self.frames:
            out.append(struct.pack("<IIII", at // 10**9, at % 10**9, len(data), len(data)) + data)
        return b"".join(out)


class Talk:
    """One TCP connection."""

    def __init__(
        self,
        capture: Capture,
        client: Host,
        server: Host,
        port: int,
        *,
        sport: int = 40_000,
        mss: int = 1460,
        ttl: int = 64,
        vlan: Sequence[int] = (),
    ) -> None:
        self.capture = capture
        self.ends = (client, server)
        self.ports = (sport, port)
        self.mss = mss
        self.ttl = ttl
        self.vlan = vlan
        self.sent = [1_000, 5_000]

    def __enter__(self) -> Talk:
        option = struct.pack(">BBH", 2, 4, self.mss)
        self._segment(0, SYN, option=option)
        self.sent[0] += 1
        self._segment(1, SYN | ACK, option=option)
        self.sent[1] += 1
        self._segment(0, ACK)
        return self

    def __exit__(self, *_: object) -> None:
        for way in (0, 1):
            self._segment(way, FIN | ACK)
            self.sent[way] += 1
        self._segment(0, ACK)

    def client(self, data: bytes) -> None:
        """The client sends, in segments of ``mss``."""
        self._send(0, data)

    def server(self, data: bytes) -> None:
        """The server sends."""
        self._send(1, data)

    def _send(self, way: int, data: bytes) -> None:
        for at in range(0, len(data), self.mss):
            piece = data[at : at + self.mss]
            self._segment(way, ACK | (PSH if at + self.mss >= len(data) else 0), piece)
            self.sent[way] += len(piece)
        self._segment(1 - way, ACK)

    def _segment(self, way: int, flags: int, data: bytes = b"", *, option: bytes = b"") -> None:
        ack = self.sent[1 - way] if flags & ACK else 0
        ports = self.ports[way], self.ports[1 - way]
        size = 20 + len(option)
        head = struct.pack(">HHIIBBHHH", *ports, self.sent[way], ack, size << 2, flags, 64_240, 0, 0)
        ends = self.ends[way], self.ends[1 - way]
        self.capture.ip(*ends, 6, head + option + data, ttl=self.ttl, vlan=self.vlan)


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _with_checksum(one: IPv4Address | IPv6Address, two: IPv4Address | IPv6Address, protocol: int, data: bytes) -> bytes:
    place = {6: 16, 17: 6, 58: 2}.get(protocol)
    if place is None:
        return data
    tail = (">BBH", 0, protocol, len(data)) if isinstance(one, IPv4Address) else (">IHBB", len(data), 0, 0, protocol)
    pseudo = one.packed + two.packed + struct.pack(*tail)
    value = checksum(pseudo + data) or 0xFFFF
    return data[:place] + struct.pack(">H", value) + data[place + 2 :]
