"""Ownership: whose was this IP address at that time?

Question: a packet showed MAC M and IP X; does X belong to M, or is M only the router that brought it?
Reference: RFC 826 (ARP), RFC 1027 (proxy ARP), RFC 4861 §4.4 (neighbour advertisement), RFC 2131 §2 (leases),
RFC 9568 §7.3 (VRRP virtual MAC), RFC 2281 (HSRP). Every answer depends on the set of records only.
Left out: private networks that two sites number alike; name them as two stores.

Example: a packet of 10.9.1.4 that has crossed two routers when it is seen behind MAC R belongs to 10.9.1.4 itself,
or to the MAC that held 10.9.1.4 at that time, never to R.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from garde.inventory.evidence import ASSERTING, Interface, hops
from garde.model.key import Key

#: A MAC with more addresses that may be its own than this owns none: it is a router whose packets show no distance.
HUB: Final = 256
#: Asserted addresses that come from farther away than the MAC, above which it answers for others (RFC 1027).
PROXY: Final = 2
#: Addresses of one family that are neither asserted nor heard, up to which a MAC without any other owns them.
UNHEARD: Final = {4: 2, 6: 8}
#: First octets of MACs that several routers share: VRRP, HSRP 1 and 2 and for IPv6, GLBP.
VIRTUAL: Final = (
    "00:00:5e:00:01:",
    "00:00:5e:00:02:",
    "00:00:0c:07:ac:",
    "00:00:0c:9f:f",
    "00:05:73:a0:0",
    "00:07:b4:",
)


def is_virtual_mac(mac: str) -> bool:
    """Whether a MAC is one that a group of routers shares.

    >>> is_virtual_mac("00:00:5e:00:01:07"), is_virtual_mac("00:00:5e:00:53:07")
    (True, False)
    """
    return mac.startswith(VIRTUAL)


@lru_cache(maxsize=1 << 16)
def family(ip: str) -> int:
    """4 or 6."""
    return 6 if ":" in ip else 4


def is_link_local(ip: str) -> bool:
    """Whether an address never crosses a router (RFC 4291 §2.5.6, RFC 3927), so that its MAC is its own.

    >>> is_link_local("fe80::1"), is_link_local("169.254.1.1"), is_link_local("10.0.0.1")
    (True, True, False)
    """
    return ip.startswith(("fe8", "fe9", "fea", "feb", "169.254."))


@lru_cache(maxsize=1 << 16)
def interface_mac(ip: str) -> str:
    """The universal MAC inside an IPv6 address formed from one (RFC 4291 appendix A), or the empty string.

    >>> interface_mac("fe80::209:fbff:fe01:203"), interface_mac("10.0.0.1")
    ('00:09:fb:01:02:03', '')
    """
    if ":" not in ip:
        return ""
    raw = ipaddress.IPv6Address(ip.partition("%")[0]).packed[8:]
    if raw[3:5] != b"\xff\xfe" or not raw[0] & 2:
        return ""
    return bytes((raw[0] ^ 2, raw[1], raw[2], raw[5], raw[6], raw[7])).hex(":")


class Pair:
    """A MAC and an IP that were seen together.

    Attributes:
        first, last: when, nanoseconds.
        asserted: the station said so itself (ARP, ND) or was granted it (DHCP).
        away: fewest routers between sender and sensor; None when no packet told.
        passed: some of its packets had crossed a router.
    """

    __slots__ = ("asserted", "away", "first", "ip", "last", "mac", "own", "passed", "record")

    def __init__(self, record: Interface) -> None:
        self.record = record
        self.mac, self.ip = record.mac, record.ip
        self.first, self.last = record.first, record.last
        self.asserted = False
        self.away: int | None = None
        self.own = self.passed = False
        for line in record.lines:
            if line.attribute == "ip":
                self.asserted = self.asserted or (line.source in ASSERTING and line.value == record.ip)
            elif line.attribute == "ttl":
                distance = hops(line.value)
                self.passed = self.passed or bool(distance)
                if distance is not None and (self.away is None or distance < self.away):
                    self.away = distance

    @property
    def far(self) -> bool:
        """Certainly from beyond the MAC: heard, always from a distance, and never asserted."""
        return not self.asserted and bool(self.away) and not is_link_local(self.ip)

    def overlaps(self, other: Pair) -> bool:
        return self.first <= other.last and other.first <= self.last


class Ownership:
    """Who held which IP, from a set of records.

    Args:
        records: every record that shares a MAC or an IP with those asked about.
        apart: pairs ``(mac, ip)`` that a person has split.
    """

    def __init__(self, records: Iterable[Interface], apart: Iterable[tuple[str, str]] = ()) -> None:
        self.by_mac: dict[str, list[Pair]] = {}
        self.by_ip: dict[str, list[Pair]] = {}
        self._routers: set[str] = set()
        self.pairs: dict[str, Pair] = {}
        for record in records:
            if record.thing is not None:
                continue
            if record.mac and record.ip:
                pair = self.pairs[record.id] = Pair(record)
                self.by_mac.setdefault(pair.mac, []).append(pair)
                self.by_ip.setdefault(pair.ip, []).append(pair)
            elif record.mac and record.behind:
                self._routers.add(record.mac)
        self._apart = frozenset(apart)
        for mac, pairs in self.by_mac.items():
            self._own(mac, pairs)
        for pairs in self.by_ip.values():
            self._contest(pairs)
        for mac, pairs in self.by_mac.items():
            self._unheard(mac, pairs)

    def _own(self, mac: str, pairs: list[Pair]) -> None:
        """Mark what a MAC owns by its own word or by distance."""
        near = [pair for pair in pairs if not pair.far]
        if len(near) > HUB or is_virtual_mac(mac):
            return
        named = {family(pair.ip) for pair in near if pair.asserted}
        proxied = sum(1 for pair in near if pair.asserted and pair.away and family(pair.ip) == 4) > PROXY
        for pair in near:
            if (mac, pair.ip) in self._apart:
                continue
            if is_link_local(pair.ip):
                pair.own = True
            elif pair.asserted:
                pair.own = not (proxied and pair.away)
            else:
                # A MAC that names its own address merely brings one that also comes from farther away.
                pair.own = pair.away == 0 and not (pair.passed and family(pair.ip) in named)

    def _contest(self, pairs: list[Pair]) -> None:
        """What another MAC asserts at that time is not the address of one that merely carries it and has its own."""
        for pair in pairs:
            if pair.own and not pair.asserted:
                others = [rival for rival in pairs if rival is not pair and rival.own and rival.asserted]
                mine = any(o.asserted and o.own and family(o.ip) == family(pair.ip) for o in self.by_mac[pair.mac])
                if mine and any(rival.overlaps(pair) for rival in others):
                    pair.own = False

    def _unheard(self, mac: str, pairs: list[Pair]) -> None:
        """Addresses that were only spoken to: the MAC's own when it has no other and carries for nobody."""
        if mac in self._routers or is_virtual_mac(mac):
            return
        for version, most in UNHEARD.items():
            kin = [pair for pair in pairs if family(pair.ip) == version]
            unheard = [pair for pair in kin if not pair.asserted and pair.away is None]
            # By its own evidence alone: what other MACs assert must not reach further than one address.
            if len(unheard) > most or any(pair.asserted or pair.away == 0 for pair in kin):
                continue
            for pair in unheard:
                taken = any(rival.own and rival.asserted for rival in self.by_ip[pair.ip])
                pair.own = not taken and (mac, pair.ip) not in self._apart

    def holders(self, ip: str) -> Sequence[Pair]:
        """The pairs whose MAC held this IP as its own, at any time."""
        return [pair for pair in self.by_ip.get(ip, ()) if pair.own]

    def holder(self, ip: str, at: int) -> Pair | None:
        """Who held an IP at a time: the narrowest interval around it, else the latest before, else the first after."""
        held = self.holders(ip)
        if len(held) < 2:
            return held[0] if held else None
        around = [pair for pair in held if pair.first <= at <= pair.last]
        if around:
            return min(around, key=lambda pair: (pair.last - pair.first, not pair.asserted, pair.mac))
        before = [pair for pair in held if pair.last < at]
        if before:
            return max(before, key=lambda pair: (pair.last, pair.asserted, pair.mac))
        return min(held, key=lambda pair: (pair.first, not pair.asserted, pair.mac))

    def anchor(self, mac: str, ip: str, at: int) -> Key | None:
        """The key under which evidence about this MAC and IP at this time is kept; None for a shared address."""
        if mac and not ip:
            return None if is_virtual_mac(mac) else Key("mac", mac)
        if mac:
            pair = self.pairs.get(f"mac:{mac}|ip:{ip}")
            if pair is not None and pair.own:
                return Key("mac", mac)
        held = self.holder(ip, at)
        return Key("mac", held.mac) if held else Key("ip", ip)
