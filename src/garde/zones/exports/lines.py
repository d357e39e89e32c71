"""Access lists: a policy as lines that a switch compares one after the other, and those lines read back.

Question: which lines go on which interface, how much of the switch's table do they take, and do they still stand there?
Reference: domain note 04 §8.2 and §8.3; RFC 8519 §4 for what a line matches. One list per zone, for what comes in from
it. Where no state is kept, the way back of each permission stands in the list of its target: TCP that is established,
UDP from the port that was asked. DHCP and neighbour discovery stand first in every list: without them nobody has an
address. A switch can be told to stop or not to stop, so `soft` is written as `shadow`; nothing is marked, and a host
is known by its IP addresses alone. Left out: placing the list on the interface, which names are the site's.

Example::

    form = FORMS["acl"]
    text = form.render(ruleset)
    cost(form, ruleset)["GARDE-Z2"]
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import ClassVar, Final, NamedTuple

import msgspec

from garde.errors import Malformed
from garde.model.rows import read
from garde.zones.exports.neutral import (
    MODES,
    Permit,
    Reading,
    Ruleset,
    decoded,
    in_order,
    short,
    unlike,
    version,
)

_HEADER: Final = re.compile(r"garde generation=([1-9]\d{0,17}) policy=([\w-]{1,40}) mode=(\w+)")
_NAMES: Final = re.compile(r"(answers )?([^\s>]+>[^\s>]+) (\S+) (\S+)")
#: A remark of Cisco IOS has at most 100 characters.
_ZONE, _OBJECT = 12, 30
_ANY: Final = "any"


class Ace(NamedTuple):
    """One line that permits; ``low`` and ``high`` are ports of the target, of the source in an answer."""

    protocol: str
    source: str
    target: str
    low: int = 0
    high: int = 0
    answer: bool = False


class _Port(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    tcp: int = 0
    udp: int = 0


class Lines:
    """What all forms of access lists have in common; a form says how its words look.

    Attributes:
        name, says: see `garde.zones.exports.neutral.Form`.
        macs: see there.
        answers: no state is kept, so the way back needs lines of its own.
        remarks: a line can say what it is for.
    """

    name: ClassVar[str]
    says: ClassVar[str]
    macs: ClassVar[bool] = False
    answers: ClassVar[bool] = True
    remarks: ClassVar[bool] = True

    # What a form says of its words; ``six`` is True in a list for IPv6.

    def head(self, name: str, six: bool) -> str:
        """The line that opens a list."""
        raise NotImplementedError

    def opened(self, line: str) -> str | None:
        """The head in its own spelling, when a line opens a list."""
        raise NotImplementedError

    def remark(self, text: str) -> str:
        """A line that says something and matches nothing."""
        return f"remark {text}"

    def first(self, six: bool) -> tuple[str, ...]:
        """Lines that stand before all permissions."""
        raise NotImplementedError

    def write(self, ace: Ace, six: bool) -> str:
        """A line that permits."""
        raise NotImplementedError

    def last(self, stops: bool, six: bool) -> str:
        """The line for all that no other line matches."""
        raise NotImplementedError

    def spelt(self, line: str) -> str:
        """A line in the spelling in which it is rendered, without its number and its counter; empty for none."""
        raise NotImplementedError

    def read(self, line: str) -> Ace | None:
        """A line that permits, as ``spelt`` gives it; None for any other."""
        raise NotImplementedError

    def numbered(self, lines: Iterable[str]) -> list[str]:
        """The lines of a list as they are entered."""
        return [f" {line}" for line in lines]

    # What follows from them.

    def fit(self, ruleset: Ruleset) -> Ruleset:
        """Pairs of prefixes; names cut to what a remark holds; nothing at all when no permit has addresses."""
        zones = sorted({slug(zone) for one in ruleset.permits for zone in one.way.split(">")} - {_ANY}) or [_ANY]
        found = set()
        for one in ruleset.permits:
            ends = [slug(zone) for zone in one.way.split(">")]
            named = msgspec.structs.replace(one, source=cut(one.source), target=cut(one.target), dscp=None)
            for sources, targets in _pairs(one):
                for answer in (False, True) if self.answers else (False,):
                    # What holds for every zone stands in the list of each.
                    for zone in zones if ends[answer] == _ANY else [ends[answer]]:
                        way = f"{ends[0]}>{zone}" if answer else f"{zone}>{ends[1]}"
                        permit = msgspec.structs.replace(
                            named, way=way, sources=sources, targets=targets, answer=answer
                        )
                        found.add(self.told(permit))
        if not found:
            return Ruleset(generation=0, policy="", mode=MODES[0])
        mode = "enforce" if ruleset.mode == "enforce" else "shadow"
        return Ruleset(
            generation=ruleset.generation if self.remarks else 0,
            policy=ruleset.policy if self.remarks else "",
            mode=mode,
            permits=in_order(found),
        )

    def told(self, permit: Permit) -> Permit:
        """A permit without the names that only a remark could keep."""
        if self.remarks:
            return permit
        zone = permit.way.split(">")[0]
        source, target = ("" if name != _ANY else _ANY for name in (permit.source, permit.target))
        return msgspec.structs.replace(permit, way=f"{zone}>", source=source, target=target)

    def place(self, permit: Permit) -> str:
        """The list in which a permit stands."""
        return permit.way.split(">")[permit.answer]

    def places(self, permits: Iterable[Permit]) -> set[str]:
        """All lists that these permits need; a zone without any has one that stops everything."""
        own = {self.place(one) for one in permits}
        return own | {end for one in permits for end in one.way.split(">") if end not in ("", _ANY)}

    def lists(self, fitted: Ruleset) -> dict[str, tuple[str, ...]]:
        """Head of each list → its lines."""
        header = f"garde generation={fitted.generation} policy={fitted.policy} mode={fitted.mode}"
        by_place: dict[str, list[Permit]] = {place: [] for place in sorted(self.places(fitted.permits))}
        for one in fitted.permits:
            by_place[self.place(one)].append(one)
        found = {}
        for place, permits in by_place.items():
            for six in (False, True):
                lines = [self.remark(header)] if self.remarks else []
                lines += self.first(six)
                said = ""
                for one in permits:
                    if six not in _versions(one):
                        continue
                    text = f"{'answers ' if one.answer else ''}{one.way} {one.source} {one.target}"
                    if text != said and self.remarks and one.source:
                        lines.append(self.remark(text))
                    said = text
                    lines.append(self.write(_ace(one), six))
                lines.append(self.last(fitted.mode == "enforce", six))
                found[self.head(f"GARDE-{place}{'-V6' if six else ''}", six)] = tuple(lines)
        return found

    def render(self, ruleset: Ruleset) -> str:
        """All lists, IPv4 and IPv6 of each zone; see `fit` for what they can say."""
        lists = self.lists(self.fit(ruleset))
        return "".join("\n".join([head, *self.numbered(lines)]) + "\n!\n" for head, lines in lists.items())

    def parse(self, text: str | bytes) -> Reading:
        """Lists as rendered, or as they stand in a running configuration."""
        held: dict[str, list[str]] = {}
        here: list[str] | None = None
        for number, raw in enumerate(decoded(text).split("\n"), 1):
            line = " ".join(raw.split())
            head = self.opened(line)
            if head is not None:
                if head in held:
                    raise Malformed("acl.twice", f"{head!r} stands twice", where=f"line {number}")
                here = held[head] = []
            elif line in ("", "!", "exit", "end"):
                continue
            elif here is None:
                raise Malformed("acl.line", f"{line[:60]!r} stands in no list of ours", where=f"line {number}")
            else:
                here.append(self.spelt(line))
        if not held:
            return Reading(ruleset=Ruleset(generation=0, policy="", mode=MODES[0]))
        ruleset = self._understood(held)
        return Reading(ruleset=ruleset, strange=tuple(_differences(held, self.lists(ruleset))))

    def _understood(self, held: Mapping[str, list[str]]) -> Ruleset:
        headers, permits = set(), set()
        stops = all(lines[-1:] == [self.last(stops=True, six=six)] for lines, six in _families(held))
        for head, lines in held.items():
            place = re.sub(r"-V6$", "", head.rstrip('"').rpartition("GARDE-")[2])
            names: tuple[str, ...] = ("", f"{place}>", "", "")
            for line in lines:
                text = self.said(line)
                header, said = _HEADER.fullmatch(text), _NAMES.fullmatch(text)
                if header:
                    headers.add(header.groups())
                elif said:
                    names = said.groups("")
                elif line not in self.first(six=False) and line not in self.first(six=True):
                    ace = self.read(line)
                    permit = self._permit(ace, names, place) if ace else None
                    permits.update([permit] if permit else [])
        if not self.remarks:
            headers = {("0", "", "enforce" if stops else "shadow")}
        if len(headers) != 1:
            raise Malformed("acl.header", f"{len(headers)} policies are named where one is expected")
        generation, policy, mode = headers.pop()
        if mode not in ("shadow", "enforce"):
            raise Malformed("acl.header", f"{mode!r} is no mode of an access list")
        return Ruleset(generation=int(generation), policy=policy, mode=mode, permits=in_order(permits))

    def said(self, line: str) -> str:
        """What a remark says; empty for any other line."""
        before, _, behind = self.remark("\0").partition("\0")
        if not self.remarks or not line.startswith(before) or not line.endswith(behind):
            return ""
        return line[len(before) : len(line) - len(behind)]

    def _permit(self, ace: Ace, names: tuple[str, ...], place: str) -> Permit | None:
        """The permit of a line below a remark; None when the line goes the other way."""
        answer = bool(names[0])
        if answer != ace.answer:
            # Only a port tells the ways apart.
            if ace.high:
                return None
            ace = ace._replace(answer=answer)
        ends = (ace.target, ace.source) if answer else (ace.source, ace.target)
        sources, targets = (() if end == _ANY else (end,) for end in ends)
        _, way, source, target = names
        if not self.remarks:
            source, target = (_ANY if end == _ANY else "" for end in ends)
        return Permit(
            way=way,
            source=source,
            target=target,
            protocol=ace.protocol,
            low=ace.low,
            high=ace.high,
            sources=sources,
            targets=targets,
            answer=ace.answer,
        )


def cost(form: Lines, ruleset: Ruleset) -> dict[str, tuple[int, int]]:
    """Head of each list → how many lines it has, and how many entries of the switch's table they take.

    A table matches ports by value and mask, so a range takes as many entries as there are blocks in it.
    """
    found = {}
    for head, lines in form.lists(form.fit(ruleset)).items():
        aces = [form.read(line) for line in lines if not form.said(line)]
        found[head] = len(lines), sum(blocks(ace.low, ace.high) if ace and ace.high else 1 for ace in aces)
    return found


def blocks(low: int, high: int) -> int:
    """How many value-and-mask pairs cover a range of ports.

    >>> blocks(104, 104), blocks(11112, 11115), blocks(1, 65535)
    (1, 1, 16)
    """
    four = ipaddress.IPv4Address
    return sum(1 for _ in ipaddress.summarize_address_range(four(low), four(high)))


def slug(zone: str) -> str:
    """A zone's label as a part of a list's name.

    >>> slug("Z2"), slug("Soins%20intensifs")
    ('Z2', 'Soins__hglim')
    """
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", zone)
    return safe if safe == zone and len(safe) <= _ZONE and safe else f"{safe[:6]}_{short(zone)[:5]}"


@cache
def port_numbers() -> dict[tuple[str, str], str]:
    """(protocol, name in a Cisco configuration) → number."""
    text = resources.files("garde.zones.exports").joinpath("ports.toml").read_text("utf-8")
    rows: tuple[_Port, ...] = read(text, "ports.toml", {"port": _Port})["port"]
    return {
        (word, row.name): str(number) for row in rows for word, number in (("tcp", row.tcp), ("udp", row.udp)) if number
    }


def sides(words: list[str], address: Callable[[list[str]], str | None]) -> tuple[Ace | None, list[str]]:
    """The line ``PROTOCOL SOURCE [PORT] TARGET [PORT]`` and the words behind it; None when it is another.

    Args:
        address: takes an address off the front of the words.
    """
    rest = list(words)
    if not rest:
        return None, rest
    protocol = rest.pop(0)
    source = address(rest)
    from_port = _port(rest) if source else None
    target = address(rest) if source else None
    to_port = _port(rest) if target else None
    if source is None or target is None or (from_port and to_port):
        return None, rest
    low, high = to_port or from_port or (0, 0)
    return Ace(protocol, source, target, low, high, from_port is not None), rest


def network(address: str, mask: str, six: bool) -> str | None:
    """A prefix out of an address and a mask or length; ``any`` for all of IPv4; None for none.

    >>> network("10.2.0.0", "255.255.255.0", False), network("::1", "128", True), network("10.0.0.1", "0.0.0.0", False)
    ('10.2.0.0/24', '::1/128', 'any')
    """
    try:
        found = str(ipaddress.ip_network(f"{address}/{mask}"))
    except ValueError:
        return _ANY if mask == "0.0.0.0" and not six else None  # noqa: S104
    return _ANY if found == "0.0.0.0/0" else found


def ports(ace: Ace) -> str:
    """`` eq 104``, `` range 11112 11115``, or nothing."""
    if not ace.high:
        return ""
    return f" eq {ace.low}" if ace.low == ace.high else f" range {ace.low} {ace.high}"


def _port(rest: list[str]) -> tuple[int, int] | None:
    many = {"eq": 1, "range": 2}.get(rest[0], 0) if rest else 0
    numbers = rest[1 : 1 + many]
    if not many or len(numbers) != many or not all(re.fullmatch(r"\d{1,5}", one) for one in numbers):
        return None
    del rest[: 1 + many]
    return int(numbers[0]), int(numbers[-1])


def cut(name: str) -> str:
    """An object's label, short enough for two of them in a remark."""
    return name if len(name) <= _OBJECT else f"{name[: _OBJECT - 11]}~{short(name)}"


