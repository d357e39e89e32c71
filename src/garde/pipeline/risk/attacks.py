"""Attacks: the ground of this hospital, who stands where on it, and the ways to the patient record.

Question: from the Internet, an office or this device, which ways lead to the record, and what does closing one do?
Reference: issue 6 part 8; capabilities meet here and not in each other (DESIGN §3): the inventory knows kinds,
`garde.risk` knows ways. Without a policy a device stands in the group of its kind, which is coarse and never wrong;
with one it stands in the zone whose network has its address. Left out: the ways themselves (`garde.risk.paths`).

Example:
    >>> pair("medical:information")
    ('medical', 'information')
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from garde.errors import Malformed, Missing
from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.flow import Conversation
from garde.model.zones.zone import Policy
from garde.risk.exposure import MONTH, within
from garde.risk.ground import INTERNET, Host, allowed, both, observed, weakness
from garde.risk.paths import Closing, Effect, Ground, Path, closings, collapse, effect, gathered, paths, without
from garde.risk.vulnerability.score import Facts

#: Kinds that hold the record of patients.
RECORD: Final = ("EHR", "PACS", "RIS", "LIS")
#: Whoever sits at one of these, or hangs beside it, is in the office network.
OFFICE: Final = ("WORKSTATION", "TABLET", "SMARTPHONE")
OFFICE_GROUP: Final = "office"


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """The ways, and what closing does to them.

    Attributes:
        start: ``internet``, ``office`` or the id of a device.
        starts: ids of devices that are held at first; targets: ids of those to reach.
        devices: how many there are; nodes: as how many they were looked at.
        zones: that may be named to close a way between them.
        ways: the likeliest, first.
        closings: conduits on these ways, and what closing each alone would do, the best first.
        close: pairs of zones that are closed, in that direction.
        effect: None where nothing is closed.
        left: the likeliest ways after closing.
    """

    start: str
    starts: tuple[str, ...]
    targets: tuple[str, ...]
    devices: int
    nodes: int
    zones: tuple[str, ...]
    ways: tuple[Path, ...]
    closings: tuple[Closing, ...] = ()
    close: tuple[tuple[str, str], ...] = ()
    effect: Effect | None = None
    left: tuple[Path, ...] = ()


def group_of(device: Device) -> str:
    """Where a device stands while nobody drew zones: the group of its kind."""
    kind = kinds().get(device.kind)
    return kind.group if kind else "unknown"


def zone_in(policy: Policy) -> Callable[[Device], str]:
    """Tells the zone whose narrowest network has an address of a device, and the group of its kind where none has.

    Raises:
        Malformed: a network of a zone is none.
    """
    nets = []
    for one in policy.zones:
        for net in one.networks:
            try:
                nets.append((-ipaddress.ip_network(net).prefixlen, net, one.name))
            except ValueError:
                hint = "Write it as 10.1.0.0/16"
                raise Malformed("policy.network", f"{net!r} is no network", where=one.name, hint=hint) from None
    nets.sort()

    def zone(device: Device) -> str:
        for _, net, name in nets:
            if any(key.kind == "ip" and within(key.value, (net,)) for key in device.keys):
                return name
        return group_of(device)

    return zone


def ground_of(
    devices: Sequence[Device],
    facts: Mapping[str, Facts],
    talks: Sequence[Conversation],
    *,
    networks: Sequence[str],
    policy: Policy | None = None,
) -> Ground:
    """What can be taken from where.

    Args:
        devices: all of them. facts: id → what its vulnerability is made of; a device may be missing.
        talks: conversations; those of the last thirty days of them count.
        networks: the site's own.
        policy: its rules open ways too, besides those that were seen.
    """
    zone = zone_in(policy) if policy else group_of
    hosts = [_host(device, zone(device), facts.get(device.id)) for device in devices]
    latest = max((one.at for one in talks), default=0)
    seen = observed(hosts, (one for one in talks if latest - one.at <= MONTH), networks)
    return both(seen, allowed(hosts, policy, at=latest)) if policy else seen


def attack(
    ground: Ground,
    start: str,
    *,
    close: Sequence[tuple[str, str]] = (),
    to: Iterable[str] = RECORD,
    most: int = 5,
) -> Attack:
    """The ways over a ground.

    Args:
        ground: of single devices.
        start: ``internet``, ``office`` or the id of a device.
        close: pairs of zones, from and to.
        to: kinds that must not be reached.
        most: ways, 1 or more.

    Raises:
        Missing: no device of these kinds is known, or no zone of that name.
    """
    wanted = frozenset(to)
    office = {row.name for row in kinds().values() if row.group == OFFICE_GROUP}.union(OFFICE)
    targets = tuple(sorted(node.id for node in ground.nodes if node.kind in wanted))
    if not targets:
        raise Missing("paths.target", f"No device is known to be of {', '.join(sorted(wanted))}")
    starts: tuple[str, ...] = (start,)
    whole = ground
    if start == "office":
        starts = tuple(sorted(node.id for node in ground.nodes if node.kind in office and node.kind not in wanted))
        whole = gathered(ground, starts, start)
    zones = tuple(sorted({name for edge in ground.edges for name in edge.conduit} - {""}))
    for name in (name for names in close for name in names):
        if name not in zones:
            raise Missing("paths.zone", f"No way leads through a zone {name!r}", hint=f"Zones: {', '.join(zones)}")
    small = collapse(whole, apart=starts)
    ways = paths(small, starts, targets, most)
    left: tuple[Path, ...] = ()
    if close:
        cut = small
        for names in close:
            cut = without(cut, names)
        left = paths(cut, starts, targets, most)
    return Attack(
        start=start,
        starts=starts,
        targets=targets,
        devices=sum(1 for node in ground.nodes if not node.passage and node.id != INTERNET),
        nodes=len(small.nodes),
        zones=zones,
        ways=ways,
        closings=closings(small, starts, targets, ways),
        close=tuple(close),
        effect=effect(ways, left) if close else None,
        left=left,
    )


def pair(text: str) -> tuple[str, str]:
    """Two zones as a person writes them, ``FROM:TO``.

    Raises:
        Malformed: no such pair.
    """
    source, colon, target = text.partition(":")
    if not colon or not source.strip() or not target.strip():
        raise Malformed("paths.close", f"{text!r} is no pair of zones", hint="Write FROM:TO, as medical:information")
    return source.strip(), target.strip()


def as_record(found: Attack) -> dict[str, Any]:
    """The attack in words of JSON."""
    record: dict[str, Any] = {
        "from": found.start,
        "targets": list(found.targets),
        "devices": found.devices,
        "nodes": found.nodes,
        "zones": list(found.zones),
        "paths": [_way(path) for path in found.ways],
        "conduits": [
            {"from": one.conduit[0], "to": one.conduit[1], "vanished": one.vanished, "after": round(one.after, 6)}
            for one in found.closings
        ],
        "close": [list(names) for names in found.close],
    }
    if found.effect:
        record["effect"] = {
            "before": round(found.effect.before, 6),
            "after": round(found.effect.after, 6),
            "vanished": [path.words for path in found.effect.vanished],
            "longer": [
                {"target": one.before.nodes[-1].id, "before": one.before.words, "after": one.after.words}
                for one in found.effect.longer
            ],
            "lost": list(found.effect.lost),
            "paths": [_way(path) for path in found.left],
        }
    return record


def _way(path: Path) -> dict[str, Any]:
    return {
        "chance": round(path.chance, 6),
        "nodes": [
            {"id": node.id, "zone": node.zone, "kind": node.kind, "model": node.model, "devices": len(node.members)}
            for node in path.nodes
        ],
        "steps": [
            {
                "service": step.service, "port": step.port, "chance": step.chance, "conduit": list(step.conduit),
                "basis": step.basis, "because": list(step.because),
            }
            for step in path.steps
        ],
    }  # fmt: skip


def _host(device: Device, zone: str, facts: Facts | None) -> Host:
    return Host(
        id=device.id,
        kind=device.kind,
        maker=device.value("manufacturer"),
        model=device.value("model"),
        zone=zone,
        keys=device.keys,
        chance=weakness(facts) if facts else 0.0,
        seen=frozenset(one.what for one in facts.seen) if facts else frozenset(),
    )
