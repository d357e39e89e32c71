"""Simulate: what a policy would have stopped, for whom, and whether it may be enforced.

Question: had this policy been in force these days, what would have broken, in which ward, and whom do we call?
Reference: domain note 04 §7; Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?" (1983) for the
rule of three. Observed flows and the must-pass set are tried. Enforcement stays locked until nothing breaks or each
break is accepted by name; where a break touches a device of RP0, two people in two roles must accept it.

Example::

    found = simulate(policy, lines, roster, at=now)
    found.clean, [one.en for one in found.breaks], locked(found, approvals)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from garde.model.message import digest
from garde.model.risk.matrix import Approval
from garde.model.zones.crossing import DAY
from garde.model.zones.zone import Policy, Rule, intact
from garde.zones.match import Matcher
from garde.zones.must import Path, meaning, paths
from garde.zones.party import Party, Roster
from garde.zones.roll import Line
from garde.zones.sift import scanners

#: Days from which a task that comes once a month would have been seen (domain note 04 §7).
MONTHLY: Final = 35
#: Days without an unexplained break before a policy may be enforced (domain note 04 §1).
WINDOW: Final = 7
#: Policy of response whose devices need two people's word (domain note 04 §7).
TWO_PERSONS: Final = "RP0"
#: Most devices that are named for one path that must pass.
NAMED: Final = 10

#: Says whom to call about a device.
Call = Callable[[Party], tuple[str, ...]]


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """Something that worked and would not.

    Attributes:
        id: ``b-`` and a digest of the policy and of who, to whom and what: the name by which it is accepted.
        source, name, kind, model, ward, response, source_zone: the device that asks.
        target, target_name, target_kind, target_zone: who is asked; for a scan ``any`` and how many.
        protocol, port, service: what.
        times, days, octets, first, last: how often (conversations of five minutes), on how many days, how much, when.
        per_day: times divided by the days of the window.
        hours: hours of the day, UTC, in which it was seen.
        meaning, fr, en: what it is for: code and words. periodic: typical of a task that comes once a month.
        suspect: ``scanner`` or ``alarmed`` when it may be what a policy is there to stop; else empty.
        call: whom to call.
    """

    id: str
    source: str
    name: str
    kind: str
    model: str
    ward: str
    response: str
    source_zone: str
    target: str
    target_name: str
    target_kind: str
    target_zone: str
    protocol: str
    port: int
    service: str
    times: int
    days: int
    octets: int
    first: int
    last: int
    per_day: float
    hours: tuple[int, ...]
    meaning: str
    fr: str
    en: str
    periodic: bool = False
    suspect: str = ""
    call: tuple[str, ...] = ()


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must pass and would not, observed or not.

    Attributes:
        id: ``n-`` and a digest of the policy, the path and who needs it.
        must, fr, en: the row of must.toml, and what it is for.
        zone, kind: who needs it; ``kind`` is empty when several kinds do.
        count: how many devices; devices: ids of the first of them.
        response: the strictest policy of response among them.
        servers: ids of who serves it. protocol, port: what, for the first of them.
        call: whom to call.
    """

    id: str
    must: str
    fr: str
    en: str
    zone: str
    kind: str
    count: int
    devices: tuple[str, ...]
    response: str
    servers: tuple[str, ...]
    protocol: str
    port: int
    call: tuple[str, ...] = ()


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule would have let through.

    Attributes:
        source, target: zones of its conduit. rule: the rule.
        lines, devices: how many pairs and how many sources used it.
        times, octets, last: how often, how much, and when last; 0 when never.
    """

    source: str
    target: str
    rule: Rule
    lines: int = 0
    devices: int = 0
    times: int = 0
    octets: int = 0
    last: int = 0


class Warn(msgspec.Struct, frozen=True, kw_only=True):
    """What the simulation cannot say: a stable code, its figure, and a sentence."""

    code: str
    value: float
    fr: str
    en: str


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome.

    Attributes:
        policy: id of the policy. intact: its content is what the id was made of.
        at: when it was simulated. since, until: first and last moment that was observed.
        days: on how many days anything was observed.
        allowed, broken: lines that pass and that do not; conversations and octets likewise.
        breaks: worst first. missing: must-pass paths that do not pass. untested: those that nobody serves here.
        rules: what each rule lets through.
        warnings: what was not observed and may be needed all the same.
    """

    policy: str
    intact: bool
    at: int
    since: int
    until: int
    days: int
    allowed: int
    broken: int
    conversations: tuple[int, int]
    octets: tuple[int, int]
    breaks: tuple[Break, ...]
    missing: tuple[Missing, ...]
    untested: tuple[str, ...]
    rules: tuple[Used, ...]
    warnings: tuple[Warn, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing would break."""
        return not self.breaks and not self.missing


def simulate(
    policy: Policy,
    lines: Sequence[Line],
    roster: Roster,
    *,
    at: int,
    needs: Sequence[Path] | None = None,
    call: Call = lambda party: (),
) -> Simulation:
    """Replay what was observed, and what must pass, against a policy.

    Args:
        lines: of the window.
        at: now, nanoseconds since 1970.
        needs: the must-pass set; None makes it from the lines.
        call: whom to call about a device.

    Raises:
        Malformed: a rule of the policy makes no sense.
    """
    matcher = Matcher(policy)
    scanning = scanners(lines)
    uses: dict[int, list[Line]] = {}
    stopped: list[Line] = []
    marks = 0
    for line in lines:
        marks |= line.marks
        rule = matcher.rule(line.source, line.target, line.protocol, line.port, line.last)
        if rule is None:
            stopped.append(line)
        else:
            uses.setdefault(id(rule), []).append(line)
    days = marks.bit_count()
    passed = [line for held in uses.values() for line in held]
    wanted = paths(roster, lines) if needs is None else needs
    missing = [found for need in wanted if (found := _missing(policy, matcher, need, at, call))]
    return Simulation(
        policy=policy.id,
        intact=intact(policy),
        at=at,
        since=min((line.first for line in lines), default=at),
        until=max((line.last for line in lines), default=at),
        days=days,
        allowed=len(passed),
        broken=len(stopped),
        conversations=(sum(line.times for line in passed), sum(line.times for line in stopped)),
        octets=(sum(line.octets for line in passed), sum(line.octets for line in stopped)),
        breaks=tuple(sorted(_breaks(policy, stopped, scanning, days, call), key=_worst)),
        missing=tuple(missing),
        untested=tuple(sorted({need.must.name for need in wanted if not need.servers})),
        rules=tuple(
            _used(conduit.source, conduit.target, rule, uses.get(id(rule), ()))
            for conduit in policy.conduits for rule in conduit.rules
        ),
        warnings=tuple(_warnings(days, lines, roster)),
    )  # fmt: skip


def locked(simulation: Simulation, accepted: Iterable[Approval]) -> tuple[str, ...]:
    """Why the policy may not be enforced, as ``code: value``; empty when it may.

    Args:
        accepted: what people said of breaks and missing paths, by their ids. A person's latest word counts.
    """
    reasons = [] if simulation.intact else [f"altered: {simulation.policy}"]
    if simulation.days < WINDOW:
        reasons.append(f"window: {simulation.days}/{WINDOW}")
    latest: dict[tuple[str, str], Approval] = {}
    for said in sorted(accepted, key=lambda one: (one.at, one.id)):
        latest[said.about, said.person] = said
    agreed: dict[str, dict[str, str]] = {}
    for said in latest.values():
        if said.agrees:
            agreed.setdefault(said.about, {})[said.person] = said.role
    asked: list[tuple[str, Break | Missing]] = [
        *(("break", one) for one in simulation.breaks), *(("must", one) for one in simulation.missing),
    ]  # fmt: skip
    for what, one in asked:
        people = agreed.get(one.id, {})
        if not people:
            reasons.append(f"{what}: {one.id}")
        elif one.response == TWO_PERSONS and (len(people) < 2 or len(set(people.values())) < 2):
            reasons.append(f"second-person: {one.id}")
    return tuple(reasons)


def _breaks(policy: Policy, stopped: Iterable[Line], scanning: set[str], days: int, call: Call) -> Iterable[Break]:
    scans: dict[tuple[str, str], list[Line]] = {}
    for line in stopped:
        if line.source.id in scanning:
            scans.setdefault((line.source.id, line.protocol), []).append(line)
        else:
            yield _break(policy, line, days, call)
    for held in scans.values():
        yield _scan(policy, held, days, call)


def _break(policy: Policy, line: Line, days: int, call: Call) -> Break:
    what = meaning(line.protocol, line.port, line.service, line.source.kind)
    return Break(
        id=f"b-{digest('break', policy.id, line.source.id, line.target.id, line.protocol, line.port)}",
        source=line.source.id,
        name=line.source.name,
        kind=line.source.kind,
        model=line.source.model,
        ward=line.source.ward,
        response=line.source.response,
        source_zone=line.source.zone,
        target=line.target.id,
        target_name=line.target.name,
        target_kind=line.target.kind,
        target_zone=line.target.zone,
        protocol=line.protocol,
        port=line.port,
        service=line.service,
        times=line.times,
        days=line.days,
        octets=line.octets,
        first=line.first,
        last=line.last,
        per_day=round(line.times / max(days, 1), 2),
        hours=line.hours,
        meaning=what.code,
        fr=what.fr,
        en=what.en,
        periodic=what.periodic,
        suspect="alarmed" if line.source.alarmed or line.target.alarmed else "",
        call=call(line.source),
    )


def _scan(policy: Policy, held: Sequence[Line], days: int, call: Call) -> Break:
    """All that a scanner did, as one: it is one decision."""
    whole = Line(held[0].source, held[0].target, held[0].protocol, 0)
    for line in held:
        whole.octets += line.octets
        whole.times += line.times
        whole.marks |= line.marks
        whole.clock |= line.clock
    whole.first, whole.last = min(line.first for line in held), max(line.last for line in held)
    zones = {line.target.zone for line in held}
    return msgspec.structs.replace(
        _break(policy, whole, days, call),
        id=f"b-{digest('break', policy.id, whole.source.id, 'any', whole.protocol, 0)}",
        target="any",
        target_name=str(len({line.target.id for line in held})),
        target_kind="",
        target_zone=zones.pop() if len(zones) == 1 else "any",
        meaning="scan",
        fr="balayage du réseau",
        en="a scan of the network",
        periodic=False,
        suspect="scanner",
    )


def _worst(one: Break) -> tuple[bool, str, int, str, str, str, int]:
    """Not suspect before suspect, RP0 before RP3 before unknown, busiest first."""
    return bool(one.suspect), one.response or "RP9", -one.times, one.source, one.target, one.protocol, one.port


def _missing(policy: Policy, matcher: Matcher, need: Path, at: int, call: Call) -> Missing | None:
    if not need.servers:
        return None
    row = need.must
    short: list[Party] = []
    for source in need.sources:
        reached = [
            matcher.rule(source, server, row.protocol, port, at) is not None
            for server, port in need.servers if server.id != source.id
        ]  # fmt: skip
        if reached and not (all(reached) if row.every else any(reached)):
            short.append(source)
    if not short:
        return None
    kinds = {source.kind for source in short}
    return Missing(
        id=f"n-{digest('missing', policy.id, row.name, short[0].zone, *sorted(source.id for source in short))}",
        must=row.name,
        fr=row.fr,
        en=row.en,
        zone=short[0].zone,
        kind=kinds.pop() if len(kinds) == 1 else "",
        count=len(short),
        devices=tuple(source.id for source in short[:NAMED]),
        response=min((source.response for source in short if source.response), default=""),
        servers=tuple(server.id for server, _ in need.servers),
        protocol=row.protocol,
        port=need.servers[0][1],
        call=tuple(dict.fromkeys(text for source in short for text in call(source))),
    )


def _used(source: str, target: str, rule: Rule, held: Sequence[Line]) -> Used:
    return Used(
        source=source,
        target=target,
        rule=rule,
        lines=len(held),
        devices=len({line.source.id for line in held}),
        times=sum(line.times for line in held),
        octets=sum(line.octets for line in held),
        last=max((line.last for line in held), default=0),
    )


def _warnings(days: int, lines: Sequence[Line], roster: Roster) -> Iterable[Warn]:
    if days < MONTHLY:
        bound = round(3 / days, 3) if days else 0.0
        yield Warn(
            code="not-observed",
            value=bound,
            fr=f"{days} jours observés: un flux jamais vu peut encore survenir jusqu'à {bound:g} fois par jour "
            "(règle de trois); non observé ne veut pas dire inutile (étalonnage, contrôle qualité du constructeur)",
            en=f"{days} days observed: a flow that was never seen may still come up to {bound:g} times a day "
            "(rule of three); not observed does not mean not needed (calibration, quality control by the maker)",
        )
    strangers = len({line.source.id for line in lines if line.source.id not in roster.parties})
    if strangers:
        yield Warn(
            code="strangers",
            value=strangers,
            fr=f"{strangers} adresses ne sont celles d'aucun dispositif connu",
            en=f"{strangers} addresses are no known device's",
        )


def window(latest: int, days: int) -> tuple[int, int]:
    """The days of UTC up to and with the one of ``latest``, as nanoseconds: from, and before."""
    end = (latest // DAY + 1) * DAY
    return end - days * DAY, end
