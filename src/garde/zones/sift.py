"""Sift: which observed flows may teach a policy, which need a person, and which are no evidence at all.

Question: is this flow normal for devices of this kind, or only something that happened once?
Reference: domain note 04 §6 steps 1 to 4 and 6. Scanners and the site's own probes teach nothing. A flow of a device
with an open finding of medium severity or worse is left out, so that an intruder cannot write his own permission. What
few peers show goes to a list for a person and is never accepted by itself.

Example:
    >>> sorted(REASONS)[:3]
    ['alarmed', 'plan', 'ports']
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from garde.zones.match import Helper, helpers
from garde.zones.must import ATTEMPT, COMES_BACK
from garde.zones.party import UNKNOWN, Party, Roster
from garde.zones.plan import Plan
from garde.zones.roll import Line, role

#: Share of peers that must show a flow.
SUPPORT: Final = 0.3
#: Criticality from which a flow that comes back is kept though few show it.
CRITICAL: Final = 4
#: With fewer peers than these a share says little: the flow must come back as well.
FEW: Final = 4
#: A source is a scanner when so many places of it stayed without a conversation, and they are most of what it did.
SCAN: Final = 20
#: So many further ports of one pair are no services of their own.
MANY: Final = 6
#: First port that programs take for themselves.
HIGH: Final = 1024

#: Why a flow is not taken → what a person reads.
REASONS: Final = {
    "rare": ("peu de dispositifs semblables le font", "few devices of its kind do this"),
    "plan": ("le plan n'a pas de conduit entre ces zones", "the plan has no conduit between these zones"),
    "unknown": ("personne ne sait ce qu'est la source", "nobody knows what the source is"),
    "ports": ("ports changeants sans protocole connu", "changing ports without a known protocol"),
    "alarmed": ("un constat est ouvert sur l'un des deux", "a finding is open on one of the two"),
    "scanner": ("la source balaie le réseau", "the source scans the network"),
    "probe": ("sonde du site", "the site's own probe"),
}


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Something observed that a person must judge.

    Attributes:
        reason: a word of ``REASONS``.
        group: the devices' object. devices: ids of those that did it, at most ten.
        showing, peers: how many of the group did it, and how many there are.
        source_zone, target_zone, target: where to; the target as `garde.zones.roll.role` has it.
        protocol, ports, service: what; at most ten ports.
        times, days, octets, first, last: how much and when.
    """

    reason: str
    group: str
    devices: tuple[str, ...]
    showing: int
    peers: int
    source_zone: str
    target_zone: str
    target: str
    protocol: str
    ports: tuple[int, ...]
    service: str
    times: int
    days: int
    octets: int
    first: int
    last: int


class Learnt(msgspec.Struct, gc=False):
    """A line that teaches, why, and the protocol that the enforcement point must follow for it."""

    line: Line
    because: tuple[str, ...]
    basis: str = "learnt"
    helper: str = ""


class Sifted(msgspec.Struct, kw_only=True):
    """What became of the lines.

    Attributes:
        learnt: what a policy may be made of.
        covered: lines that a helper of a learnt line takes care of.
        review: what a person must judge, with the lines.
        dropped: reason → how many lines are no evidence.
        days: number of days with any traffic.
    """

    learnt: list[Learnt] = []
    covered: list[Line] = []
    review: list[tuple[str, list[Line]]] = []
    dropped: dict[str, int] = {}
    days: int = 0


def scanners(lines: Iterable[Line]) -> set[str]:
    """Sources that knock at many places and are let in at few."""
    knocks: dict[str, int] = {}
    calls: dict[str, int] = {}
    for line in lines:
        if line.protocol == "tcp":
            name = line.source.id
            if line.packets <= ATTEMPT * line.times:
                knocks[name] = knocks.get(name, 0) + 1
            else:
                calls[name] = calls.get(name, 0) + 1
    return {name for name, many in knocks.items() if many >= SCAN and many >= 2 * calls.get(name, 0)}


def sift(
    lines: Sequence[Line],
    roster: Roster,
    *,
    probes: Collection[str] = (),
    declared: Collection[tuple[str, str, int]] = (),
) -> Sifted:
    """What may teach, and what may not.

    Args:
        probes: addresses from which the site itself scans.
        declared: what makers declare: a word of rules for the source, protocol, port.
    """
    out = Sifted(days=_days(lines))
    scanning = scanners(lines)
    own = set(probes)
    kept: list[Line] = []
    aside: dict[str, list[Line]] = {}
    for line in lines:
        if own.intersection(line.source.addresses):
            out.dropped["probe"] = out.dropped.get("probe", 0) + 1
        elif line.source.id in scanning:
            aside.setdefault("scanner", []).append(line)
        elif line.source.alarmed or line.target.alarmed:
            aside.setdefault("alarmed", []).append(line)
        else:
            kept.append(line)
    heard = {party.id for line in lines for party in (line.source, line.target)}
    for reason, held in aside.items():
        out.dropped[reason] = len(held)
        out.review += [(reason, group) for group in _grouped(held)]
    further = _further(kept)
    wanted = set(declared)
    peers: dict[tuple[str, str], int] = {}

    def sort(some: list[Line]) -> None:
        for group in _alike(_settled(some, out)):
            _sift(group, roster, heard, peers, wanted, out)

    sort([line for line in kept if id(line) not in further])
    taught = {(one.line.source.id, one.line.target.id, one.line.protocol, one.line.port) for one in out.learnt}
    # What follows a connection that taught nothing must stand by itself.
    out.covered = [line for line in kept if taught.intersection(further.get(id(line), ()))]
    sort([line for line in kept if id(line) in further and not taught.intersection(further[id(line)])])
    return out


