"""Zone, Rule, Conduit, Policy: a group of devices, and the traffic that is allowed between two groups.

Question: which traffic does this policy allow, and is it still the one that was simulated and signed?
Reference: IEC 62443-3-2 ZCR 3.1 (zones), 6.1 to 6.9 (their specification); RFC 8519 for the fields of a rule. All
that no rule allows is denied. The id of a policy is the digest of its content; its time and name are no part of it, so
a changed rule is another policy, which nobody has signed.

Example:
    >>> rule = Rule(source="zone:Z2", target="kind:PACS", protocol="tcp", low=104, high=104)
    >>> one = drafted("first", 7, (), [Conduit(source="Z2", target="Z5", rules=(rule,))])
    >>> one.id == drafted("second", 9, (), one.conduits).id, rule.ports
    (True, '104')
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from garde.model.message import digest


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A group of devices with one need of protection.

    Attributes:
        name: short and stable, for example ``Z2``.
        fr, en: what people call it.
        level: target security level, 1 to 4 (IEC 62443-3-3 SL-T).
        vlan: id of its VLAN, 1 to 4094; 0 when none is set.
        networks: its address ranges, as CIDR.
        owner: who answers for it.
    """

    name: str
    fr: str
    en: str
    level: int = 1
    vlan: int = 0
    networks: tuple[str, ...] = ()
    owner: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One permission; answers to what it permits are permitted with it.

    Attributes:
        source, target: objects, as ``device:ID``, ``model:MAKER|MODEL``, ``kind:KIND``, ``zone:NAME``, ``ip:CIDR``,
            ``name:DNS-NAME``, or ``any``.
        protocol: ``tcp``, ``udp``, ``icmp`` or an IANA protocol number as text.
        low, high: ports of the target, both included; 0 and 0 for any.
        service: what is spoken, as the dissectors name it; empty when unknown.
        dscp: how it is marked at the trusted edge, 0 to 63; None leaves it.
        basis: ``learnt``, ``must-pass``, ``declared`` or ``person``.
        because: what it rests on, as codes and ids of messages.
        until: nanoseconds since 1970, 0 for without end.
    """

    source: str
    target: str
    protocol: str
    low: int = 0
    high: int = 0
    service: str = ""
    dscp: int | None = None
    basis: str = "learnt"
    because: tuple[str, ...] = ()
    until: int = 0

    @property
    def ports(self) -> str:
        """``104``, ``11112-11115``, or ``any``."""
        if not self.high:
            return "any"
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


class Conduit(msgspec.Struct, frozen=True, kw_only=True):
    """All that is allowed from one zone to another, or within one; ``source`` and ``target`` are names of zones."""

    source: str
    target: str
    rules: tuple[Rule, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Zones and conduits, frozen.

    Attributes:
        id: ``p-`` and the digest of zones and conduits.
        name: what a person calls it.
        at: when it was drafted, nanoseconds since 1970.
        zones, conduits: sorted by their names.
    """

    id: str
    name: str
    at: int
    zones: tuple[Zone, ...]
    conduits: tuple[Conduit, ...]


def drafted(name: str, at: int, zones: Iterable[Zone], conduits: Iterable[Conduit]) -> Policy:
    """The policy of these zones and conduits, in whatever order they come.

    Raises:
        ValueError: a zone or a conduit stands twice (a programming mistake).
    """
    groups = tuple(sorted(zones, key=lambda zone: zone.name))
    ways = tuple(sorted(conduits, key=lambda way: (way.source, way.target)))
    if len({zone.name for zone in groups}) != len(groups) or len({(w.source, w.target) for w in ways}) != len(ways):
        raise ValueError("a zone or a conduit stands twice in the policy")
    content = msgspec.json.encode((groups, ways), order="deterministic").decode()
    return Policy(id=f"p-{digest('policy', content)}", name=name, at=at, zones=groups, conduits=ways)


def intact(policy: Policy) -> bool:
    """Whether zones and conduits are those that the id was made of."""
    return drafted(policy.name, policy.at, policy.zones, policy.conduits).id == policy.id
