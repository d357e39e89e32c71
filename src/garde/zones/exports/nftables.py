"""nftables: a policy as one table of a Linux gateway.

Question: what does the gateway between the zones load, in each mode, and what does its listing say that it holds?
Reference: nft(8) of nftables 1.0; domain note 04 §8.1 (the layout) and §7 (the modes); RFC 2474 for the mark. The
table is ours alone and everything is in it: nothing else of the gateway is touched. Sources are told by hardware
address where the objects have one, which covers every IPv6 address that a device makes for itself. What a connection
was marked with is kept in the low octet of its ``ct mark``, so that answers carry the same DSCP. Only headers are
logged, at most a hundred a second. Left out: the bridge family; connections that stood before are not cut.

Example:
    >>> from garde.zones.exports.neutral import Permit, Ruleset
    >>> one = Permit(way="Z2>Z5", source="any", target="any", protocol="udp", low=123, high=123)
    >>> text = NFTABLES.render(Ruleset(generation=1, policy="p-1", mode="shadow", permits=(one,)))
    >>> NFTABLES.parse(text).ruleset.permits == (one,)
    True
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.model.key import Key
from garde.zones.exports.neutral import (
    MODES,
    Members,
    Permit,
    Reading,
    Ruleset,
    in_order,
    prefixes,
    short,
    version,
)
from garde.zones.exports.nft_tree import Table, differences, read

#: The name of the table, family ``inet``.
TABLE: Final = "garde"
#: The netfilter log group that the platform listens to.
GROUP: Final = 5
#: Modes that change packets.
_MARKING: Final = ("soft", "enforce")
_HEADER: Final = re.compile(r"garde generation=([1-9]\d{0,17}) policy=(\S{1,64}) mode=(\w+)")
_LINE: Final = re.compile(
    r"(?:(?P<ip>ip6?) daddr @t_(?P<target>\w+)_[46] )?"
    r"(?:(?P<ported>tcp|udp) dport (?P<low>\d{1,5})(?:-(?P<high>\d{1,5}))?|meta l4proto (?P<protocol>[a-z\d-]+)) "
    r"(?:ct mark set ct mark & 0xffffff(?P<mark>[0-9a-f]{2}) \| 0x000000[0-9a-f]{2} )?"
    r'(?:counter )?accept comment "(?P<way>[^"]{3,127})"'
)
_LOG: Final = f'limit rate 100/second burst 50 packets log prefix "garde-%s " group {GROUP} snaplen 96'
_SETS: Final = {0: "ether_addr", 4: "ipv4_addr", 6: "ipv6_addr"}
_FAMILIES: Final = ((4, "ip", "icmp"), (6, "ip6", "ipv6-icmp"))


class Nftables(msgspec.Struct, frozen=True):
    """The form of Linux gateways."""

    name: str = "nftables"
    says: str = "the ruleset of a Linux gateway, for nft -f"
    macs: bool = True

    def fit(self, ruleset: Ruleset) -> Ruleset:
        """All of it; before `soft` nothing is marked, and the groups of `soft` stand in no other mode."""
        permits = ruleset.permits
        if ruleset.mode not in _MARKING:
            permits = in_order(msgspec.structs.replace(one, dscp=None) for one in permits)
        soft = ruleset.mode == "soft"
        return msgspec.structs.replace(
            ruleset,
            permits=permits,
            low=ruleset.low if soft else Members(),
            spared=ruleset.spared if soft else Members(),
        )

    def render(self, ruleset: Ruleset) -> str:
        """The table, spelt as ``nft -nn list`` would."""
        held = self.fit(ruleset)
        by_source: dict[str, list[Permit]] = defaultdict(list)
        for one in held.permits:
            by_source[one.asking].append(one)
        sources = {label: permits[0].sources for label, permits in by_source.items()}
        groups = _groups(sources)
        lines = [
            f"table inet {TABLE} {{",
            f'\tcomment "garde generation={held.generation} policy={held.policy} mode={held.mode}"',
        ]
        for label, targets in sorted({(one.asked, one.targets) for one in held.permits if one.target != "any"}):
            for family, _, _ in _FAMILIES:
                lines += _set(f"t_{short(label)}_{family}", family, _of(family, targets), label)
        for label, addresses in sorted(sources.items()):
            if label != "any":
                for family, _, _ in _FAMILIES:
                    lines += _set(f"f_{short(label)}_{family}", family, _of(family, addresses), label)
        if held.mode == "soft":
            for word, members in (("low", held.low), ("spared", held.spared)):
                lines += _set(f"{word}_mac", 0, members.macs)
                for family, _, _ in _FAMILIES:
                    lines += _set(f"{word}_{family}", family, _of(family, members.addresses))
        pairs = sorted((mac, name) for name, (macs, _) in groups.items() for mac in macs)
        lines += _map("by_mac", [f"{mac} : jump {name}" for mac, name in pairs])
        lines += _chain("traffic", _traffic(held.mode, sources))
        lines += _marking(held.permits)
        for name, (_, labels) in sorted(groups.items()):
            lines += _chain(name, [f"jump s_{short(label)}" for label in labels])
        for label, permits in sorted(by_source.items()):
            lines += _chain(f"s_{short(label)}", _permits(permits, held.mode), label)
        lines += _ends(held.mode)
        return "\n".join([*lines, "}"]) + "\n"

    def parse(self, text: str | bytes) -> Reading:
        """A table as rendered, or as ``nft list table inet garde`` shows it, with or without ``-nn``."""
        table = read(text, TABLE)
        if table is None:
            return Reading(ruleset=Ruleset(generation=0, policy="", mode=MODES[0]))
        header = _HEADER.fullmatch(table.comment)
        if header is None or header[3] not in MODES:
            raise Malformed("nftables.header", f"{table.comment[:80]!r} does not say which policy this is")
        ruleset = Ruleset(
            generation=int(header[1]),
            policy=header[2],
            mode=header[3],
            permits=in_order(_read_permits(table)),
            low=_members(table, "low"),
            spared=_members(table, "spared"),
        )
        again = read(self.render(ruleset), TABLE)
        if again is None:
            raise AssertionError("a rendered table is a table")
        return Reading(ruleset=ruleset, strange=(*_strange(table, again),))


NFTABLES: Final = Nftables()


def _of(family: int, addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in addresses if version(one) == family)


def _groups(sources: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Name of a chain → the devices that go there, and the labels that all of them bear."""
    bears: dict[str, list[str]] = defaultdict(list)
    for label in sorted(sources):
        for mac in _of(0, sources[label]):
            bears[mac].append(label)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for mac in sorted(bears):
        alike[tuple(bears[mac])].append(mac)
    return {f"g_{short(' '.join(labels))}": (tuple(macs), labels) for labels, macs in alike.items()}


