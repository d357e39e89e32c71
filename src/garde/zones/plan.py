"""Plan: the zones of a hospital, who belongs in each, and between which of them traffic may be proposed at all.

Question: in which zone does this device belong, by which rule of the plan, and may these two zones talk?
Reference: IEC 62443-3-2 ZCR 3.1 to 3.6 (zones), IEC 62443-3-3 (SL-T); domain note 04 §3; plan.toml. A site's own file
loads through the same reader. A person's word stands above the plan; the networks of a closed zone above what a device
seems to be. Left out: where a device is let in, which is decided in `garde.zones.place`.

Example:
    >>> plan = packaged()
    >>> plan.zone_of("VENT_ICU", "RP0", "medical").zone, plan.zone_of("CT", "RP2", "medical").rule
    ('Z1', 'kind')
    >>> plan.allows("Z2", "Z5", "tcp", 104), plan.allows("Z1", "OUT", "tcp", 443)
    (True, False)
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from garde.errors import Malformed, Missing
from garde.model.rows import read
from garde.model.zones.zone import Zone

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Zone that stands for every zone in a row ``[[conduit]]``.
EVERY: Final = "*"
#: Rules by which a device gets its zone, strongest first.
RULES: Final = ("person", "closed", "kind", "response", "group", "network", "unknown")
_SERVICE = re.compile(r"(tcp|udp)/(\d{1,5})|icmp|\d{1,3}")
_WORDS: Final = {
    "person": ("une personne l'a placé ici", "a person put it here"),
    "closed": ("son adresse est dans un réseau de cette zone", "its address is in a network of this zone"),
    "kind": ("le plan nomme son type ({})", "the plan names its kind ({})"),
    "response": ("sa politique de réponse est {}", "its response policy is {}"),
    "group": ("il est du groupe {}", "it is of the group {}"),
    "network": (
        "son type est inconnu; son adresse est dans un réseau de cette zone",
        "its kind is unknown; its address is in a network of this zone",
    ),
    "unknown": ("rien ne dit ce que c'est", "nothing tells what it is"),
}


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row ``[[zone]]``.

    Attributes:
        name: short and stable, such as ``Z1``.
        code: one word for tables.
        fr, en: what people call it.
        members_fr, members_en: who belongs in it, in words.
        level: target security level, 1 to 4.
        vlan, networks, owner: as in `Zone`.
        kinds, groups, responses: who belongs in it; see the head of plan.toml.
        closed: its networks decide before the kind does.
        onboarding: takes what nobody knows.
        outside: everything beyond the site's networks.
    """

    name: str
    code: str = ""
    fr: str
    en: str
    members_fr: str = ""
    members_en: str = ""
    level: int = 1
    vlan: int = 0
    networks: tuple[str, ...] = ()
    owner: str = ""
    kinds: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    closed: bool = False
    onboarding: bool = False
    outside: bool = False

    @property
    def zone(self) -> Zone:
        """The zone as policies carry it."""
        return Zone(
            name=self.name, fr=self.fr, en=self.en, level=self.level, vlan=self.vlan, networks=self.networks,
            owner=self.owner,
        )  # fmt: skip


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row ``[[conduit]]``: two zones that may talk.

    Attributes:
        source, target: names of zones, or ``*``.
        services: ``tcp/104``, ``udp/53``, ``icmp`` or a protocol number; none means whatever is learnt.
        fr, en: what for, in words.
    """

    source: str
    target: str
    services: tuple[str, ...] = ()
    fr: str
    en: str


class Placed(NamedTuple):
    """Where a device belongs: the zone, the word of ``RULES`` that decided, and a sentence in both languages."""

    zone: str
    rule: str
    fr: str
    en: str


class Plan:
    """Zones and ways between them, well formed.

    Args:
        areas: rows ``[[zone]]``.
        ways: rows ``[[conduit]]``.
        site: the site's own networks, as CIDR; what is beyond is the zone ``outside``.
    """

    def __init__(self, areas: Sequence[Area], ways: Sequence[Way], site: Iterable[str] = ()) -> None:
        self.areas = {area.name: area for area in areas}
        self.ways = tuple(ways)
        self.onboarding = next(area.name for area in areas if area.onboarding)
        self.outside = next(area.name for area in areas if area.outside)
        self._site = [ipaddress.ip_network(network) for network in site]
        ranges = [(ipaddress.ip_network(text, strict=False), area) for area in areas for text in area.networks]
        self._ranges = sorted(ranges, key=lambda pair: -pair[0].prefixlen)
        self._kinds = {kind: area.name for area in areas for kind in area.kinds}
        self._responses = {
            (response, group): area.name for area in areas for response in area.responses
            for group in area.groups or (EVERY,)
        }  # fmt: skip
        self._groups = {group: area.name for area in areas if not area.responses for group in area.groups}
        self._open: dict[tuple[str, str], list[Way]] = {}
        for way in ways:
            self._open.setdefault((way.source, way.target), []).append(way)

    @cached_property
    def zones(self) -> tuple[Zone, ...]:
        """The zones as policies carry them; an enforcement point must be told in addresses what is outside."""
        beyond = tuple(_beyond(self._site)) if self._site else ()
        return tuple(
            msgspec.structs.replace(area.zone, networks=beyond) if area.outside and not area.networks else area.zone
            for area in self.areas.values()
        )

    def within(self, site: Iterable[str]) -> Plan:
        """The same plan for a site with these networks."""
        return Plan(tuple(self.areas.values()), self.ways, site)

    def zone_of(
        self, kind: str, response: str = "", group: str = "", addresses: Iterable[str] = (), person: str = ""
    ) -> Placed:
        """Where a device belongs.

        Args:
            kind, response, group: of the catalogue of kinds; empty or ``unknown`` where nobody knows.
            addresses: its IP addresses.
            person: name of a zone that a person stated; one that the plan does not have counts for nothing.
        """
        if person in self.areas:
            return _placed(person, "person")
        here = self._area(addresses)
        if here is not None and here.closed:
            return _placed(here.name, "closed")
        if kind in self._kinds:
            return _placed(self._kinds[kind], "kind", kind)
        by_response = self._responses.get((response, group)) or self._responses.get((response, EVERY))
        if by_response:
            return _placed(by_response, "response", response)
        if group in self._groups:
            return _placed(self._groups[group], "group", group)
        if here is not None:
            return _placed(here.name, "network")
        return _placed(self.onboarding, "unknown")

    def zone_at(self, address: str) -> str:
        """The zone of an address that is no known device's; what is no IP address is at least on this link."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return self.onboarding
        area = self._area((address,))
        if area is not None:
            return area.name
        local = ip.is_link_local or any(ip in network for network in self._site)
        return self.onboarding if local or not self._site else self.outside

    def allows(self, source: str, target: str, protocol: str, port: int) -> bool:
        """Whether a flow between two zones may be proposed."""
        return self.way(source, target, protocol, port) is not None

    def way(self, source: str, target: str, protocol: str, port: int) -> Way | None:
        """The row that lets a flow between two zones be proposed."""
        names = (f"{protocol}/{port}", protocol)
        for pair in ((source, target), (source, EVERY), (EVERY, target)):
            for way in self._open.get(pair, ()):
                # The outside is never meant by "every zone".
                if EVERY in pair and self.outside in (source, target):
                    continue
                if not way.services or any(name in way.services for name in names):
                    return way
        return None

    def _area(self, addresses: Iterable[str]) -> Area | None:
        if not self._ranges:
            return None
        for address in addresses:
            try:
                ip = ipaddress.ip_address(address)
            except ValueError:
                continue
            for network, area in self._ranges:
                if ip in network:
                    return area
        return None


