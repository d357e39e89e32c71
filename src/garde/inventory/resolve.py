"""Resolve: from the set of all evidence to one record per device.

Question: how many devices are there, which addresses and evidence belong to each, and who speaks for whom?
Reference: domain note 01 §1 (identity merge), §10; DESIGN §2 rules 2 and 3. ``resolve`` is a function of the *set* of
evidence and decisions: order, repetition and batching cannot change it. Left out: reading and storing.

The walk: addresses find their owner (`ownership`) → each owner is a `Node` with its lines → nodes join (`joins`, then
people) → each group becomes a Device (`describe`).

Example:
    >>> from garde.inventory.evidence import fold
    >>> from garde.model.observation import observe
    >>> who = (Key("mac", "00:09:fb:01:02:03"), Key("ip", "10.0.0.7"))
    >>> said = observe(sensor="s", at=5, subject=who, attribute="hostname", value="SCOPE-7", source="dhcp", weight=0.9)
    >>> [device] = resolve(fold({}, [said]).values())
    >>> device.id == device_id(who[0]), device.many["hostname"][0].value
    (True, 'SCOPE-7')
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from garde.inventory.decisions import MOST_KEYS, Said
from garde.inventory.describe import describe, device_id
from garde.inventory.evidence import DATA_SET, SERIAL_LINE, SEVERAL, Interface, Line
from garde.inventory.joins import STATION, Join, Node, contradict, joins
from garde.inventory.ownership import Ownership, is_virtual_mac
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.key import Key

__all__ = ["NETWORKS", "device_id", "resolve"]

#: The hospital's own addresses when nothing else is said (RFC 1918, 6598, 3927, 4193, 4291).
NETWORKS: Final = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
)
#: Storage SOP classes (DICOM PS3.4 B.5): who accepts them keeps images of others.
STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
#: Attributes that describe the way of a packet or its address, not the thing behind a router.
OF_THE_WAY: Final = frozenset({"mac", "switch_port"})


def resolve(
    interfaces: Iterable[Interface],
    decisions: Iterable[Decision] = (),
    *,
    networks: Sequence[str] = NETWORKS,
    only: Collection[Key] | None = None,
    now: int = 0,
) -> list[Device]:
    """Every device that the evidence shows, ordered by id.

    Args:
        interfaces: all records, or those of a `garde.inventory.neighbourhood`.
        decisions: what people said; any order.
        networks: addresses outside these, seen only through a router, are peers and not devices.
        only: when given, devices without any of these anchors are left out (they are only partly loaded).
        now: nanoseconds; decisions whose term ended before are no longer in force. 0: none has ended.
    """
    records = {record.id: record for record in interfaces}
    said = Said(decisions, now)
    world = _World(records.values(), said, tuple(networks))
    groups = world.groups()
    words = world.words(groups)
    devices = []
    for number, group in enumerate(groups):
        if only is not None and not any(node.anchor in only for node in group):
            continue
        if world.is_device(group):
            claims, withdrawn = words.get(number, ([], []))
            devices.append(describe(group, world.ownership, said.supports(claims, withdrawn)))
    return sorted(devices, key=lambda device: device.id)


class _World:
    """The nodes of a set of records and how they hang together."""

    def __init__(self, records: Iterable[Interface], said: Said, networks: tuple[str, ...]) -> None:
        self.said = said
        self.networks = networks
        records = sorted(records, key=lambda record: record.id)
        self.ownership = Ownership(records, said.splits())
        self.nodes: dict[Key, Node] = {}
        self._speaks: dict[Key, set[Key]] = {}
        self._forwards: dict[Key, set[Key]] = {}
        for record in records:
            if record.thing is None:
                self._address(record)
        for record in records:
            if record.thing is not None:
                self._thing(record, record.thing)
        for anchor, things in self._speaks.items():
            if anchor in self.nodes:
                self.nodes[anchor].speaks = len(things)

    def _node(self, anchor: Key) -> Node:
        node = self.nodes.get(anchor)
        if node is None:
            node = self.nodes[anchor] = Node(anchor)
        return node

    def _address(self, record: Interface) -> None:
        """Give each line of an address record to whoever held the address at the time of the line."""
        if record.mac and not record.ip:
            if is_virtual_mac(record.mac):
                return
            node = self._node(Key("mac", record.mac))
            node.lines.extend(record.lines)
            node.first, node.last = record.first, record.last
            own = {pair.ip for pair in self.ownership.by_mac.get(record.mac, ()) if pair.own}
            node.behind = len(set(record.behind) - own)
            self._spoken(node.anchor, record)
            return
        pair = self.ownership.pairs.get(record.id)
        if pair is not None and pair.own:
            node = self._node(Key("mac", record.mac))
            node.lines.extend(record.lines)
            node.ips.add(record.ip)
            self._spoken(node.anchor, record)
            return
        self._carried(record)

    def _carried(self, record: Interface) -> None:
        """Evidence of an IP that came through somebody else's MAC, or without one."""
        end = 0
        for line in record.lines:
            end = max(end, line.last)
            if line.attribute in OF_THE_WAY:
                continue
            first, last = self._at(record, line.first), self._at(record, line.last)
            if first == last:
                self._node(last).lines.append(line)
                continue
            early, late = _halves(line)
            self._node(first).lines.append(early)
            self._node(last).lines.append(late)
        anchor = self._at(record, end)
        if is_virtual_mac(record.mac) and anchor.kind == "mac":
            self._node(anchor).virtual.add(record.mac)
        self._spoken(anchor, record)

    def _at(self, record: Interface, at: int) -> Key:
        held = self.ownership.holder(record.ip, at)
        return Key("mac", held.mac) if held else Key("ip", record.ip)

    def _spoken(self, anchor: Key, record: Interface) -> None:
        if record.speaks:
            self._speaks.setdefault(anchor, set()).update(record.speaks)
        if record.forwards:
            self._forwards.setdefault(anchor, set()).update(record.forwards)

    def _thing(self, record: Interface, thing: Key) -> None:
        node = self._node(thing)
        node.lines.extend(record.lines)
        node.also.update(record.also)
        end = max((line.last for line in record.lines), default=0)
        if record.mac or record.ip:
            speaker = self.ownership.anchor(record.mac, record.ip, end)
            if speaker is not None:
                node.carriers.add(speaker)

    # ------------------------------------------------------------------------------------------------ joining
    def groups(self) -> list[list[Node]]:
        """The nodes of each device, in an order that depends on the set only."""
        found = joins(self.nodes)
        partners: dict[Key, set[Key]] = {}
        for join in found:
            partners.setdefault(join.left, set()).add(join.right)
            partners.setdefault(join.right, set()).add(join.left)
        found += self._speakers(partners)
        found.sort()
        chosen = [
            Join(-1, left, right, "person")
            for both in sorted(self.said.merged, key=sorted)
            for left, right in [self._named(both, self.said.merged[both])]
            if left is not None and right is not None
        ]
        forbidden = [
            (left, right)
            for both in sorted(self.said.apart, key=sorted)
            for left, right in [self._named(both, self.said.apart[both])]
            if left is not None and right is not None and left != right
        ]
        union = _Union(self.nodes, forbidden)
        for join in (*chosen, *found):
            union.join(join.left, join.right)
        return [[self.nodes[key] for key in sorted(group)] for group in union.groups()]

    def _named(self, both: frozenset[Key], at: int) -> tuple[Key | None, Key | None]:
        left, right = sorted(both)
        return self.find(left, at), self.find(right, at)

    def find(self, key: Key, at: int) -> Key | None:
        """The anchor of the node that a key named at a time; None when no evidence knows it."""
        if key in self.nodes and key.kind != "ip":
            return key
        if key.kind == "ip":
            anchor = self.ownership.anchor("", key.value, at)
            return anchor if anchor in self.nodes else None
        for anchor in sorted(self.nodes):
            node = self.nodes[anchor]
            if key in node.also or any(f"{key.kind}:{key.value}".casefold() in names for names in node.keys.values()):
                return anchor
        return None

    def _speakers(self, partners: dict[Key, set[Key]]) -> Iterator[Join]:
        """Join what is spoken of with its speaker, where the speaker can only mean itself."""
        for thing, node in self.nodes.items():
            for carrier in sorted(node.carriers):
                if carrier not in self.nodes or partners.get(thing, set()) - {carrier}:
                    continue
                if _data_set_only(node):
                    if self._alone(carrier):
                        yield Join(0, *_ordered(thing, carrier), "data sets")
                elif len(self._speaks.get(carrier, ())) == 1 and not _behind_a_line(node):
                    yield Join(0, *_ordered(thing, carrier), "speaks of one")
            if _data_set_only(node) and thing not in partners:
                match = self._station(node)
                if match is not None:
                    yield Join(2, *_ordered(thing, match), "station")

    def _alone(self, carrier: Key) -> bool:
        """Whether all data sets that a node sends can come from one machine, and it keeps none of others."""
        things = [self.nodes.get(key) for key in sorted(self._forwards.get(carrier, ()))]
        if not things or len(things) >= SEVERAL or _archive(self.nodes[carrier]):
            return False
        known = [node for node in things if node is not None]
        return not any(
            contradict(left, right, ("serial", "manufacturer", "model", "udi"))
            for i, left in enumerate(known)
            for right in known[i + 1 :]
        )

    def _station(self, node: Node) -> Key | None:
        """The one address, not a carrier, that calls itself as the data sets call their station."""
        names = {line.value.casefold() for line in node.lines if line.attribute in STATION}
        found = {anchor for name in names for anchor in self._stations().get(name, ()) if anchor not in node.carriers}
        return found.pop() if len(found) == 1 else None

    def _stations(self) -> dict[str, set[Key]]:
        if not hasattr(self, "_by_station"):
            self._by_station: dict[str, set[Key]] = {}
            for anchor, node in self.nodes.items():
                if anchor.kind in ("mac", "ip"):
                    for line in node.lines:
                        if line.attribute in STATION or line.attribute == "hostname":
                            self._by_station.setdefault(line.value.casefold(), set()).add(anchor)
        return self._by_station

    # ------------------------------------------------------------------------------------------------ devices
    def is_device(self, group: Sequence[Node]) -> bool:
        """Whether a group is a thing of this network: not a mere peer, and not only named by files and archives."""
        for node in group:
            if node.anchor.kind == "mac":
                return True
            if node.anchor.kind == "ip" and node.lines:
                if _inside(node.anchor.value, self.networks):
                    return True
            elif node.anchor.kind != "ip" and not _data_set_only(node) and not _file_only(node):
                return True
        return False

    def words(self, groups: Sequence[Sequence[Node]]) -> dict[int, tuple[list[Decision], list[Decision]]]:
        """Group number → claims and withdrawals about it."""
        where = {node.anchor: number for number, group in enumerate(groups) for node in group}
        out: dict[int, tuple[list[Decision], list[Decision]]] = {}
        for rank, decisions in enumerate((self.said.claims, self.said.withdrawn)):
            for one in decisions:
                anchors = {self.find(key, one.at) for key in one.keys[:MOST_KEYS]}
                for number in {where[anchor] for anchor in anchors if anchor is not None}:
                    out.setdefault(number, ([], []))[rank].append(one)
        return out


