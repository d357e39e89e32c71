"""Flow and Payload: what `wire` hands to `dissect`.

Question: who sent these bytes to whom, as part of which conversation, and where are they in the capture?
Reference: DESIGN §4; IEEE 802.3, RFC 791, RFC 8200, RFC 9293, RFC 768. Left out: any meaning.

Example:
    >>> a, b = Endpoint("00:00:00:00:00:01", "10.0.0.1", 1024), Endpoint("00:00:00:00:00:02", "10.0.0.2", 104)
    >>> flow = Flow(number=0, layer=STREAM, protocol=6, ends=(a, b))
    >>> Payload(flow=flow, direction=1, at=0, data=b"x", packet=1, start=54).sender.port
    104
"""

from __future__ import annotations

from typing import Final

import msgspec

#: The three shapes in which bytes reach a dissector.
FRAME: Final = "frame"  # one layer-2 frame's payload (ARP, LLDP, CDP, EAPOL), or an ICMP message
DATAGRAM: Final = "datagram"  # one UDP payload
STREAM: Final = "stream"  # a run of in-order TCP bytes


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """One end of a flow: text addresses, empty where the capture has none, and a port, 0 where there is none."""

    mac: str
    ip: str
    port: int


class Flow(msgspec.Struct, gc=False):
    """A conversation in the flow table.

    Attributes:
        number: serial number of the flow in this capture.
        layer: FRAME, DATAGRAM or STREAM.
        protocol: IP protocol number (6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6); for FRAME without IP the EtherType
            (0x0806 ARP, 0x88CC LLDP, 0x888E EAPOL; SNAP frames as 0x2000 for CDP).
        ends: the two endpoints; ends[0] sent the first packet seen.
        vlan: VLAN ids, outermost first.
        ttl: last IP TTL or hop limit seen per direction, 0 when none.
        packets, octets: per direction.
    """

    number: int
    layer: str
    protocol: int
    ends: tuple[Endpoint, Endpoint]
    vlan: tuple[int, ...] = ()
    ttl: tuple[int, int] = (0, 0)
    packets: tuple[int, int] = (0, 0)
    octets: tuple[int, int] = (0, 0)
    first_at: int = 0
    last_at: int = 0

    @property
    def ports(self) -> tuple[int, int]:
        """Both ports, in the order of the ends."""
        return self.ends[0].port, self.ends[1].port


class Payload(msgspec.Struct, gc=False):
    """Bytes of one direction of a flow, in order.

    Attributes:
        direction: 0 when ``flow.ends[0]`` sent them, else 1.
        at: nanoseconds since 1970 of the packet that carried the first byte.
        data: the bytes.
        packet: number of that packet in the capture, from 1.
        start: where ``data[0]`` stands in that captured packet.
        offset: position of ``data[0]`` in the direction's stream (STREAM), else 0.
        gap: STREAM only: how many bytes of this direction were lost just before; -1 when the capture began after the
            connection did, so nobody knows.
    """

    flow: Flow
    direction: int
    at: int
    data: bytes
    packet: int
    start: int
    offset: int = 0
    gap: int = 0

    @property
    def sender(self) -> Endpoint:
        """Who sent the bytes."""
        return self.flow.ends[self.direction]

    @property
    def receiver(self) -> Endpoint:
        """Whom they were sent to."""
        return self.flow.ends[1 - self.direction]
