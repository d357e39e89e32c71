"""Live: a test network of this kernel's own namespaces, with a gateway under nftables in its middle.

Question: when this policy is in force on a real gateway, what gets through and what does not?
Reference: ip-netns and veth of Linux; domain note 04 §8.1 (a routed enforcement point). Each device is a namespace with
its MAC, IPv4 and IPv6 address and one link to the gateway, so that whatever two of them say passes there. Needs root
and the programs named in `NEEDED`. Nothing of the machine's own network is touched, and nothing is left behind, even
when the twin is killed: each namespace lives as long as the process in it, which ends with its input.

Example::

    with Network(STATIONS) as network:
        network.enforce(POLICY, "enforce")
        network.reaches([Call("d-us-1", "d-pacs", "tcp", 104)])
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

import msgspec

from garde.enforcers.gateway import Gateway
from garde.errors import Missing, Unreachable
from garde.model.zones.zone import Conduit, Policy, Rule, Zone, drafted
from garde.twin import peer
from garde.zones.enforce import Plan, plan
from garde.zones.exports.neutral import Host, Objects, resolved

#: Programs of the machine that a network needs.
NEEDED: Final = ("unshare", "nsenter", "ip", "nft", "setsid")


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """A device of the test network.

    Attributes:
        id, zone, kind: as for `garde.zones.exports.neutral.Host`.
        mac: its hardware address; four, six: its IPv4 and IPv6 address.
        ports: what it serves, as ``tcp/104``.
    """

    id: str
    zone: str
    kind: str
    mac: str
    four: str
    six: str
    ports: tuple[str, ...] = ()

    @property
    def host(self) -> Host:
        """The same for a policy's objects."""
        return Host(id=self.id, zone=self.zone, kind=self.kind, macs=(self.mac,), addresses=(self.four, self.six))


class Call(NamedTuple):
    """A connection that is tried; ``six`` over IPv6."""

    source: str
    target: str
    protocol: str
    port: int
    six: bool = False


def _station(number: int, identity: str, zone: str, kind: str, *ports: str) -> Station:
    part = zone[1:]
    return Station(
        id=identity,
        zone=zone,
        kind=kind,
        mac=f"00:09:fb:00:00:{number:02x}",
        four=f"10.{part}.0.{number}",
        six=f"2001:db8:{part}::{number}",
        ports=ports,
    )


#: A small hospital: two wards' devices, the servers they need, and a visitor.
STATIONS: Final = (
    _station(11, "d-mon-1", "Z1", "MON_BED", "udp/24105", "tcp/80"),
    _station(12, "d-mon-2", "Z1", "MON_BED", "udp/24105"),
    _station(21, "d-us-1", "Z2", "US", "tcp/11112", "tcp/22"),
    _station(22, "d-ct-1", "Z2", "CT", "tcp/11112", "tcp/3389"),
    _station(41, "d-gw", "Z4", "GATE", "tcp/2575", "tcp/22"),
    _station(51, "d-pacs", "Z5", "PACS", "tcp/104", "tcp/22"),
    _station(53, "d-dns", "Z5", "DNS", "udp/53", "udp/123"),
    _station(101, "d-guest", "Z10", "PHONE", "tcp/8080"),
)


def _split(port: str) -> tuple[str, int]:
    protocol, _, number = port.partition("/")
    return protocol, int(number)


def _rule(source: str, target: str, port: str, dscp: int | None = None) -> Rule:
    protocol, number = _split(port)
    return Rule(source=source, target=target, protocol=protocol, low=number, high=number, dscp=dscp)


#: What that hospital needs: vital signs to the gateway, images to the archive and back, names and time.
POLICY: Final = drafted(
    "live",
    0,
    [
        Zone(name=name, fr=fr, en=en)
        for name, fr, en in (
            ("Z1", "Vital", "Life support"),
            ("Z2", "Imagerie", "Imaging"),
            ("Z4", "Passerelles", "Gateways"),
            ("Z5", "Système d'information", "Hospital information system"),
            ("Z10", "Invités", "Guests"),
        )
    ],
    [
        Conduit(source="Z1", target="Z4", rules=(_rule("kind:MON_BED", "kind:GATE", "tcp/2575", dscp=46),)),
        Conduit(source="Z1", target="Z5", rules=(_rule("zone:Z1", "kind:DNS", "udp/123"),)),
        Conduit(
            source="Z2",
            target="Z5",
            rules=(
                _rule("zone:Z2", "kind:PACS", "tcp/104", dscp=18),
                _rule("zone:Z2", "kind:DNS", "udp/53"),
                _rule("zone:Z2", "kind:DNS", "udp/123"),
            ),
        ),
        Conduit(source="Z4", target="Z1", rules=(_rule("kind:GATE", "kind:MON_BED", "udp/24105"),)),
        Conduit(source="Z5", target="Z2", rules=(_rule("kind:PACS", "kind:US", "tcp/11112"),)),
        Conduit(source="Z10", target="Z5", rules=(_rule("any", "kind:DNS", "udp/53"),)),
    ],
)


