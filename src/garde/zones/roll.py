"""Roll: conversations summed up by who, to whom and by which service, and what of it is expected.

Question: which zones and which groups of devices talk by which service, is it in rule, and do their peers do the same?
Reference: domain note 04 §6 (support, recurrence); reference of the pages 7.4. Three words say what a flow is: expected
(a rule allows it), outside (none does, though the device or its peers have done it before), new (nobody of them ever
has). Memory is bounded by who talks to whom, never by how long: a line counts days and hours in bits.

Example:
    >>> line = Line(Party(id="a", zone="Z2"), Party(id="b", zone="Z5"), "tcp", 104, "dicom")
    >>> line.add(0, 10, 900, 5), line.add(DAY, 10, 900, DAY + 5)
    (None, None)
    >>> line.days, line.octets, line.hours
    (2, 1800, (0,))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

import msgspec

from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.zones.crossing import DAY, Crossing
from garde.zones.marking import packaged
from garde.zones.match import Matcher, protocol_name
from garde.zones.party import Party, Roster
from garde.zones.plan import Plan

HOUR: Final = DAY // 24
Verdict = Literal["expected", "outside", "new"]
#: Says what a line is.
Judge = Callable[["Line"], Verdict]


class Line(msgspec.Struct, gc=False):
    """All conversations of one source, one target and one service.

    Attributes:
        source, target: parties; the source asked.
        protocol, port, service: as in `Conversation`, protocols under their names.
        packets, octets: both directions. times: how many conversations of five minutes.
        first, last: nanoseconds since 1970.
        bucket: the one counted last, since a live sensor tells of one bucket in parts.
        marks: a bit per day since 1970 modulo 512. clock: a bit per hour of the day (UTC).
        dscp: lowest marking seen of either end, as in `Conversation`.
    """

    source: Party
    target: Party
    protocol: str
    port: int
    service: str = ""
    packets: int = 0
    octets: int = 0
    times: int = 0
    first: int = 0
    last: int = 0
    bucket: int = -1
    marks: int = 0
    clock: int = 0
    dscp: tuple[int, int] = (-1, -1)

    def add(self, at: int, packets: int, octets: int, last: int) -> None:
        """Count one conversation."""
        self.packets += packets
        self.octets += octets
        if not self.times or at < self.first:
            self.first = at
        if last > self.last:
            self.last = last
        if at // BUCKET != self.bucket:
            self.bucket = at // BUCKET
            self.times += 1
        self.marks |= 1 << at // DAY % 512
        self.clock |= 1 << at // HOUR % 24

    @property
    def days(self) -> int:
        """On how many days it was seen."""
        return self.marks.bit_count()

    @property
    def hours(self) -> tuple[int, ...]:
        """Hours of the day, UTC, in which it was seen."""
        return tuple(hour for hour in range(24) if self.clock >> hour & 1)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the matrix of zones.

    Attributes:
        source, target: names of zones.
        flows: how many lines; ``expected``, ``outside`` and ``new`` of them.
        devices: how many different sources.
        services: names, busiest first.
        octets, days, first, last: of all of them.
    """

    source: str
    target: str
    flows: int
    expected: int
    outside: int
    new: int
    devices: int
    services: tuple[str, ...]
    octets: int
    days: int
    first: int
    last: int


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What a group of like devices does by one service.

    Attributes:
        group: ``model:…``, ``kind:…`` or ``device:…``.
        target: role of who is asked: ``kind:…``, or the one party.
        protocol, port, service: what.
        showing, peers: how many of the group do it, and how many there are; ``support`` is their ratio.
        days, octets, first, last: of all of them.
        verdict: the worst of its lines.
        dscp: lowest marking seen of those who ask and of those who answer, -1 for none.
        marking: class that it should travel in; empty for none. marked: whether all that was seen of it does.
    """

    group: str
    target: str
    protocol: str
    port: int
    service: str
    showing: int
    peers: int
    days: int
    octets: int
    first: int
    last: int
    verdict: Verdict
    dscp: tuple[int, int] = (-1, -1)
    marking: str = ""
    marked: bool = True

    @property
    def support(self) -> float:
        """Share of the group that does it, 0 to 1."""
        return self.showing / self.peers


def gather(talks: Iterable[Conversation], roster: Roster, since: int = 0, until: int = 1 << 63) -> list[Line]:
    """Lines of the conversations that began from ``since`` on and before ``until``.

    What a party says to itself is no line, nor is what stays on the link (ARP, LLDP): no conduit carries it.
    """
    by_key: dict[tuple[Key, Key, str, int], Line | None] = {}
    by_party: dict[tuple[str, str, str, int], Line] = {}
    for talk in talks:
        if not since <= talk.at < until or talk.source.kind != "ip":
            continue
        place = (talk.source, talk.target, talk.protocol, talk.port)
        line = by_key.get(place)
        if line is None:
            if place in by_key:
                continue
            source, target = roster.of(talk.source), roster.of(talk.target)
            if source.id == target.id:
                by_key[place] = None
                continue
            protocol = protocol_name(talk.protocol)
            name = (source.id, target.id, protocol, talk.port)
            line = by_party.get(name)
            if line is None:
                line = by_party[name] = Line(source, target, protocol, talk.port, talk.service)
            by_key[place] = line
        if talk.service and not line.service:
            line.service = talk.service
        if talk.dscp != (-1, -1):
            line.dscp = lowest(line.dscp, talk.dscp)
        line.add(talk.at, talk.packets, talk.octets, talk.last_at or talk.at)
    return list(by_party.values())


def lowest(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The lower marking of either end; -1 is none.

    >>> lowest((46, -1), (0, 34))
    (0, 34)
    """
    low, high = ([mark for mark in pair if mark >= 0] for pair in zip(one, other, strict=True))
    return min(low, default=-1), min(high, default=-1)


