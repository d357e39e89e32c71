"""Spoofing on the segment: another's address, another's name, or leases that are not one's own to give.

Question: does somebody put themselves between devices and whom they look for?
Reference: RFC 826 (anybody may answer), RFC 2131, RFC 4795, RFC 1002; MITRE ATT&CK T1557 and its parts .001 (names),
.002 (ARP), .003 (DHCP), ICS T0830; domain note 09 §3. Addresses shared by design (RFC 5798 VRRP, HSRP, GLBP, CARP) are
left out by their MAC. Memory: 16,384 addresses, servers and answering hosts.

Example: an address of 00:00:5e:00:53:01 that 00:00:5e:00:53:66 answers for a minute later gives ``spoof.arp``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import HOUR, MINUTE, Alarm, Deaf, Detector, Setting
from garde.detect.window import Window
from garde.model.key import is_local_mac
from garde.wire.flow import Endpoint
from garde.wire.signal import Signal

#: How long an address is held by who last said so.
HELD: Final = 10 * MINUTE
#: Names one host answers for by LLMNR or NetBIOS before it is one too many; a host has few names of its own.
NAMES: Final = 4
#: Stations that ask for a lease within a minute.
STATIONS: Final = 60
#: Share of them with a locally administered address: chance gives a half.
MADE_UP: Final = 0.35
_SHARED: Final = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:07:b4:00:")
_MOST: Final = 1 << 14


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        #: address → who said it is theirs, when, and in which packet
        self._holders: dict[str, tuple[str, int, int]] = {}
        self._own: dict[str, set[str]] = {}
        self._servers: dict[str, tuple[int, str, str, Endpoint, int]] = {}
        self._answers: Window[tuple[str, int, bool]] = Window(HOUR)
        self._stations: Window[tuple[str, int, bool]] = Window(MINUTE)

    def signal(self, one: Signal) -> Iterator[Alarm]:
        if one.kind.startswith("arp."):
            yield from self._arp(one)
        elif one.kind == "dhcp.offer":
            yield from self._lease(one)
        elif one.kind == "dhcp.ask":
            yield from self._starved(one)
        else:
            yield from self._named(one)

    def _arp(self, one: Signal) -> Iterator[Alarm]:
        mac, ip = one.text("mac"), one.text("ip")
        if mac.startswith(_SHARED):
            return
        before = self._holders.pop(ip, None)
        if len(self._holders) >= _MOST:
            del self._holders[next(iter(self._holders))]
        self._holders[ip] = mac, one.at, one.packet
        mine = self._own.setdefault(mac, set())
        if len(self._own) >= _MOST:
            del self._own[next(iter(self._own))]
        fresh = ip not in mine
        if len(mine) < 64:
            mine.add(ip)
        if before is None or before[0] == mac or one.at - before[1] > HELD or not fresh:
            return
        others = mine - {ip}
        # A host that moved announces itself; one that already has an address and answers for another's does not.
        if one.number("reply") or others:
            own = next(iter(sorted(others)), "")
            yield Alarm(
                "spoof.arp",
                Endpoint(mac, own, 0) if own else Endpoint(mac, "", 0),
                85 if others else 65,
                (Endpoint(before[0], "", 0), Endpoint("", ip, 0)),
                (f"address: {ip}", f"was: {before[0]}", f"claimed by: {mac}"),
                (one.packet, before[2]),
                ip,
            )

    def _lease(self, one: Signal) -> Iterator[Alarm]:
        name = one.text("server") or one.sender.ip
        known = self._servers
        if name in self._setting.servers or one.number("relay") or not name:
            return
        if len(known) >= 256:
            del known[next(iter(known))]
        if name in known:
            return
        known[name] = one.at, one.text("router"), one.text("dns"), one.sender, one.packet
        # Two servers that share their work give the same router and names; a rogue one leads elsewhere.
        for other, (at, router, names, end, packet) in list(known.items())[:-1]:
            if one.at - at < 24 * HOUR and (router, names) != (one.text("router"), one.text("dns")):
                yield Alarm(
                    "spoof.dhcp",
                    Endpoint(one.sender.mac, name, 0),
                    75 if other not in self._setting.servers else 95,
                    (Endpoint(end.mac, other, 0),),
                    (f"server: {name}", f"router: {one.text('router')}", f"known server: {other}"),
                    (one.packet, packet),
                    name,
                )
                return

    def _starved(self, one: Signal) -> Iterator[Alarm]:
        place = one.text("kind")
        if place not in ("discover", "request"):
            return
        other = one.sender.mac not in ("", one.text("station"))
        self._stations.add("lease", one.at, (one.text("station"), one.packet, other))
        held = self._stations["lease"]
        if len(held) < STATIONS:
            return
        stations = {station for _, (station, _, _) in held}
        # A ward that starts after a power cut asks at once too, each station for itself and with its maker's address;
        # those of a flood are made up, so every second one has the bit of addresses that no maker gave.
        local = sum(is_local_mac(station) for station in stations)
        foreign = sum(what[2] for _, what in held)
        if len(stations) >= STATIONS and (local >= MADE_UP * len(stations) or foreign >= len(held) / 2):
            server = next((end for _, _, _, end, _ in reversed(self._servers.values())), None)
            self._stations.drop("lease")
            yield Alarm(
                "flood.dhcp",
                server or Endpoint(one.sender.mac, "", 0),
                80,
                (Endpoint(one.sender.mac, "", 0),),
                (f"stations: {len(stations)}", "seconds: 60", f"made up: at least {max(local, foreign)}"),
                tuple(packet for _, (_, packet, _) in held),
            )

    def _named(self, one: Signal) -> Iterator[Alarm]:
        by, who = one.text("by"), one.sender
        if who.ip in self._setting.servers:
            return
        place = by, who.ip
        self._answers.add(place, one.at, (one.text("name"), one.packet, bool(one.number("wpad"))))
        held = self._answers[place]
        names = {name for _, (name, _, _) in held}
        proxy = any(wpad for _, (_, _, wpad) in held)
        if len(names) >= NAMES or (proxy and len(names) >= 1):
            yield Alarm(
                "spoof.names",
                who,
                90 if proxy else 75,
                tuple({one.receiver.ip: one.receiver}.values()),
                (f"protocol: {by}", f"names: {len(names)}", f"proxy name: {'yes' if proxy else 'no'}"),
                tuple(packet for _, (_, packet, _) in held),
                by,
            )


SPOOF: Final = Detector(
    name="spoof",
    rules=frozenset({"spoof.arp", "spoof.dhcp", "spoof.names", "flood.dhcp"}),
    sense=_Sense,
    signals=frozenset({"arp.says", "arp.asks", "dhcp.offer", "dhcp.ask", "name.answer"}),
)