class Network:
    """The devices and their gateway, for as long as the block lasts.

    Args:
        stations: with ids, addresses and MACs of their own.

    Raises:
        Missing: this machine cannot make one, with what it lacks.
    """

    def __init__(self, stations: Sequence[Station] = STATIONS) -> None:
        self._stations = {station.id: station for station in stations}
        self._open = ExitStack()
        self._peers: dict[str, subprocess.Popen[str]] = {}
        self._gateway: Gateway | None = None

    def __enter__(self) -> Network:
        lacks = [name for name in NEEDED if shutil.which(name) is None]
        if lacks or os.geteuid():
            raise Missing("live.needs", f"A test network needs root and {', '.join(lacks) or 'nothing more'}")
        try:
            self._build()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def gateway(self) -> Gateway:
        """The gateway, as an enforcer reaches it.

        Raises:
            Missing: the network is not open.
        """
        if self._gateway is None:
            raise Missing("live.closed", "The network is not open")
        return self._gateway

    def inside(self, name: str) -> tuple[str, ...]:
        """The command that runs another one in a station's namespace, or in that of ``gateway``.

        Raises:
            Missing: there is no such station.
        """
        if name not in self._peers:
            raise Missing("live.station", f"The network has no station {name}")
        return "nsenter", "-t", str(self._peers[name].pid), "-n"

    def objects(self, spared: Iterable[str] = ()) -> Objects:
        """The stations, for `resolved`."""
        return Objects(hosts=tuple(one.host for one in self._stations.values()), spared=tuple(spared))

    def planned(self, policy: Policy, mode: str, *, generation: int, spared: Iterable[str] = ()) -> Plan:
        """The change from what the gateway holds to a policy."""
        ruleset, _ = resolved(policy, self.objects(spared), generation=generation, mode=mode)
        return plan(self.gateway.read(), ruleset)

    def enforce(
        self, policy: Policy, mode: str, *, generation: int = 1, spared: Iterable[str] = ()
    ) -> tuple[Plan, str]:
        """Put a policy in force, confirmed; the plan and the token that undoes it."""
        made = self.planned(policy, mode, generation=generation, spared=spared)
        token = self.gateway.apply(made.apply, made.undo, made.generation, seconds=600)
        self.gateway.confirm(token)
        return made, token

    def calls(self) -> tuple[Call, ...]:
        """From every station to every port of every other, over IPv4 and IPv6."""
        return tuple(
            Call(source, target.id, *_split(port), six)
            for source in self._stations
            for target in self._stations.values()
            for port in target.ports
            for six in (False, True)
            if source != target.id
        )

    def reaches(self, calls: Iterable[Call], patience: float = 1.0) -> dict[Call, bool]:
        """Which of the calls are answered, all tried at once.

        Raises:
            Unreachable: a station's process has ended.
        """
        by_source: dict[str, list[Call]] = defaultdict(list)
        for one in calls:
            by_source[one.source].append(one)
        for source, each in by_source.items():
            told = {"patience": patience, "calls": [self._written(one) for one in each]}
            self._say(source, json.dumps(told))
        found: dict[Call, bool] = {}
        for source, each in by_source.items():
            found |= dict(zip(each, json.loads(self._heard(source)), strict=True))
        return found

    def _written(self, one: Call) -> list[str | int]:
        target = self._stations[one.target]
        return [one.protocol, target.six if one.six else target.four, one.port]

    def _build(self) -> None:
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="garde-live-")))
        self._start("gateway", ())
        for station in self._stations.values():
            self._start(station.id, station.ports)
        for name in self._peers:
            if self._heard(name) != "ready\n":
                raise Missing("live.needs", "This machine lets no network namespace be made")
        inside = self.inside("gateway")
        self._gateway = Gateway(inside, run=str(folder / "run"), kept=str(folder / "kept"))
        forwarding = ("ipv4/ip_forward", "ipv6/conf/all/forwarding")
        lines = ["ip link set lo up", *(f"echo 1 > /proc/sys/net/{name}" for name in forwarding)]
        for number, station in enumerate(self._stations.values()):
            lines += [
                f"ip link add v{number} type veth peer name eth0 netns {self._peers[station.id].pid}",
                f"ip link set v{number} up",
                f"ip addr add 192.0.2.1/32 dev v{number}",
                f"ip addr add fe80::1/64 dev v{number} nodad",
            ]
        self._run(inside, lines)
        back = []
        for number, station in enumerate(self._stations.values()):
            there = [
                "ip link set lo up",
                f"ip link set eth0 address {station.mac} up",
                f"ip addr add {station.four}/32 dev eth0",
                f"ip addr add {station.six}/128 dev eth0 nodad",
                "ip route add 192.0.2.1/32 dev eth0",
                f"ip route add default via 192.0.2.1 dev eth0 src {station.four}",
                "ip -6 route add default via fe80::1 dev eth0",
            ]
            self._run(self.inside(station.id), there)
            back += [
                f"ip route add {station.four}/32 dev v{number}",
                f"ip -6 route add {station.six}/128 dev v{number}",
            ]
        self._run(inside, back)

    def _start(self, name: str, ports: Sequence[str]) -> None:
        # Run as a file, without site packages: it needs none, and eight of them start at once.
        words = ["unshare", "-n", sys.executable, "-I", "-S", peer.__file__, *ports]
        made = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._open.callback(_ended, made)
        self._peers[name] = made

    def _say(self, name: str, line: str) -> None:
        put = self._peers[name].stdin
        try:
            if put is not None:
                put.write(f"{line}\n")
                put.flush()
        except OSError:
            raise Unreachable("live.ended", f"The process of {name} has ended") from None

    def _heard(self, name: str) -> str:
        out = self._peers[name].stdout
        return out.readline() if out is not None else ""

    def _run(self, inside: Sequence[str], lines: Iterable[str]) -> None:
        text = "set -e\n" + "\n".join(lines) + "\n"
        done = subprocess.run([*inside, "sh", "-s"], input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing("live.needs", f"This machine lets no test network be made: {done.stderr.strip()}")


def expected(policy: Policy, stations: Iterable[Station], calls: Iterable[Call]) -> dict[Call, bool]:
    """Which calls a policy permits, told from its rules alone: what a test network is judged by."""
    known = {station.id: station.host for station in stations}
    found = {}
    for one in calls:
        source, target = known[one.source], known[one.target]
        found[one] = any(
            (way.source, way.target) == (source.zone, target.zone)
            and rule.source in source.words
            and rule.target in target.words
            and rule.protocol == one.protocol
            and rule.low <= one.port <= rule.high
            for way in policy.conduits
            for rule in way.rules
        )
    return found


def demonstrated(say: Callable[[str], None], texts: Mapping[str, str]) -> bool:
    """Put the sample policy in force in each mode and tell what got through; whether all was as it should be.

    Args:
        say: takes a line.
        texts: ``{mode}``, ``{passed}``, ``{needed}``, ``{stopped}``, ``{planted}`` are filled into ``line``; ``undone``
            tells that the gateway holds again what it did.
    """
    right = True
    with Network() as network:
        before, wanted = network.gateway.read(), expected(POLICY, STATIONS, network.calls())
        needed = [one for one, passes in wanted.items() if passes]
        planted = [one for one, passes in wanted.items() if not passes]
        tokens = []
        for generation, mode in enumerate(("shadow", "enforce"), 1):
            tokens.append(network.enforce(POLICY, mode, generation=generation)[1])
            found = network.reaches([*needed, *planted])
            passed, stopped = sum(found[one] for one in needed), sum(not found[one] for one in planted)
            say(
                texts["line"].format(
                    mode=mode, passed=passed, needed=len(needed), stopped=stopped, planted=len(planted)
                )
            )
            right = right and passed == len(needed) and stopped == (len(planted) if mode == "enforce" else 0)
        for token in reversed(tokens):
            network.gateway.undo(token)
        right = right and network.gateway.read() == before
        say(texts["undone"])
    return right


def _ended(made: subprocess.Popen[str]) -> None:
    for pipe in (made.stdin, made.stdout):
        if pipe is not None:
            pipe.close()
    try:
        made.wait(5)
    except subprocess.TimeoutExpired:
        made.kill()
        made.wait()