def reviews(sifted: Sifted, roster: Roster, allowed: Collection[int]) -> list[Review]:
    """The list for a person, most devices first; lines (by ``id``) that the policy allows anyway are no question."""
    found = []
    for reason, lines in sifted.review:
        open_ = [line for line in lines if id(line) not in allowed]
        if open_:
            found.append(_review(reason, open_, roster))
    order = list(REASONS)
    return sorted(found, key=lambda one: (order.index(one.reason), -one.showing, one.group, one.target, one.ports))


def _sift(
    lines: list[Line],
    roster: Roster,
    heard: set[str],
    peers: dict[tuple[str, str], int],
    declared: set[tuple[str, str, int]],
    out: Sifted,
) -> None:
    """One thing that devices of one model and firmware do."""
    first = lines[0]
    party = first.source
    showing = len({line.source.id for line in lines})
    place = (party.peers, party.firmware)
    if place not in peers:
        peers[place] = sum(
            one.id in heard and one.firmware == party.firmware and not one.alarmed
            for one in roster.members(party.peers)
        )
    many = max(showing, peers[place])
    marks = 0
    for line in lines:
        marks |= line.marks
    days = marks.bit_count()
    words = (f"kind:{party.kind}", party.peers)
    stated = any((word, first.protocol, first.port) in declared for word in words)
    support = showing / many
    returns = days >= min(COMES_BACK, out.days)
    reason = ""
    if not stated:
        if party.kind == UNKNOWN:
            reason = "unknown"
        elif not _planned(roster.plan, first):
            reason = "plan"
        elif not (support >= SUPPORT and (many >= FEW or returns)) and not (
            party.criticality >= CRITICAL and days >= COMES_BACK
        ):
            reason = "rare"
    if reason:
        out.review.append((reason, lines))
        return
    because = (f"support: {showing}/{many}", f"days: {days}/{out.days}")
    basis = "declared" if stated else "learnt"
    out.learnt += (Learnt(line, because, basis) for line in lines)


def _further(lines: Sequence[Line]) -> dict[int, list[tuple[str, str, str, int]]]:
    """Lines that may be further connections of a protocol that agrees on ports, and the first connections seen."""
    seen = {(line.source.id, line.target.id, line.protocol, line.port) for line in lines}
    found: dict[int, list[tuple[str, str, str, int]]] = {}
    for line in lines:
        for helper in helpers() if line.port >= HIGH else ():
            if helper.protocol == line.protocol and line.port >= helper.low and line.port != helper.port:
                first = _first(helper, line)
                if first in seen:
                    found.setdefault(id(line), []).append(first)
    return found


def _first(helper: Helper, line: Line) -> tuple[str, str, str, int]:
    source, target = (line.target, line.source) if helper.back else (line.source, line.target)
    return source.id, target.id, helper.protocol, helper.port


def _settled(lines: list[Line], out: Sifted) -> list[Line]:
    """Without ports that change from day to day, which are a question of their own."""
    pairs: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        if line.port >= HIGH and line.days <= 1:
            pairs.setdefault((line.source.id, line.target.id, line.protocol), []).append(line)
    loose = [held for held in pairs.values() if len(held) >= MANY]
    out.review += (("ports", held) for held in loose)
    gone = {id(line) for held in loose for line in held}
    return [line for line in lines if id(line) not in gone]


def _planned(plan: Plan, line: Line) -> bool:
    return plan.allows(line.source.zone, line.target.zone, line.protocol, line.port)


def _alike(lines: Iterable[Line]) -> Iterable[list[Line]]:
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        source = line.source
        place = (
            source.peers,
            source.firmware,
            source.zone,
            line.target.zone,
            role(line.target),
            line.protocol,
            str(line.port),
        )
        groups.setdefault(place, []).append(line)
    return (groups[place] for place in sorted(groups))


def _grouped(lines: Iterable[Line]) -> Iterable[list[Line]]:
    """What one party did, as one question."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.source.id, line.protocol), []).append(line)
    return (groups[place] for place in sorted(groups))


def _days(lines: Iterable[Line]) -> int:
    marks = 0
    for line in lines:
        marks |= line.marks
    return marks.bit_count()


def _review(reason: str, lines: Sequence[Line], roster: Roster) -> Review:
    first: Line = min(lines, key=lambda line: (line.first, line.source.id, line.target.id, line.port))
    source: Party = first.source
    devices = sorted({line.source.id for line in lines})
    targets = {role(line.target) for line in lines}
    return Review(
        reason=reason,
        group=source.peers,
        devices=tuple(devices[:10]),
        showing=len(devices),
        peers=max(len(devices), len(roster.members(source.peers))),
        source_zone=source.zone,
        target_zone=first.target.zone,
        target=role(first.target) if len(targets) == 1 else "any",
        protocol=first.protocol,
        ports=tuple(sorted({line.port for line in lines})[:10]),
        service=next((line.service for line in lines if line.service), ""),
        times=sum(line.times for line in lines),
        days=_days(lines),
        octets=sum(line.octets for line in lines),
        first=first.first,
        last=max(line.last for line in lines),
    )
