"""Match: which rule of a policy allows a flow, fast enough for a fleet and a week.

Question: would this policy let this flow through, and by which rule?
Reference: domain note 04 §7; RFC 8519 §4 for the fields. A rule holds within its conduit: both ends must be in its
zones, whatever its own words say. Answers to what a rule permits are permitted with it. A rule whose time is over
permits nothing. Rules lie by protocol and port, then by source word, then by target word.

Example:
    >>> from garde.model.zones.zone import Conduit, Rule, drafted
    >>> rule = Rule(source="zone:Z2", target="kind:PACS", protocol="tcp", low=104, high=104)
    >>> matcher = Matcher(drafted("p", 0, (), [Conduit(source="Z2", target="Z5", rules=(rule,))]))
    >>> matcher.rule(Party(id="a", zone="Z2"), Party(id="b", zone="Z5", kind="PACS"), "tcp", 104) is rule
    True
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import msgspec

from garde.errors import Malformed
from garde.model.rows import read
from garde.model.zones.zone import Policy, Rule
from garde.zones.party import Party, words
from garde.zones.plan import Network

#: How a rule says in ``because`` that the enforcement point must follow a protocol to further ports.
HELPER: Final = "helper: "
#: Protocol numbers that rules call by one name; ICMP of both families is one.
_NAMES: Final = {"1": "icmp", "58": "icmp", "6": "tcp", "17": "udp"}
#: Words of a rule, the most exact first.
_ORDER: Final = ("device", "ip", "name", "model", "kind", "zone", "any")


class Helper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of helpers.toml.

    Attributes:
        name: of the protocol.
        protocol, port: of its first connection.
        low: lowest further port.
        back: the further connections come from the side that was asked.
    """

    name: str
    protocol: str
    port: int
    low: int
    back: bool


@cache
def helpers() -> tuple[Helper, ...]:
    """The protocols that agree on further ports."""
    text = resources.files("garde.zones").joinpath("helpers.toml").read_text("utf-8")
    return read(text, "helpers.toml", {"helper": Helper}, "helpers")["helper"]


def followed(rule: Rule) -> str:
    """Name of the protocol that the enforcement point follows for a rule; empty for none."""
    return next((one.removeprefix(HELPER) for one in rule.because if one.startswith(HELPER)), "")


def protocol_name(protocol: str) -> str:
    """The one name of a protocol.

    >>> protocol_name("58"), protocol_name("udp"), protocol_name("50")
    ('icmp', 'udp', '50')
    """
    return _NAMES.get(protocol, protocol)


class _Entry(NamedTuple):
    """A rule with the zones of its conduit."""

    source: str
    target: str
    rule: Rule


_Words = dict[str, dict[str, list[_Entry]]]


class _Range(NamedTuple):
    """Rules of one protocol over more than one port; ``back`` turns the ends round."""

    low: int
    high: int
    back: bool
    held: _Words