def _set(name: str, family: int, elements: Iterable[str], comment: str = "") -> list[str]:
    lines = [f"\tset {name} {{", f"\t\ttype {_SETS[family]}"]
    if family:
        lines.append("\t\tflags interval")
    if comment:
        lines.append(f'\t\tcomment "{comment}"')
    return [*lines, *_elements(elements), "\t}"]


def _map(name: str, elements: Iterable[str]) -> list[str]:
    return [f"\tmap {name} {{", f"\t\ttype {_SETS[0]} : verdict", *_elements(elements), "\t}"]


def _elements(elements: Iterable[str]) -> list[str]:
    found = list(elements)
    return [f"\t\telements = {{ {(',' + chr(10) + chr(9) * 3).join(found)} }}"] if found else []


def _chain(name: str, statements: Iterable[str], comment: str = "") -> list[str]:
    first = [f'\t\tcomment "{comment}"'] if comment else []
    return [f"\tchain {name} {{", *first, *(f"\t\t{statement}" for statement in statements), "\t}"]


def _traffic(mode: str, sources: Mapping[str, tuple[str, ...]]) -> list[str]:
    lines = ["type filter hook forward priority 0; policy accept;", "ct state established,related accept"]
    if mode != "observe":
        lines.append("ct state invalid counter")
    if "any" in sources:
        lines.append(f"jump s_{short('any')}")
    for label in sorted(sources):
        if label != "any":
            name = short(label)
            lines += [f"{ip} saddr @f_{name}_{family} jump s_{name}" for family, ip, _ in _FAMILIES]
    return [
        *lines,
        "ether saddr vmap @by_mac",
        f"goto {'stop' if mode == 'enforce' else 'rest' if mode == 'soft' else 'watch'}",
    ]


def _mark(dscp: int) -> int:
    """The octet of a connection that is marked: never 0, which every other connection has."""
    return 0x40 | dscp


def _marking(permits: Iterable[Permit]) -> list[str]:
    marks = sorted({one.dscp for one in permits if one.dscp is not None})
    if not marks:
        return []
    table = ", ".join(f"0x{_mark(dscp):08x} : jump m_{dscp}" for dscp in marks)
    # Behind the verdicts, and for the packets of connections that stand, which no rule sees again.
    lines = _chain(
        "marking",
        ["type filter hook forward priority 10; policy accept;", f"ct mark & 0x000000ff vmap {{ {table} }}"],
    )
    for dscp in marks:
        lines += _chain(f"m_{dscp}", [f"ip dscp set {dscp}", f"ip6 dscp set {dscp}"])
    return lines


