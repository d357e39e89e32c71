"""Scan: somebody looks for hosts, for services, or for addresses that are taken.

Question: does this address try more doors than any device has a reason to?
Reference: Jung, Paxson, Berger, Balakrishnan: Fast portscan detection using sequential hypothesis testing (2004):
θ0 = .8, θ1 = .2, α = β = .01, alarm at Λ ≥ 99; MITRE ATT&CK T1046, T1018. First contacts only: a client that retries
one dead server is no scanner. Left out: scans slower than the window. Memory: `Window` of 16,384 sources.

Example: twelve hosts of which nobody answers on port 445 within a minute give ``scan.hosts``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import MINUTE, Alarm, Deaf, Detector, Setting, unicast
from garde.detect.window import Window
from garde.wire.flow import Endpoint
from garde.wire.signal import ACCEPTED, REFUSED, SILENT, Happening, Signal

_TCP, _UDP = 6, 17
#: Λ is multiplied by θ1/θ0 after a success and by (1−θ1)/(1−θ0) after a failure; the threshold is (1−β)/α.
_SUCCESS: Final = 0.2 / 0.8
_FAILURE: Final = 0.8 / 0.2
THRESHOLD: Final = 99.0
#: Least number of failed hosts on one port, of ports on one host, of addresses asked for by ARP or echo.
HOSTS: Final = 8
#: Outside, a service that moved leaves many dead addresses; only who tries far more of them looks for somebody.
OUTSIDE: Final = 24
#: Silence is usual in UDP; many silent hosts on one port are not.
DATAGRAMS: Final = 40
PORTS: Final = 15
ASKED: Final = 40
ECHOED: Final = 16
SPAN: Final = 5 * MINUTE
#: Ports that traceroute uses, and ports of groups and discovery, where silence is usual.
_TRACE: Final = range(33434, 33535)
_QUIET: Final = frozenset({53, 67, 68, 123, 137, 138, 161, 162, 514, 1900, 3702, 5353, 5355, 443})


class _Tried:
    """What one source tried."""

    __slots__ = ("failed", "hosts", "likelihood", "packets", "peers")

    def __init__(self) -> None:
        self.likelihood: dict[int, float] = {}
        #: port → hosts that failed; port → hosts met
        self.failed: dict[int, dict[str, int]] = {}
        self.hosts: dict[int, set[str]] = {}
        self.packets: dict[int, list[int]] = {}
        self.peers: dict[int, list[Endpoint]] = {}


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._tried: dict[str, tuple[int, _Tried]] = {}
        self._ports: Window[tuple[int, int, bool]] = Window(SPAN)
        self._asked: Window[tuple[str, int]] = Window(MINUTE)

    # ------------------------------------------------------------ flows
    def happening(self, one: Happening) -> Iterator[Alarm]:
        source, target = one.client, one.server
        if one.protocol not in (_TCP, _UDP) or not source.ip or not unicast(target.ip) or not one.opened:
            return
        if source.port < 1024 and target.port >= 32768:
            # Half of a conversation, seen from the answering side.
            return
        if one.what in (ACCEPTED, REFUSED, SILENT) and source.ip not in self._setting.servers:
            failed = one.what != ACCEPTED
            if one.protocol == _UDP and (target.port in _QUIET or target.port in _TRACE):
                return
            yield from self._host(one, source, target, failed)
            yield from self._port(one, source, target, failed)

    def _host(self, one: Happening, source: Endpoint, target: Endpoint, failed: bool) -> Iterator[Alarm]:
        began, tried = self._tried.pop(source.ip, (one.at, _Tried()))
        if (one.at - began > SPAN and not tried.failed) or one.at - began > 12 * SPAN:
            began, tried = one.at, _Tried()
        if len(self._tried) >= 1 << 14:
            del self._tried[next(iter(self._tried))]
        self._tried[source.ip] = began, tried
        # Ports of UDP are counted apart, behind those of TCP.
        udp = one.protocol == _UDP
        port = target.port + (udp << 16)
        met = tried.hosts.setdefault(port, set())
        if target.ip in met or len(met) > 1 << 12 or len(tried.hosts) > 1 << 10:
            return
        met.add(target.ip)
        tried.likelihood[port] = max(1e-3, tried.likelihood.get(port, 1.0) * (_FAILURE if failed else _SUCCESS))
        if failed:
            tried.failed.setdefault(port, {})[target.ip] = one.packet
        packets, peers = tried.packets.setdefault(port, []), tried.peers.setdefault(port, [])
        if len(packets) < 32:
            packets.append(one.packet)
            peers.append(target)
        lost = tried.failed.get(port, {})
        least = DATAGRAMS if udp else HOSTS if self._setting.inside(target.ip) else OUTSIDE
        if len(lost) >= least and tried.likelihood[port] >= THRESHOLD:
            yield Alarm(
                "scan.hosts",
                source,
                min(95, 70 + len(lost)),
                tuple(tried.peers[port]),
                (f"port: {target.port}", f"hosts: {len(met)}", f"unanswered: {len(lost)}"),
                tuple(sorted(tried.packets[port])),
                f"{'udp' if udp else 'tcp'}/{target.port}",
            )

    def _port(self, one: Happening, source: Endpoint, target: Endpoint, failed: bool) -> Iterator[Alarm]:
        pair = source.ip, target.ip, one.protocol
        self._ports.add(pair, one.at, (target.port, one.packet, failed))
        held = self._ports[pair]
        if len(held) < PORTS:
            return
        ports = {port: bad for _, (port, _, bad) in held}
        lost = sum(ports.values())
        if len(ports) >= PORTS and lost >= 0.6 * len(ports):
            yield Alarm(
                "scan.ports",
                source,
                min(95, 70 + len(ports)),
                (target,),
                (f"ports: {len(ports)}", f"closed: {lost}"),
                tuple(sorted(packet for _, (_, packet, _) in held)),
                target.ip,
            )

    # ------------------------------------------------------------ addresses
    def signal(self, one: Signal) -> Iterator[Alarm]:
        if one.kind == "arp.asks":
            name, target, most, rule = one.text("mac"), one.text("target"), ASKED, "scan.addresses"
            subject = Endpoint(name, one.text("ip"), 0)
            if one.text("ip") == target:
                return
        else:
            name, target, most, rule = one.sender.ip, one.receiver.ip, ECHOED, "scan.echo"
            subject = one.sender
        if subject.ip in self._setting.servers or not unicast(target):
            return
        place = rule, name
        self._asked.add(place, one.at, (target, one.packet))
        held = self._asked[place]
        if len(held) < most:
            return
        targets = dict.fromkeys(address for _, (address, _) in held)
        if len(targets) >= most:
            yield Alarm(
                rule,
                subject,
                80,
                tuple(Endpoint("", address, 0) for address in targets),
                (f"addresses: {len(targets)}", "seconds: 60"),
                tuple(packet for _, (_, packet) in held),
            )


SCAN: Final = Detector(
    name="scan",
    rules=frozenset({"scan.hosts", "scan.ports", "scan.addresses", "scan.echo"}),
    sense=_Sense,
    signals=frozenset({"arp.asks", "icmp.echo"}),
    flows=True,
)
