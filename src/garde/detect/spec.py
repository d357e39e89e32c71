"""Detector: what a detector's file must give, and how it says what it concluded.

Question: how is a way of recognising a threat added?
Reference: DESIGN §2 rule 4; domain note 09 §4 ("every rule declares …"). A detector reads no clock and draws no random
number: time comes with what it is given. Its memory is bounded and its docstring says by what.

Example:
    >>> Alarm("scan.ports", subject=Endpoint("", "192.0.2.1", 0), confidence=90, packets=(3,)).rule
    'scan.ports'
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, Protocol

import msgspec

from garde.wire.flow import Endpoint
from garde.wire.signal import Happening, Signal

SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
#: Peers and packets named by one alarm.
MOST: Final = 16


class Alarm(msgspec.Struct, frozen=True, kw_only=False):
    """What a detector concluded.

    Attributes:
        rule: a row of ``detect/rules.toml`` that the detector lists in ``rules``.
        subject: the end that is attacked or misbehaves; each rule says which.
        confidence: 0 to 100.
        peers: the other ends.
        reasons: ``code: value``.
        packets: numbers of packets that show it, the first first.
        identifier: what about the subject is meant; empty when there is one such thing per subject.
        technique: MITRE ATT&CK id when it is not the rule's own.
    """

    rule: str
    subject: Endpoint
    confidence: int
    peers: tuple[Endpoint, ...] = ()
    reasons: tuple[str, ...] = ()
    packets: tuple[int, ...] = ()
    identifier: str = ""
    technique: str = ""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What a site tells its detectors.

    Attributes:
        networks: the site's own networks.
        interfaces: ``application|facility`` and address of every HL7 sender; empty when the site lists none.
        servers: addresses known to serve leases, names or files, or to scan with leave.
        indicators: what `garde.detect.intelligence.indicators` read of lists.
        sigma: Sigma rules, as YAML text.
        yara: YARA rules, as text.
    """

    networks: tuple[str, ...] = ()
    servers: frozenset[str] = frozenset()
    interfaces: frozenset[tuple[str, str]] = frozenset()
    indicators: tuple[tuple[str, str, str], ...] = ()
    sigma: tuple[str, ...] = ()
    yara: tuple[str, ...] = ()

    def inside(self, address: str) -> bool:
        """Whether an address is the site's own, or one that is never routed on the Internet."""
        return _inside(address, self.networks)


class Sense(Protocol):
    """The state of one detector on one sensor."""

    def signal(self, one: Signal) -> Iterable[Alarm]:
        """What a signal brings to light; only kinds that the detector asked for are given."""
        ...

    def happening(self, one: Happening) -> Iterable[Alarm]:
        """What a turn of a flow brings to light; only when the detector asked for flows."""
        ...


class Detector(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table.

    Attributes:
        name: short name of the detector.
        rules: every rule it may name.
        sense: makes its state.
        signals: kinds of signal it is given.
        flows: whether it is given turns of flows.
    """

    name: str
    rules: frozenset[str]
    sense: Callable[[Setting], Sense]
    signals: frozenset[str] = frozenset()
    flows: bool = False


class Deaf:
    """A sense that does with nothing; detectors override what they hear."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def signal(self, one: Signal) -> Iterable[Alarm]:
        del one
        return ()

    def happening(self, one: Happening) -> Iterable[Alarm]:
        del one
        return ()


@lru_cache(1 << 16)
def _inside(address: str, networks: Sequence[str]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return True
    if address == "255.255.255.255":
        return True
    return any(ip in network for network in _networks(networks) if network.version == ip.version)


@lru_cache(16)
def _networks(networks: Sequence[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in networks)


@lru_cache(1 << 14)
def unicast(address: str) -> bool:
    """Whether an address is that of one host."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (ip.is_multicast or ip.is_unspecified or address.endswith(".255"))