class _Union:
    """Groups that grow by joins and never bring together what a person split."""

    def __init__(self, keys: Iterable[Key], forbidden: Sequence[tuple[Key, Key]]) -> None:
        self._group: dict[Key, set[Key]] = {key: {key} for key in keys}
        self._forbidden = forbidden

    def join(self, left: Key, right: Key) -> None:
        a, b = self._group[left], self._group[right]
        if a is b or any((x in a and y in b) or (x in b and y in a) for x, y in self._forbidden):
            return
        if len(a) < len(b):
            a, b = b, a
        a |= b
        for key in b:
            self._group[key] = a

    def groups(self) -> Iterator[set[Key]]:
        seen: set[int] = set()
        for key in sorted(self._group):
            group = self._group[key]
            if id(group) not in seen:
                seen.add(id(group))
                yield group


def _ordered(left: Key, right: Key) -> tuple[Key, Key]:
    return (left, right) if left < right else (right, left)


def _halves(line: Line) -> tuple[Line, Line]:
    """A line whose first and last sighting belong to two holders of a lease."""
    early = msgspec.structs.replace(line, last=line.first, last_id=line.first_id, last_place=line.first_place, days=1)
    late = msgspec.structs.replace(line, first=line.last, first_id=line.last_id, first_place=line.last_place, days=1)
    return early, late


def _data_set_only(node: Node) -> bool:
    return node.anchor.kind not in ("mac", "ip") and all(line.source == DATA_SET for line in node.lines)


def _behind_a_line(node: Node) -> bool:
    return any(line.source == SERIAL_LINE for line in node.lines)


def _file_only(node: Node) -> bool:
    return all(line.source == "gmao" for line in node.lines)


def _archive(node: Node) -> bool:
    return any(line.attribute == "dicom.accepts" and line.value.startswith(STORAGE) for line in node.lines)


@lru_cache(maxsize=1 << 16)
def _inside(ip: str, networks: tuple[str, ...]) -> bool:
    address = ipaddress.ip_address(ip)
    return any(address.version == network.version and address in network for network in _networks(networks))


@lru_cache(maxsize=16)
def _networks(networks: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network, strict=False) for network in networks)
