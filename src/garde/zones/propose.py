"""Propose: the smallest set of conduits that explains what was observed and what must pass.

Question: which policy would let this hospital work as it does, permit little else, and be short enough to be read?
Reference: domain note 04 §6 steps 5 and 6. Cost is one per rule and λ per pair of devices that a rule permits and
nobody used; a rule speaks of a model, a kind or a zone where that is cheaper. Coverage and over-permission stand beside
the proposal. Left out: ranges of ports, which nothing observed can justify.

Example::

    made = propose(lines, roster, at=now)
    made.policy.id, made.coverage.octets, made.review[0].reason
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import Final

import msgspec

from garde.model.zones.zone import Conduit, Policy, Rule, drafted
from garde.zones.marking import Marking
from garde.zones.match import HELPER, Matcher, helpers
from garde.zones.must import Path, paths
from garde.zones.party import Roster, of_one
from garde.zones.roll import Line
from garde.zones.sift import Learnt, Review, Sifted, reviews, sift

#: Cost of one pair that a rule permits and nobody used, in rules.
LAMBDA: Final = 0.05
#: Share of rules that may rest only on the second half of the time before a proposal is called unsettled.
SETTLED: Final = 0.05
#: With more different partners beyond the site, a rule means all of it.
OUTSIDE: Final = 4


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what was observed the policy explains, scanners and probes left out: shares of 0 to 1."""

    lines: float
    conversations: float
    octets: float


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A draft, and all that a person must know to judge it.

    Attributes:
        policy: the draft.
        days: on how many days anything was observed; since, until: the window, nanoseconds since 1970.
        rules: how many the draft has.
        coverage: what it explains.
        permitted, observed: pairs of devices and port that it permits within the site, and those of them in use.
        over: share of the permitted pairs that nobody used.
        fresh: share of learnt rules that rest only on the second half of the window. settled: it is small enough.
        dropped: reason → lines that were no evidence.
        review: what a person must judge.
        untested: names of must-pass rows that nobody serves here.
    """

    policy: Policy
    days: int
    since: int
    until: int
    rules: int
    coverage: Coverage
    permitted: int
    observed: int
    over: float
    fresh: float
    settled: bool
    dropped: dict[str, int]
    review: tuple[Review, ...]
    untested: tuple[str, ...]


class _Draft(msgspec.Struct):
    """A rule in the making: between which zones, and since when it was seen to be needed."""

    rule: Rule
    zones: tuple[str, str]
    first: int = 0


def propose(
    lines: Sequence[Line],
    roster: Roster,
    *,
    at: int,
    name: str = "",
    marking: Marking | None = None,
    probes: Collection[str] = (),
    declared: Collection[tuple[str, str, int]] = (),
    weight: float = LAMBDA,
) -> Proposal:
    """A policy from what was observed.

    Args:
        lines: of the window, at least fourteen days where a policy is to be enforced.
        at: now, nanoseconds since 1970.
        name: of the policy.
        marking: gives rules their DSCP; None leaves packets as they are.
        probes, declared: as in `garde.zones.sift.sift`.
        weight: λ.
    """
    sifted = sift(lines, roster, probes=probes, declared=declared)
    needs = paths(roster, (one.line for one in sifted.learnt))
    drafts = [*_must(needs), *_learnt(sifted, roster, weight, marking)]
    conduits = {zones: _thinned(zones, held, roster) for zones, held in _by_zones(drafts).items()}
    policy = drafted(
        name, at, roster.plan.zones,
        (Conduit(source=s, target=t, rules=tuple(one.rule for one in held)) for (s, t), held in conduits.items()),
    )  # fmt: skip
    matcher = Matcher(policy)
    allowed = {id(line) for line in lines if matcher.rule(line.source, line.target, line.protocol, line.port)}
    permitted, observed = _pairs(conduits, roster, lines, allowed)
    since, until = min((line.first for line in lines), default=at), max((line.last for line in lines), default=at)
    fresh = _fresh([one for held in conduits.values() for one in held], (since + until) // 2)
    return Proposal(
        policy=policy,
        days=sifted.days,
        since=since,
        until=until,
        rules=sum(map(len, conduits.values())),
        coverage=_coverage(lines, allowed, sifted, probes),
        permitted=permitted,
        observed=observed,
        over=round(1 - observed / permitted, 4) if permitted else 0.0,
        fresh=round(fresh, 4),
        settled=fresh <= SETTLED,
        dropped=sifted.dropped,
        review=tuple(reviews(sifted, roster, allowed)),
        untested=tuple(sorted({need.must.name for need in needs if not need.servers})),
    )


# ------------------------------------------------------------------------------------------------------------ must pass
def _must(needs: Iterable[Path]) -> Iterator[_Draft]:
    for need in needs:
        row = need.must
        source = need.sources[0]
        word = f"zone:{source.zone}" if row.scope == "zone" or not source.known else f"kind:{source.kind}"
        for server, port in need.servers:
            rule = Rule(
                source=word, target=of_one(server.id), protocol=row.protocol, low=port, high=port, basis="must-pass",
                because=(f"must: {row.name}",),
            )  # fmt: skip
            yield _Draft(rule, (source.zone, server.zone))


# --------------------------------------------------------------------------------------------------------------- learnt
def _learnt(sifted: Sifted, roster: Roster, weight: float, marking: Marking | None) -> Iterator[_Draft]:
    """Rules for what may teach: per service and pair of zones, first the targets of each group, then the groups."""
    places: dict[tuple[str, str, str, int], dict[str, list[Learnt]]] = {}
    followed = _followed(sifted)
    for one in sifted.learnt:
        line = one.line
        place = (line.source.zone, line.target.zone, line.protocol, line.port)
        places.setdefault(place, {}).setdefault(line.source.peers, []).append(one)
    for place in sorted(places):
        source_zone, target_zone, protocol, port = place
        by_target: dict[str, dict[str, list[Learnt]]] = {}
        for group, held in sorted(places[place].items()):
            for word, part in _targets(group, held, source_zone, target_zone, roster, weight):
                by_target.setdefault(word, {})[group] = part
        for target, groups in sorted(by_target.items()):
            for word, part in _groups(groups, source_zone, roster, weight):
                yield _draft(word, target, protocol, port, part, followed, marking)


def _targets(
    group: str, held: list[Learnt], source_zone: str, target_zone: str, roster: Roster, weight: float
) -> list[tuple[str, list[Learnt]]]:
    """The cheapest words for whom a group asks."""
    if target_zone == roster.plan.outside and len({one.line.target.id for one in held}) > OUTSIDE:
        return [(f"zone:{target_zone}", held)]
    many = max(1, sum(party.zone == source_zone for party in roster.members(group)))
    by_kind: dict[str, list[Learnt]] = {}
    for one in held:
        by_kind.setdefault(one.line.target.kind if one.line.target.known else "", []).append(one)
    words: list[tuple[str, list[Learnt]]] = []
    cost = 0.0
    for kind, part in sorted(by_kind.items()):
        each: dict[str, list[Learnt]] = {}
        for one in part:
            each.setdefault(one.line.target.id, []).append(one)
        used = len({(one.line.source.id, one.line.target.id) for one in part})
        single = len(each) + weight * (many * len(each) - used)
        size = sum(party.zone == target_zone for party in roster.members(f"kind:{kind}")) if kind else 0
        whole = 1 + weight * (many * size - used) if size else single + 1
        if whole < single:
            words.append((f"kind:{kind}", part))
        else:
            words += ((of_one(name), lines) for name, lines in sorted(each.items()))
        cost += min(whole, single)
    size = len(roster.members(f"zone:{target_zone}"))
    used = len({(one.line.source.id, one.line.target.id) for one in held})
    if len(words) > 1 and "" not in by_kind and 1 + weight * (many * size - used) < cost:
        return [(f"zone:{target_zone}", held)]
    return words


def _groups(
    groups: dict[str, list[Learnt]], zone: str, roster: Roster, weight: float
) -> list[tuple[str, list[Learnt]]]:
    """The cheapest words for who asks the same target by the same service: models of one kind, kinds of one zone."""
    by_kind: dict[str, dict[str, list[Learnt]]] = {}
    for group, held in groups.items():
        source = held[0].line.source
        by_kind.setdefault(source.kind if source.known else "", {})[group] = held
    words: list[tuple[str, list[Learnt]]] = []
    for kind, models in sorted(by_kind.items()):
        asked = {one.line.target.id for held in models.values() for one in held}
        here = {party.id for party in roster.members(f"kind:{kind}") if party.zone == zone} if kind else set()
        listed = {party.id for group in models for party in roster.members(group) if party.zone == zone}
        if len(models) > 1 and here and 1 + weight * len(here - listed) * len(asked) < len(models):
            words.append((f"kind:{kind}", [one for held in models.values() for one in held]))
        else:
            words += sorted(models.items())
    asked = {one.line.target.id for _, held in words for one in held}
    here = {party.id for party in roster.members(f"zone:{zone}")}
    listed = {party.id for word, _ in words for party in roster.members(word) if party.zone == zone}
    if len(words) > 1 and here and "" not in by_kind and 1 + weight * len(here - listed) * len(asked) < len(words):
        return [(f"zone:{zone}", [one for _, held in words for one in held])]
    return words


def _draft(
    word: str,
    target: str,
    protocol: str,
    port: int,
    part: list[Learnt],
    followed: dict[int, str],
    marking: Marking | None,
) -> _Draft:
    helper = next((followed[id(one.line)] for one in part if id(one.line) in followed), "")
    classes = {
        found.dscp[0]
        for one in part
        if marking
        and (found := marking.of(one.line.source.kind, one.line.target.kind, protocol, port, one.line.service))
    }
    rule = Rule(
        source=word,
        target=target,
        protocol=protocol,
        low=port,
        high=port,
        service=next((one.line.service for one in part if one.line.service), ""),
        dscp=classes.pop() if len(classes) == 1 else None,
        basis="declared" if all(one.basis == "declared" for one in part) else "learnt",
        because=(*sorted({text for one in part for text in one.because})[:6], *([HELPER + helper] if helper else [])),
    )
    line = part[0].line
    return _Draft(rule, (line.source.zone, line.target.zone), min(one.line.first for one in part))


def _followed(sifted: Sifted) -> dict[int, str]:
    """Lines whose protocol the enforcement point must follow, because their pair was seen to open further ports."""
    pairs = {(line.source.id, line.target.id, line.protocol) for line in sifted.covered}
    known: dict[tuple[str, int], list[tuple[str, bool]]] = {}
    for helper in helpers():
        known.setdefault((helper.protocol, helper.port), []).append((helper.name, helper.back))
    found = {}
    for one in sifted.learnt:
        line = one.line
        for name, back in known.get((line.protocol, line.port), ()):
            ends = (line.target.id, line.source.id) if back else (line.source.id, line.target.id)
            if (*ends, line.protocol) in pairs:
                found[id(line)] = name
    return found


# ------------------------------------------------------------------------------------------------------------- thinning
def _by_zones(drafts: Iterable[_Draft]) -> dict[tuple[str, str], list[_Draft]]:
    found: dict[tuple[str, str], list[_Draft]] = {}
    for draft in drafts:
        found.setdefault(draft.zones, []).append(draft)
    return found


def _thinned(zones: tuple[str, str], held: list[_Draft], roster: Roster) -> list[_Draft]:
    """Without rules that another of the same conduit covers; what must pass stays."""
    by_service: dict[tuple[str, int, int], list[_Draft]] = {}
    for one in held:
        by_service.setdefault((one.rule.protocol, one.rule.low, one.rule.high), []).append(one)
    kept: list[_Draft] = []
    for _, many in sorted(by_service.items()):
        # Widest first: what an earlier one covers goes.
        many.sort(key=lambda one: (_width(one.rule), one.rule.basis != "must-pass", one.rule.source, one.rule.target))
        here: dict[tuple[str, str], _Draft] = {}
        for one in many:
            sources, targets = _wider(one.rule.source, zones[0], roster), _wider(one.rule.target, zones[1], roster)
            wider = next((here[pair] for pair in product(sources, targets) if pair in here), None)
            if wider is None:
                here[one.rule.source, one.rule.target] = one
            else:
                wider.first = min(wider.first, one.first)
                wider.rule = _joined(wider.rule, one.rule)
        kept += here.values()
    return sorted(kept, key=lambda one: (one.rule.source, one.rule.target, one.rule.protocol, one.rule.low))


_WIDTH: Final = {"any": 0, "zone": 0, "kind": 1, "model": 2, "name": 3, "ip": 3, "device": 3}


def _width(rule: Rule) -> int:
    return _WIDTH[rule.source.partition(":")[0]] + _WIDTH[rule.target.partition(":")[0]]


def _wider(word: str, zone: str, roster: Roster) -> tuple[str, ...]:
    """Words that mean at least whom this one means, within a zone."""
    if word.startswith("device:"):
        party = roster.parties.get(word.removeprefix("device:"))
        kinds = {party.kind} if party is not None else set()
    elif word.startswith("model:"):
        kinds = {party.kind for party in roster.members(word)}
    else:
        kinds = set()
    return ("any", f"zone:{zone}", *(f"kind:{kind}" for kind in kinds if len(kinds) == 1), word)


def _joined(wide: Rule, narrow: Rule) -> Rule:
    """The wider rule with what the narrower one knew besides."""
    further = tuple(one for one in narrow.because if one.startswith((HELPER, "must: ")) and one not in wide.because)
    return msgspec.structs.replace(
        wide,
        service=wide.service or narrow.service,
        dscp=wide.dscp if wide.dscp is not None else narrow.dscp,
        because=(*wide.because, *further),
    )


# -------------------------------------------------------------------------------------------------------------- figures
def _pairs(
    conduits: dict[tuple[str, str], list[_Draft]], roster: Roster, lines: Sequence[Line], allowed: Collection[int]
) -> tuple[int, int]:
    """Pairs of devices and port that are permitted within the site, and those in use."""
    outside = roster.plan.outside
    permitted = 0
    for (source, target), held in conduits.items():
        if outside not in (source, target):
            for one in held:
                permitted += _size(one.rule.source, source, roster) * _size(one.rule.target, target, roster)
    used = sum(id(line) in allowed and outside not in (line.source.zone, line.target.zone) for line in lines)
    return max(permitted, used), used


def _size(word: str, zone: str, roster: Roster) -> int:
    """How many known devices of a zone a word means; one where it means a single one or a stranger."""
    if word.startswith(("device:", "ip:", "name:")):
        return 1
    members = roster.members(f"zone:{zone}" if word == "any" else word)
    return max(1, sum(party.zone == zone for party in members))


def _fresh(held: Sequence[_Draft], middle: int) -> float:
    learnt = [one for one in held if one.rule.basis == "learnt"]
    return sum(one.first > middle for one in learnt) / len(learnt) if learnt else 0.0


def _coverage(lines: Sequence[Line], allowed: Collection[int], sifted: Sifted, probes: Collection[str]) -> Coverage:
    scanning = {id(line) for reason, held in sifted.review if reason == "scanner" for line in held}
    own = set(probes)
    counted = [line for line in lines if id(line) not in scanning and not own.intersection(line.source.addresses)]

    def share(size: Callable[[Line], int]) -> float:
        whole = sum(map(size, counted))
        return round(sum(size(line) for line in counted if id(line) in allowed) / whole, 4) if whole else 1.0

    return Coverage(
        lines=share(lambda line: 1),
        conversations=share(lambda line: line.times),
        octets=share(lambda line: line.octets),
    )
