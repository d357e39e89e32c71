"""Joins: which interfaces are one device?

Question: two addresses show the same serial number, certificate or host name; are they one thing?
Reference: domain note 01 §1 rule 3 and §9 (EUI-64), domain note 02 §4 (UDI); RFC 8415 §11 (DUID), RFC 3411 §5
(snmpEngineID), OASIS WS-Discovery 1.1 §2.6 (endpoint reference), IEEE guidelines for EUI-64.
Left out: the addresses themselves (`garde.inventory.ownership`) and people's decisions (`garde.inventory.resolve`).

A rule says which attribute makes the key, how many interfaces may share it before it is a factory default, and
whether it may join addresses that name a maker, or only randomised ones, which name nobody.

Example:
    >>> token("serial", "SN-0042 "), token("serial", "0000"), token("hostname", "localhost")
    ('serial:sn-0042', '', '')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from garde.inventory.evidence import Interface, Line, eui64_mac
from garde.inventory.makers import canonical
from garde.inventory.ownership import Pair, interface_mac
from garde.model.key import Key, is_local_mac

#: Interfaces of one device that a serial number may join; above, it is a default that the maker never changed.
MANY: Final = 8
#: Ports of one chassis, each of which may announce itself from a MAC of its own (IEEE 802.1AB §6.2).
PORTS: Final = 512


class Rule(NamedTuple):
    """One attribute whose value may join interfaces.

    Attributes:
        attribute: where the value stands.
        most: interfaces that may share it; above, nobody is joined.
        strength: joins are made from the strongest (0) on.
        weak_only: joins only where all but one of the addresses are randomised or mere IPs.
        agree: the maker or the model must be known on both sides and agree.
    """

    attribute: str
    most: int
    strength: int
    weak_only: bool = False
    agree: bool = False


RULES: Final = (
    Rule("udi", MANY, 1),
    Rule("serial", MANY, 1, agree=True),
    Rule("wsd.endpoint", MANY, 1),
    Rule("smb.guid", 4, 2),
    Rule("snmp.engine_id", MANY, 2),
    Rule("certificate.fingerprint", 4, 2),
    Rule("ssh.host_key", 4, 2),
    Rule("dhcpv6.duid", 4, 3),
    Rule("dhcp.client_id", MANY, 3, weak_only=True),
    Rule("lldp.chassis", PORTS, 1),
    Rule("hostname", MANY, 4, weak_only=True),
    Rule("hostname", 2, 4),
)
BY_ATTRIBUTE: Final = {rule.attribute for rule in RULES}
#: Names by which DICOM knows a station.
STATION: Final = frozenset({"dicom.ae", "dicom.station_name"})
#: Statements that, when two interfaces disagree on them, forbid that a mere name joins them.
TELLING: Final = ("serial", "udi", "manufacturer", "model", "os", "smb.guid", "certificate.fingerprint", "wsd.endpoint")

_GENERIC_NAME: Final = re.compile(
    r"(localhost|android|iphone|ipad|galaxy[-_ a-z0-9]*|pixel[-_ a-z0-9]*|redmi[-_ a-z0-9]*|oneplus[-_ a-z0-9]*|"
    r"sm-[a-z]\d+[a-z]*|unknown|none|null|default|admin|host|client|server|printer|camera|router|gateway|raspberrypi|"
    r"debian|ubuntu|linux|openwrt|espressif|esp|esp32|wlan0|eth0|pump|monitor|workstation|desktop|laptop|pc)"
    r"[-_.]?\d{0,2}$"
)
_GENERIC_SERIAL: Final = re.compile(
    r"(0+|1+|x+|f+|-+|n/?a|none|null|unknown|default|serial|0?1234(5(6(7(8(90?)?)?)?)?)?|to be filled.*)$"
)


@lru_cache(maxsize=1 << 16)
def token(attribute: str, value: str) -> str:
    """The text under which equal values of a joining attribute meet; empty where the value names nobody."""
    value = value.strip().casefold()
    if attribute == "hostname":
        value = value.rstrip(".").partition(".")[0]
        if len(value) < 4 or _GENERIC_NAME.match(value) or not any(c.isdigit() or c in "-_" for c in value):
            return ""
    elif len(value) < 4 or _GENERIC_SERIAL.match(value) or not _SHAPED.get(attribute, bool)(value):
        return ""
    return f"{attribute}:{value}"


def _has_serial(udi: str) -> bool:
    """A UDI names one device only with its production serial (GS1 AI 21, HIBCC /S or $+, ICCBBA =,)."""
    return any(sign in udi for sign in ("(21)", "\x1d21", "/s", "$+", "=,")) or bool(
        re.match(r"(01\d{14}|\(01\)).*21", udi)
    )


_MAC: Final = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
#: What a value must be to name one thing, beyond not being a default.
_SHAPED: Final[dict[str, Callable[[str], bool]]] = {
    "udi": _has_serial,
    "wsd.endpoint": lambda value: "uuid:" in value,
    "snmp.engine_id": lambda value: len(value) >= 12,
    "lldp.chassis": lambda value: _MAC.fullmatch(value) is not None,
}


def found_by(record: Interface) -> set[str]:
    """Every text under which a record must be found again: the store's index of it."""
    names = {token(line.attribute, line.value) for line in record.lines if line.attribute in BY_ATTRIBUTE}
    names.update(_stations(record))
    if record.thing is not None:
        names.add(str(record.thing))
        names.add(f"speaker:{'|'.join(part for part in (record.mac, record.ip) if part)}")
        for key in (record.thing, *record.also):
            names.update(_thing_names(key))
    elif record.mac and not _far(record):
        names.add(f"mac:{record.mac}")
    if record.thing is None and record.ip:
        names.add(f"ip:{record.ip}")
        if embedded := interface_mac(record.ip):
            names.add(f"mac:{embedded}")
    names.update(f"mac:{mac}" for mac in _told(record.lines))
    return names - {""}