class Matcher:
    """The rules of one policy, ready to be asked.

    Raises:
        Malformed: a rule's words, ports or network make no sense.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._exact: dict[tuple[str, int], _Words] = {}
        self._ranges: dict[str, dict[tuple[int, int, bool], _Words]] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._answers: dict[tuple[str, str, str, int], tuple[_Entry, ...]] = {}
        networks: dict[str, Network] = {}
        for conduit in policy.conduits:
            for rule in conduit.rules:
                _check(rule, networks)
                entry = _Entry(conduit.source, conduit.target, rule)
                for index in self._places(rule):
                    index.setdefault(rule.source, {}).setdefault(rule.target, []).append(entry)
        self._networks = tuple(networks.items())
        self._flat = {
            protocol: [_Range(*key, index) for key, index in sorted(ranges.items(), key=lambda pair: pair[0])]
            for protocol, ranges in self._ranges.items()
        }

    def rule(self, source: Party, target: Party, protocol: str, port: int, at: int = 0) -> Rule | None:
        """The rule that allows a flow, an exact port before a range; None when none does.

        Args:
            at: when it flows, nanoseconds since 1970; rules that ended before it do not count.
        """
        place = (source.id, target.id, protocol, port)
        found = self._answers.get(place)
        if found is None:
            found = self._answers[place] = tuple(self._find(source, target, protocol_name(protocol), port))
        for entry in found:
            if not entry.rule.until or at <= entry.rule.until:
                return entry.rule
        return None

    def _find(self, source: Party, target: Party, protocol: str, port: int) -> Iterator[_Entry]:
        asking, asked = self._of(source), self._of(target)
        exact = self._exact.get((protocol, port))
        if exact:
            yield from _entries(exact, asking, asked, source.zone, target.zone)
        for low, high, back, held in self._flat.get(protocol, ()):
            if low <= port <= high:
                if back:
                    yield from _entries(held, asked, asking, target.zone, source.zone)
                else:
                    yield from _entries(held, asking, asked, source.zone, target.zone)

    def _places(self, rule: Rule) -> Iterator[_Words]:
        protocol = protocol_name(rule.protocol)
        if rule.high and rule.low == rule.high:
            yield self._exact.setdefault((protocol, rule.low), {})
        else:
            yield self._range(protocol, rule.low, rule.high or 65535, back=False)
        name = followed(rule)
        for helper in {(one.low, one.back, one.protocol) for one in helpers() if one.name == name}:
            yield self._range(helper[2], helper[0], 65535, back=helper[1])

    def _range(self, protocol: str, low: int, high: int, *, back: bool) -> _Words:
        return self._ranges.setdefault(protocol, {}).setdefault((low, high, back), {})

    def _of(self, party: Party) -> tuple[str, ...]:
        """Words of a party, the most exact first, so that the same rule is named every time."""
        found = self._words.get(party.id)
        if found is None:
            held = words(party, self._networks)
            found = self._words[party.id] = tuple(sorted(held, key=lambda w: (_ORDER.index(w.partition(":")[0]), w)))
        return found


def _entries(
    index: _Words, asking: tuple[str, ...], asked: tuple[str, ...], source: str, target: str
) -> Iterator[_Entry]:
    for word in asking:
        targets = index.get(word)
        if targets:
            for other in asked:
                for entry in targets.get(other, ()):
                    if entry.source in (source, "any") and entry.target in (target, "any"):
                        yield entry


def _check(rule: Rule, networks: dict[str, Network]) -> None:
    where = f"{rule.source} → {rule.target} {rule.protocol}/{rule.ports}"
    if not 0 <= rule.low <= rule.high <= 65535:
        raise Malformed("policy.ports", f"Ports {rule.low} to {rule.high} are no range", where=where)
    if rule.dscp is not None and not 0 <= rule.dscp <= 63:
        raise Malformed("policy.dscp", f"DSCP {rule.dscp} is not 0 to 63 (RFC 2474 §3)", where=where)
    if protocol_name(rule.protocol) not in ("tcp", "udp", "icmp"):
        number = int(rule.protocol) if rule.protocol.isascii() and rule.protocol.isdigit() else 256
        if number > 255:
            raise Malformed(
                "policy.protocol", f"{rule.protocol!r} is no protocol: tcp, udp, icmp or 0 to 255", where=where
            )
    for word in (rule.source, rule.target):
        head, _, rest = word.partition(":")
        if word != "any" and (head not in ("device", "model", "kind", "zone", "ip", "name") or not rest):
            raise Malformed(
                "policy.object", f"{word!r} is no object of a rule", where=where,
                hint="device:ID, model:MAKER|MODEL, kind:KIND, zone:NAME, ip:CIDR, name:DNS-NAME or any",
            )  # fmt: skip
        if head == "ip" and word not in networks:
            try:
                networks[word] = ipaddress.ip_network(rest, strict=False)
            except ValueError as error:
                raise Malformed("policy.network", str(error), where=where) from None
