"""Station: one network interface of the twin and the habits of its IP stack.

Question: which addresses, initial TTL, window and TCP options does a sender put into its packets?
Reference: IEEE 802-2014 §8 (EUI-48, modified EUI-64), RFC 4862 (link-local addresses), RFC 9293; stack habits from
domain note 01 §2 (p0f notation). Left out: what the station says; that is `garde.twin.talk`.

Example:
    >>> pump = Station(mac=bytes.fromhex("00122100000a"), ip="10.20.1.7", stack=Stack("linux"))
    >>> pump.link_local
    'fe80::212:21ff:fe00:a'
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

import msgspec


class Stack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operating system's network stack does without being asked.

    Attributes:
        name: how models name it.
        os: the system in words, as the truth file says it.
        ttl: initial TTL.
        window: receive window of the SYN.
        options: TCP options of the SYN in order, p0f words: mss, nop, sok, ts, ws.
        scale: window scale, used when ``options`` has ``ws``.
        dhcp: parameter request list (option 55) in order; empty: a fixed address.
        dhcp_class: vendor class (option 60).
        build: Windows build ``major.minor.build`` for NTLM; empty elsewhere.
        user_agent: what its HTTP client calls itself.
    """

    name: str
    os: str = ""
    ttl: int = 64
    window: int = 64240
    options: tuple[str, ...] = ("mss", "sok", "ts", "nop", "ws")
    scale: int = 7
    dhcp: tuple[int, ...] = ()
    dhcp_class: str = ""
    build: str = ""
    user_agent: str = ""


class Station(msgspec.Struct, kw_only=True):
    """An interface.

    Attributes:
        mac: six bytes.
        ip: IPv4 address; may change during the day when a lease does.
        vlan: 802.1Q id under which the mirror port sees its frames; 0 for untagged.
        gateway: MAC of its default router, for peers in other VLANs.
        behind: MAC of the router that delivers its packets, when the sensor sees them only after that router.
        hops: routers between it and the sensor.
    """

    mac: bytes
    ip: str
    stack: Stack
    vlan: int = 0
    gateway: bytes = b""
    behind: bytes = b""
    hops: int = 0
    name: str = ""
    identification: int = 0
    ports: int = 49152

    @property
    def mac_text(self) -> str:
        return self.mac.hex(":")

    @property
    def link_local(self) -> str:
        """The IPv6 link-local address made from the MAC (RFC 4291 appendix A)."""
        eui = bytes((self.mac[0] ^ 2,)) + self.mac[1:3] + b"\xff\xfe" + self.mac[3:]
        return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + eui))

    @property
    def source_mac(self) -> bytes:
        """The MAC that the sensor sees on its packets."""
        return self.behind or self.mac

    def towards(self, peer: Station) -> bytes:
        """Destination MAC of its packets to a peer: the peer's in one VLAN, else a router's."""
        if self.behind:
            return peer.gateway or peer.mac
        if peer.vlan == self.vlan and not peer.behind:
            return peer.mac
        return self.gateway or peer.mac

    def port(self) -> int:
        """The next ephemeral port (RFC 6335 §6)."""
        self.ports = self.ports + 1 if self.ports < 65535 else 49152
        return self.ports

    def next_identification(self) -> int:
        """The next IPv4 identification."""
        self.identification = (self.identification + 1) & 0xFFFF
        return self.identification


def stacks(rows: list[dict[str, object]]) -> Mapping[str, Stack]:
    """Stacks by name, from the rows of ``makes/``."""
    return {stack.name: stack for stack in (msgspec.convert(row, Stack) for row in rows)}