def meets(record: Interface) -> set[str]:
    """Texts by which a record may meet others that are the same device: follow them to find all of it."""
    names = {token(line.attribute, line.value) for line in record.lines if line.attribute in BY_ATTRIBUTE}
    names.update(f"mac:{mac}" for mac in _told(record.lines))
    names.update(_stations(record))
    keys = (*record.speaks, *record.forwards, *record.also)
    if record.thing is not None:
        keys = (record.thing, *record.also)
    for key in keys:
        names.update(_thing_names(key))
    names.update(str(key) for key in (*record.speaks, *record.forwards))
    return names - {""}


def _told(lines: Iterable[Line]) -> set[str]:
    """The MACs that an interface says are its device's: inside its EUI-64, and as the chassis of its port."""
    told = {eui64_mac(line.value) for line in lines if line.attribute == "eui64"}
    told.update(line.value for line in lines if line.attribute == "lldp.chassis" and _MAC.fullmatch(line.value))
    return told - {""}


def _stations(record: Interface) -> Iterator[str]:
    """By these texts a data set meets the machine that made it."""
    for line in record.lines:
        if line.attribute in STATION or (line.attribute == "hostname" and record.thing is None):
            yield f"station:{line.value.casefold()}"


def _thing_names(key: Key) -> Iterator[str]:
    if key.kind == "eui64":
        yield f"mac:{eui64_mac(key.value)}" if eui64_mac(key.value) else ""
    elif key.kind == "serial":
        yield token("serial", key.value.rpartition("|")[2])
    elif key.kind in ("udi", "hostname"):
        yield token(key.kind, key.value)


def _far(record: Interface) -> bool:
    return bool(record.ip) and Pair(record).far


class Node:
    """One address, or one thing spoken of, with the lines that are about it.

    Attributes:
        anchor: the key that is its alone.
        lines: what was said of it.
        keys: tokens by which it may be joined, by attribute.
        said: values of the ``TELLING`` attributes, normalised.
        carriers: anchors of who spoke of it, for a thing.
        behind, speaks: how many addresses lie behind it, and of how many things it speaks for; up to `SEVERAL`.
    """

    __slots__ = (
        "_keys",
        "_said",
        "also",
        "anchor",
        "behind",
        "carriers",
        "first",
        "ips",
        "last",
        "lines",
        "speaks",
        "virtual",
    )

    def __init__(self, anchor: Key) -> None:
        self.anchor = anchor
        self.lines: list[Line] = []
        self.ips: set[str] = set()
        self.virtual: set[str] = set()
        self.also: set[Key] = set()
        self.carriers: set[Key] = set()
        self.first = self.last = 0
        self.behind = self.speaks = 0
        self._keys: dict[str, set[str]] | None = None
        self._said: dict[str, set[str]] | None = None

    @property
    def weak(self) -> bool:
        """Whether its address names nobody for long: a randomised MAC or an IP."""
        return self.anchor.kind == "ip" or (self.anchor.kind == "mac" and is_local_mac(self.anchor.value))

    @property
    def keys(self) -> dict[str, set[str]]:
        if self._keys is None:
            self._keys = {}
            for line in self.lines:
                if line.attribute in BY_ATTRIBUTE and (name := token(line.attribute, line.value)):
                    self._keys.setdefault(line.attribute, set()).add(name)
            for key in (self.anchor, *self.also):
                for name in _thing_names(key):
                    if name and not name.startswith("mac:"):
                        self._keys.setdefault(name.partition(":")[0], set()).add(name)
        return self._keys

    @property
    def said(self) -> dict[str, set[str]]:
        if self._said is None:
            self._said = {}
            for line in self.lines:
                if line.attribute in TELLING and line.weight >= _BELIEVED:
                    self._said.setdefault(line.attribute, set()).add(normal(line.attribute, line.value))
            for key in (self.anchor, *self.also):
                if key.kind == "serial" and key.value.count("|") == 2:
                    maker, model, serial = key.value.split("|")
                    for attribute, value in (("manufacturer", maker), ("model", model), ("serial", serial)):
                        if value:
                            self._said.setdefault(attribute, set()).add(normal(attribute, value))
        return self._said

    def span(self) -> tuple[int, int]:
        """First and last sighting."""
        if self.last:
            return self.first, self.last
        first = min((line.first for line in self.lines), default=0)
        return first, max((line.last for line in self.lines), default=0)


