"""Threat: what a finding says of who attacks whom.

Question: which end of this threat is hostile, which is the one to protect, and how sure is the rule?
Reference: domain note 09 §5 (alert model). A rule says the other end among its reasons as ``peer: ADDRESS`` (an IP, a
MAC or ``device:ID``), how sure it is as ``confidence: 0..100``, a name to be answered with a sinkhole as ``name: …``
and an account as ``account: …``. The playbook says which end is the hostile one.

Example:
    >>> said(("peer: 10.9.9.9", "confidence: 80", "peer: 10.9.9.9"))["peer"]
    ('10.9.9.9',)
    >>> sureness(("confidence: 80",)), sureness(())
    (80, 50)
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.model.key import Key
from garde.respond.use import Use

#: How sure a rule is that does not say: not sure enough for anything automatic.
UNSAID: Final = 50


class End(msgspec.Struct, frozen=True, kw_only=True):
    """One end of a threat, as it is known now.

    Attributes:
        object: ``device:ID``, ``ip:CIDR`` or ``mac:ADDRESS``.
        device: id of the device, or empty when it is not known as one.
        keys: by which it is found on the network.
        kind: of the device, or ``unknown``.
        ward: as claimed, or empty.
        response: one of `garde.respond.decide.RESPONSES`; of the most protected that it speaks for.
        use: whether it may be in use.
    """

    object: str
    device: str = ""
    keys: tuple[Key, ...] = ()
    kind: str = "unknown"
    ward: str = ""
    response: str = "unknown"
    use: Use = Use()


class Threat(msgspec.Struct, frozen=True, kw_only=True):
    """A threat, ready to be answered.

    Attributes:
        finding, rule, severity, count: as the finding has them.
        confidence: 0 to 100.
        turn: time and id of the turn of the finding.
        device: the end that the finding is about; None when it is about Garde itself.
        peers: the other ends.
        names: DNS names.
        accounts: logins.
        hostile: ``device`` or ``peer``: which end misbehaves, where whoever judged it said so; else the playbook says.
    """

    finding: str
    rule: str
    severity: str
    count: int = 1
    confidence: int = UNSAID
    turn: tuple[int, str] = (0, "")
    device: End | None = None
    peers: tuple[End, ...] = ()
    names: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    hostile: str = ""


def said(reasons: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Code → its values, each once, in order."""
    found: dict[str, dict[str, None]] = {}
    for reason in reasons:
        code, _, value = reason.partition(": ")
        if value.strip():
            found.setdefault(code, {})[value.strip()] = None
    return {code: tuple(values) for code, values in found.items()}


def sureness(reasons: Iterable[str]) -> int:
    """The confidence that the reasons state; ``UNSAID`` where they state none that can be read."""
    value = said(reasons).get("confidence", ("",))[0]
    return min(int(value), 100) if value.isdecimal() and len(value) < 4 else UNSAID


def key_of(text: str) -> Key | None:
    """The address that a reason names; None when it names none."""
    for kind in ("ip", "mac"):
        try:
            return Key.of(kind, text.removeprefix(f"{kind}:"))
        except Malformed:
            continue
    return None


def object_of(key: Key) -> str:
    """An address as the object of a rule.

    >>> object_of(Key("ip", "10.9.9.9")), object_of(Key("mac", "00:09:fb:00:00:01"))
    ('ip:10.9.9.9/32', 'mac:00:09:fb:00:00:01')
    """
    if key.kind != "ip":
        return f"mac:{key.value}"
    return f"ip:{key.value}/{ipaddress.ip_address(key.value).max_prefixlen}"


def outside(key: Key, networks: tuple[str, ...]) -> bool:
    """Whether an address is none of the site's networks; a MAC is always heard inside.

    >>> outside(Key("ip", "203.0.113.9"), ("10.0.0.0/8",)), outside(Key("ip", "10.1.1.1"), ("10.0.0.0/8",))
    (True, False)
    """
    if key.kind != "ip":
        return False
    address = ipaddress.ip_address(key.value)
    return not any(address in network for network in _networks(networks) if network.version == address.version)


@lru_cache(maxsize=8)
def _networks(networks: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(one, strict=False) for one in networks)