def role(party: Party) -> str:
    """Who is asked, as peers of one model are compared: by kind, else by itself."""
    return f"kind:{party.kind}" if party.known else party.id


class Baseline:
    """What devices and their peers have done in a time before."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._own: set[tuple[str, str, str, int]] = set()
        self._shown: dict[tuple[str, str, str, int], set[str]] = {}
        for line in lines:
            self._own.add((line.source.id, line.target.id, line.protocol, line.port))
            self._shown.setdefault(_done(line), set()).add(line.source.id)

    def known(self, line: Line) -> Literal["device", "peers", ""]:
        """Who has done this before: the device itself, another of its like, or nobody."""
        if (line.source.id, line.target.id, line.protocol, line.port) in self._own:
            return "device"
        return "peers" if _done(line) in self._shown else ""

    def showing(self, line: Line) -> int:
        """How many devices of its like did this."""
        return len(self._shown.get(_done(line), ()))


def judge(rules: Matcher | Plan, baseline: Baseline) -> Judge:
    """What a line is, by a policy or, before there is one, by the ways of the plan."""

    def allowed(line: Line) -> bool:
        if isinstance(rules, Plan):
            return rules.allows(line.source.zone, line.target.zone, line.protocol, line.port)
        return rules.rule(line.source, line.target, line.protocol, line.port, line.last) is not None

    def verdict(line: Line) -> Verdict:
        if allowed(line):
            return "expected"
        return "outside" if baseline.known(line) else "new"

    return verdict


def matrix(lines: Iterable[Line], verdict: Judge) -> list[Cell]:
    """Zone × zone, by their names."""
    cells: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        cells.setdefault((line.source.zone, line.target.zone), []).append(line)
    return [_cell(*zones, held, [verdict(line) for line in held]) for zones, held in sorted(cells.items())]


def usages(lines: Iterable[Line], roster: Roster, verdict: Judge) -> list[Usage]:
    """Groups of like devices × services, by group."""
    rows: dict[tuple[str, str, str, int], list[Line]] = {}
    for line in lines:
        rows.setdefault((line.source.peers, *_done(line)[1:]), []).append(line)
    return [_usage(place, held, roster, verdict) for place, held in sorted(rows.items())]


def silent(matcher: Matcher, lines: Iterable[Line]) -> list[tuple[str, str, int]]:
    """Rules that nothing used: source zone, target zone and the rule's place in its conduit."""
    used = {id(matcher.rule(line.source, line.target, line.protocol, line.port, line.last)) for line in lines}
    return [
        (conduit.source, conduit.target, place)
        for conduit in matcher.policy.conduits for place, rule in enumerate(conduit.rules) if id(rule) not in used
    ]  # fmt: skip