def parse(text: str, file: str = "plan.toml", site: Iterable[str] = ()) -> Plan:
    """A plan from TOML.

    Raises:
        Malformed: with file, line and what was probably meant.
    """
    tables = read(text, file, {"zone": Area, "conduit": Way}, "plan")
    areas, ways = tables["zone"], tables["conduit"]
    for what in _mistakes(areas, ways):
        raise Malformed("plan.value", what, where=file)
    try:
        return Plan(areas, ways, site)
    except ValueError as error:
        raise Malformed("plan.network", str(error), where=file) from None


def load(path: str = "", site: Iterable[str] = ()) -> Plan:
    """The plan in a site's file, or Garde's own when none is named.

    Raises:
        Missing: the file cannot be read.
        Malformed: it is no plan.
    """
    if not path:
        return packaged().within(site)
    try:
        return parse(Path(path).read_text("utf-8"), Path(path).name, site)
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("plan.unreadable", f"{path} cannot be read: {error}", hint="Check [zones] plan") from None


@cache
def packaged() -> Plan:
    """Garde's own plan."""
    return parse(resources.files("garde.zones").joinpath("plan.toml").read_text("utf-8"))


def _beyond(site: Iterable[Network]) -> Iterator[str]:
    """Networks of both families that hold every address of one host but those of the site and those of groups."""
    for whole, groups in (("0.0.0.0/0", "224.0.0.0/3"), ("::/0", "ff00::/8")):
        left: list[Any] = [ipaddress.ip_network(whole)]
        for gone in (ipaddress.ip_network(groups), *site):
            if gone.version == left[0].version:
                left = [part for one in left for part in _without(one, gone)]
            if not left:
                break
        yield from (str(one) for one in sorted(ipaddress.collapse_addresses(left)))


def _without(one: Any, gone: Any) -> Iterable[Any]:
    if one.subnet_of(gone):
        return ()
    return one.address_exclude(gone) if gone.subnet_of(one) else (one,)


def _placed(zone: str, rule: str, value: str = "") -> Placed:
    fr, en = _WORDS[rule]
    return Placed(zone, rule, fr.format(value), en.format(value))


def _mistakes(areas: Sequence[Area], ways: Sequence[Way]) -> Iterable[str]:
    names = [area.name for area in areas]
    if len(set(names)) != len(names):
        yield "A zone stands twice"
    for what, count in (
        ("onboarding", sum(area.onboarding for area in areas)),
        ("outside", sum(area.outside for area in areas)),
    ):
        if count != 1:
            yield f"{count} zones have {what} = true: exactly one, please"
    for area in areas:
        if not area.name or not area.name.isalnum():
            yield f"{area.name!r} is no name of a zone: letters and digits"
        if not 1 <= area.level <= 4:
            yield f"Zone {area.name}: level {area.level} is not 1 to 4 (IEC 62443-3-3)"
        if not 0 <= area.vlan <= 4094:
            yield f"Zone {area.name}: VLAN {area.vlan} is not 1 to 4094 (0: none)"
    listed = [kind for area in areas for kind in area.kinds]
    for kind in sorted({kind for kind in listed if listed.count(kind) > 1}):
        yield f"{kind} is listed in two zones"
    for way in ways:
        for end in (way.source, way.target):
            if end != EVERY and end not in names:
                yield f"A conduit names the zone {end!r}, which the plan does not have"
        for service in way.services:
            match = _SERVICE.fullmatch(service)
            if not match or int(match[2] or 0) > 65535:
                yield f"{service!r} is no service: tcp/PORT, udp/PORT, icmp or a protocol number"