#: A statement below this weight is a guess and forbids nothing.
_BELIEVED: Final = 0.5


@lru_cache(maxsize=1 << 16)
def normal(attribute: str, value: str) -> str:
    """A value as it is compared: makers by their canonical name, models without case and punctuation."""
    if attribute == "manufacturer":
        return canonical(value)
    return re.sub(r"[^0-9a-z]+", "", value.casefold())


def contradict(left: Node, right: Node, attributes: Iterable[str] = TELLING) -> bool:
    """Whether both sides state one of the attributes and no value of one fits a value of the other."""
    for attribute in attributes:
        mine, theirs = left.said.get(attribute), right.said.get(attribute)
        if mine and theirs and not any(_fits(a, b) for a in mine for b in theirs):
            return True
    return False


def agree(left: Node, right: Node, attributes: Iterable[str] = ("manufacturer", "model")) -> bool:
    """Whether both sides state one of the attributes and fit."""
    return any(
        _fits(a, b)
        for attribute in attributes
        for a in left.said.get(attribute, ())
        for b in right.said.get(attribute, ())
    )


def _fits(left: str, right: str) -> bool:
    return left.startswith(right) or right.startswith(left)


class Join(NamedTuple):
    """A reason to hold two nodes for one device; sorted, the strongest comes first."""

    strength: int
    left: Key
    right: Key
    reason: str


def joins(nodes: dict[Key, Node]) -> list[Join]:
    """Every join that the nodes' own values justify, strongest first, in an order that depends on the values only."""
    found: set[Join] = set()
    for rule in RULES:
        groups: dict[str, list[Node]] = {}
        for node in nodes.values():
            for name in node.keys.get(rule.attribute, ()):
                groups.setdefault(name, []).append(node)
        for name, group in groups.items():
            if 2 <= len(group) <= rule.most:
                group.sort(key=lambda node: node.anchor)
                found.update(_pairs(rule, name, group))
    for node in nodes.values():
        found.update(_embedded(node, nodes))
    found.update(_numbered(nodes))
    return sorted(found)


def _numbered(nodes: dict[Key, Node]) -> Iterator[Join]:
    """Interfaces of one host name whose MACs are numbered in a row, as a maker numbers the ports of a chassis."""
    rows: dict[tuple[str, str], list[tuple[int, Node]]] = {}
    for node in nodes.values():
        if node.anchor.kind == "mac" and not node.weak:
            number = int(node.anchor.value.replace(":", ""), 16)
            for name in node.keys.get("hostname", ()):
                rows.setdefault((name, node.anchor.value[:8]), []).append((number, node))
    for (name, _), row in rows.items():
        row.sort(key=lambda pair: pair[0])
        for (low, left), (high, right) in pairwise(row):
            if high - low <= PORTS and _alike(left, right):
                yield Join(4, left.anchor, right.anchor, f"{name} in a row")


def _pairs(rule: Rule, name: str, group: list[Node]) -> Iterator[Join]:
    if rule.weak_only and sum(not node.weak for node in group) > 1:
        return
    allowed: Callable[[Node, Node], bool] = _fitting if rule.strength <= 2 else _alike
    for i, left in enumerate(group):
        for right in group[i + 1 :]:
            if rule.agree and not agree(left, right):
                continue
            if allowed(left, right):
                yield Join(rule.strength, left.anchor, right.anchor, name)


def _fitting(left: Node, right: Node) -> bool:
    return not contradict(left, right, ("serial", "manufacturer"))


def _alike(left: Node, right: Node) -> bool:
    """For names: nothing contradicts, and two passing addresses were not in use at the same time."""
    if contradict(left, right):
        return False
    if left.weak and right.weak:
        (a, b), (c, d) = left.span(), right.span()
        return b < c or d < a
    return True


def _embedded(node: Node, nodes: dict[Key, Node]) -> Iterator[Join]:
    """The MAC inside an EUI-64 or an IPv6 address, or of the chassis of a port, when that MAC is known."""
    macs: set[str] = set()
    if node.anchor.kind == "ip":
        macs.add(interface_mac(node.anchor.value))
    for key in (node.anchor, *node.also):
        if key.kind == "eui64":
            macs.add(eui64_mac(key.value))
    # A gateway repeats the identifiers of many.
    said = _told(node.lines)
    if len(said) == 1:
        macs.update(said)
    for mac in macs - {""}:
        other = Key("mac", mac)
        if other in nodes and other != node.anchor:
            left, right = sorted((node.anchor, other))
            yield Join(0, left, right, f"mac:{mac}")