def _pairs(permit: Permit) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each source with each target of its version of IP; none for an object that has no address."""
    ends = []
    for label, held in ((permit.source, permit.sources), (permit.target, permit.targets)):
        ends.append([()] if label == _ANY else [(one,) for one in _halved(held) if version(one)])
    return [(a, b) for a in ends[0] for b in ends[1] if not a or not b or version(a[0]) == version(b[0])]


def _halved(addresses: Iterable[str]) -> list[str]:
    """A prefix of everything as its two halves: a switch would show it as any, which is of both versions here."""
    found: list[str] = []
    for one in addresses:
        found += map(str, ipaddress.ip_network(one).subnets()) if one.endswith("/0") else [one]
    return found


def _versions(permit: Permit) -> set[bool]:
    """Whether it stands in the list for IPv6, or in both."""
    found = {version(one) == 6 for one in (*permit.sources, *permit.targets)}
    return found or {False, True}


def _ace(permit: Permit) -> Ace:
    source, target = (held[0] if held else _ANY for held in (permit.sources, permit.targets))
    ends = (target, source) if permit.answer else (source, target)
    return Ace(permit.protocol, *ends, permit.low, permit.high, permit.answer)


def _families(held: Mapping[str, list[str]]) -> list[tuple[list[str], bool]]:
    return [(lines, head.rstrip('"').endswith("-V6")) for head, lines in held.items()]


def _differences(held: Mapping[str, list[str]], wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    extra, absent = [], []
    for head in sorted(held.keys() | wanted.keys()):
        has, wants = ([head, *lines[head]] if head in lines else [] for lines in (held, wanted))
        more, less = unlike(head, has, wants)
        extra += more
        absent += [f"absent: {line}" for line in less]
    return [*extra, *absent]