def _permits(permits: Iterable[Permit], mode: str) -> list[str]:
    lines: list[str] = []
    counter = "" if mode == "observe" else "counter "
    for one in permits:
        mark = ""
        if one.dscp is not None:
            value = _mark(one.dscp)
            mark = f"ct mark set ct mark & 0xffffff{value:02x} | 0x{value:08x} "
        end = f'{mark}{counter}accept comment "{one.way}"'
        ports = f"{one.low}" if one.low == one.high else f"{one.low}-{one.high}"
        for family, ip, icmp in _FAMILIES:
            what = (
                f"{one.protocol} dport {ports}"
                if one.high
                else f"meta l4proto {icmp if one.protocol == 'icmp' else one.protocol}"
            )
            to = "" if one.target == "any" else f"{ip} daddr @t_{short(one.asked)}_{family} "
            line = f"{to}{what} {end}"
            if line not in lines[-1:]:
                lines.append(line)
    return lines


def _ends(mode: str) -> list[str]:
    counter = [] if mode == "observe" else ["counter"]
    watch = _chain("watch", [*counter, _LOG % "would-stop", "accept"])
    stop = _chain("stop", [*counter, _LOG % "stopped", "drop"])
    if mode == "soft":
        spared = [
            "ether saddr @spared_mac goto watch",
            *(f"{ip} {way} @spared_{family} goto watch" for family, ip, _ in _FAMILIES for way in ("saddr", "daddr")),
        ]
        low = [
            "ether saddr @low_mac goto stop",
            *(f"{ip} saddr @low_{family} goto stop" for family, ip, _ in _FAMILIES),
        ]
        return [*_chain("rest", [*spared, *low, "goto watch"]), *watch, *stop]
    return stop if mode == "enforce" else watch


def _read_permits(table: Table) -> list[Permit]:
    permits = []
    groups: dict[str, list[str]] = defaultdict(list)
    for element in table.elements.get("by_mac", ()):
        found = re.fullmatch(r"(\S+) : jump (g_\w+)", element)
        if found:
            groups[found[2]].append(_mac(found[1]))
    asked_of: dict[str, set[str]] = defaultdict(set)
    for chain, macs in groups.items():
        for statement in table.chains.get(chain, ()):
            asked_of[statement.removeprefix("jump ")].update(macs)
    addresses = cache(lambda stem: _addresses(table, stem))
    for name, statements in table.chains.items():
        asking = table.comments.get(name, "")
        if name != f"s_{short(asking)}":
            continue
        source = asking.rpartition(" ")[2]
        sources = (*sorted(asked_of[name]), *addresses(f"f_{short(asking)}"))
        for statement in statements:
            found = _LINE.fullmatch(statement)
            if found is None:
                continue
            target = "any"
            if found["target"]:
                asked = table.comments.get(f"t_{found['target']}_{'6' if found['ip'] == 'ip6' else '4'}", "?")
                target = asked.rpartition(" ")[2]
            low = int(found["low"] or 0)
            permits.append(
                Permit(
                    way=found["way"],
                    source=source,
                    target=target,
                    protocol=found["ported"] or {"ipv6-icmp": "icmp"}.get(found["protocol"], found["protocol"]),
                    low=low,
                    high=int(found["high"] or low),
                    sources=sources,
                    targets=() if target == "any" else addresses(f"t_{found['target']}"),
                    dscp=int(found["mark"], 16) & 0x3F if found["mark"] else None,
                )
            )
    return permits


def _addresses(table: Table, stem: str) -> tuple[str, ...]:
    found: list[str] = []
    for family, _, _ in _FAMILIES:
        for element in table.elements.get(f"{stem}_{family}", ()):
            low, dash, high = element.partition("-")
            try:
                if dash:
                    ends = ipaddress.ip_address(low), ipaddress.ip_address(high)
                    found += map(str, ipaddress.summarize_address_range(*ends))
                else:
                    found.append(element)
            except (ValueError, TypeError):
                raise Malformed("nftables.element", f"{element[:60]!r} is no range of addresses") from None
    return prefixes(found)


def _mac(text: str) -> str:
    try:
        return Key.of("mac", text).value
    except Malformed as error:
        raise Malformed("nftables.element", error.what) from None


def _members(table: Table, word: str) -> Members:
    return Members(
        macs=tuple(map(_mac, table.elements.get(f"{word}_mac", ()))), addresses=_addresses(table, word)
    ).tidy()


def _strange(found: Table, expected: Table) -> list[str]:
    """What stands on one side only; elements of our own sets are told by the permits, all others word for word."""
    others = [
        f"{name}: {one}" for name in found.elements if name not in expected.elements for one in found.elements[name]
    ]
    macs = set(found.elements.get("by_mac", ())) ^ set(expected.elements.get("by_mac", ()))
    return [*sorted(f"by_mac: {one}" for one in macs), *others, *differences(found, expected)]