def crossed(crossings: Iterable[Crossing], since: int = 0) -> list[Cell]:
    """The matrix from the roll-up of the zoning stage: the days from ``since`` on, a flow per service and day."""
    cells: dict[tuple[str, str], list[Crossing]] = {}
    for one in crossings:
        if one.day * DAY + DAY > since:
            cells.setdefault((one.source, one.target), []).append(one)
    return [_summed(*zones, held) for zones, held in sorted(cells.items())]


def _done(line: Line) -> tuple[str, str, str, int]:
    return line.source.peers, role(line.target), line.protocol, line.port


def label(protocol: str, port: int, service: str) -> str:
    """A service for a person: ``dicom 104``, ``tcp/8080``, ``icmp``."""
    if service:
        return f"{service} {port}" if port else service
    return f"{protocol}/{port}" if port else protocol


def _cell(source: str, target: str, lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Cell:
    busy: dict[str, int] = {}
    days = 0
    for line in lines:
        name = label(line.protocol, line.port, line.service)
        busy[name] = busy.get(name, 0) + line.octets
        days |= line.marks
    return Cell(
        source=source,
        target=target,
        flows=len(lines),
        expected=verdicts.count("expected"),
        outside=verdicts.count("outside"),
        new=verdicts.count("new"),
        devices=len({line.source.id for line in lines}),
        services=tuple(sorted(busy, key=lambda name: (-busy[name], name))),
        octets=sum(line.octets for line in lines),
        days=days.bit_count(),
        first=min(line.first for line in lines),
        last=max(line.last for line in lines),
    )


def _usage(place: tuple[str, str, str, int], lines: Sequence[Line], roster: Roster, verdict: Judge) -> Usage:
    group, target, protocol, port = place
    showing = len({line.source.id for line in lines})
    found = {verdict(line) for line in lines}
    days, dscp = 0, (-1, -1)
    for line in lines:
        days |= line.marks
        dscp = lowest(dscp, line.dscp)
    first = lines[0]
    asked = packaged().of(first.source.kind, first.target.kind, protocol, port, first.service)
    return Usage(
        group=group,
        target=target,
        protocol=protocol,
        port=port,
        service=next((line.service for line in lines if line.service), ""),
        showing=showing,
        peers=max(showing, len(roster.members(group))),
        days=days.bit_count(),
        octets=sum(line.octets for line in lines),
        first=min(line.first for line in lines),
        last=max(line.last for line in lines),
        verdict="new" if "new" in found else "outside" if "outside" in found else "expected",
        dscp=dscp,
        marking=asked.name if asked else "",
        marked=asked is None or all(mark < 0 or asked.accepts(mark) for mark in dscp),
    )


def _summed(source: str, target: str, held: Sequence[Crossing]) -> Cell:
    busy: dict[str, int] = {}
    for one in held:
        busy[one.service] = busy.get(one.service, 0) + one.octets
    marks = 0
    for one in held:
        marks |= int.from_bytes(one.marks, "little")
    outside = sum(one.outside for one in held)
    flows = sum(one.flows for one in held)
    return Cell(
        source=source,
        target=target,
        flows=flows,
        expected=flows - outside,
        outside=outside,
        new=0,
        devices=Crossing.heard(marks),
        services=tuple(sorted(busy, key=lambda name: (-busy[name], name))),
        octets=sum(one.octets for one in held),
        days=len({one.day for one in held}),
        first=min(one.first for one in held),
        last=max(one.last for one in held),
    )
