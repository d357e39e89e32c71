"""Must: what has to pass whatever was observed, per kind of device, and what a flow means for care.

Question: which paths would nobody see in a quiet week, and everybody miss on a bad day?
Reference: domain note 04 §7 (c): the synthetic must-pass set; must.toml. A path is tested from every device that needs
it to whoever serves it in this hospital: those seen serving, to several or again, else the devices of the kinds that
do. A path that nobody could serve here is untested, which is said, and is no break. Answers pass with what they answer.

Example:
    >>> [row.name for row in musts()[:3]], meaning("tcp", 104, "dicom").code
    (['dhcp', 'dns', 'ntp'], 'images')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

from garde.model.rows import read
from garde.zones.party import Party, Roster
from garde.zones.roll import Line

#: Most servers of one path that are tried and proposed, busiest first.
SERVERS: Final = 8
#: On how many days somebody must have asked a service of which nobody else knows.
COMES_BACK: Final = 2
#: Packets of a connection attempt that came to nothing: SYN, its answer, RST.
ATTEMPT: Final = 3


class Must(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row ``[[must]]``.

    Attributes:
        name: stable code.
        sources, groups: kinds, or groups of kinds, that need it.
        from_zone: the zone that needs it, instead.
        targets: kinds that serve it; none means whoever was seen to.
        protocol, ports: what; the first port is meant where nobody was seen to serve.
        observed: only those who were seen to serve it are meant.
        every: each of them must be reached, not one.
        scope: whether a rule for it is written for the zone or for the kind.
        fr, en: what it is for.
    """

    name: str
    sources: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    from_zone: str = ""
    targets: tuple[str, ...] = ()
    protocol: str
    ports: tuple[int, ...]
    observed: bool = False
    every: bool = False
    scope: Literal["zone", "kind"] = "kind"
    fr: str
    en: str


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row ``[[meaning]]``.

    Attributes:
        code: stable code.
        kinds: only for flows of these kinds; none means all.
        services: names of dissectors. protocol, ports: where none recognised it.
        periodic: typical of what happens once a month.
        fr, en: what the flow is for.
    """

    code: str
    kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    protocol: str
    ports: tuple[int, ...] = ()
    periodic: bool = False
    fr: str
    en: str


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that must pass, for devices that are alike, in this hospital.

    Attributes:
        must: the row.
        sources: those who need it; of one zone and, where the row's scope is the kind, of one kind.
        servers: who serves it and on which port; empty when nobody does here, and it cannot be tested.
    """

    must: Must
    sources: tuple[Party, ...]
    servers: tuple[tuple[Party, int], ...]


@cache
def _tables() -> dict[str, tuple[msgspec.Struct, ...]]:
    text = resources.files("garde.zones").joinpath("must.toml").read_text("utf-8")
    return read(text, "must.toml", {"must": Must, "meaning": Meaning}, "must")


def musts() -> tuple[Must, ...]:
    """Every row ``[[must]]``."""
    return _tables()["must"]  # type: ignore[return-value]


def meanings() -> tuple[Meaning, ...]:
    """Every row ``[[meaning]]``; the last fits anything."""
    return _tables()["meaning"]  # type: ignore[return-value]


def meaning(protocol: str, port: int, service: str, kind: str = "") -> Meaning:
    """What a flow of a kind of device is for: by what was recognised, else by its port."""
    return _meaning(protocol, port, service, kind)


@cache
def _meaning(protocol: str, port: int, service: str, kind: str) -> Meaning:
    fitting = [row for row in meanings() if not row.kinds or kind in row.kinds]
    if service:
        for row in fitting:
            if service in row.services:
                return row
    return next(
        (row for row in fitting if row.protocol == protocol and port in row.ports), meanings()[-1],
    )  # fmt: skip


def paths(roster: Roster, lines: Iterable[Line], rows: Sequence[Must] | None = None) -> list[Path]:
    """What must pass in this hospital, by row, then by zone and kind.

    Args:
        lines: what was observed, from which servers are known.
        rows: other rows than Garde's own.
    """
    seen: dict[tuple[str, int], dict[str, list[Line]]] = {}
    asking: dict[str, dict[str, Party]] = {}
    marks = 0
    for line in lines:
        marks |= line.marks
        asking.setdefault(line.source.zone, {})[line.source.id] = line.source
        # An attempt that came to nothing is nobody's service, nor is what a device under suspicion is asked.
        answered = line.protocol != "tcp" or line.packets > ATTEMPT * line.times
        if answered and not line.source.alarmed and not line.target.alarmed:
            seen.setdefault((line.protocol, line.port), {}).setdefault(line.target.id, []).append(line)
    least = min(COMES_BACK, marks.bit_count())
    serving = {
        service: {
            name: (sum(one.times for one in held), held[0].target) for name, held in by.items() if _serves(held, least)
        }
        for service, by in seen.items()
    }
    found = []
    for row in musts() if rows is None else rows:
        servers = tuple(_servers(row, roster, serving))
        for sources in _sources(row, roster, asking):
            alone = sources[0].id if len(sources) == 1 else ""
            others = tuple(one for one in servers if one[0].id != alone)
            found.append(Path(must=row, sources=tuple(sources), servers=others))
    return found


def _serves(held: Sequence[Line], least: int) -> bool:
    """Whether it is a service: several ask for it, or it is asked for again; what happened once is not."""
    marks = 0
    for line in held:
        marks |= line.marks
    return len(held) > 1 or marks.bit_count() >= least


def _servers(
    row: Must, roster: Roster, serving: dict[tuple[str, int], dict[str, tuple[int, Party]]]
) -> Iterator[tuple[Party, int]]:
    seen: dict[str, tuple[int, Party, int]] = {}
    for port in row.ports:
        for times, party in serving.get((row.protocol, port), {}).values():
            if row.targets and party.kind not in row.targets:
                continue
            if not row.targets and (not party.known or party.zone == roster.plan.outside):
                continue
            if party.id not in seen or times > seen[party.id][0]:
                seen[party.id] = (times, party, port)
    busiest = sorted(seen.values(), key=lambda one: (-one[0], one[1].id))
    yield from ((party, port) for _, party, port in (busiest if row.every else busiest[:SERVERS]))
    if not row.observed:
        idle = (party for kind in row.targets for party in roster.members(f"kind:{kind}") if party.id not in seen)
        if row.every or not seen:
            yield from ((party, row.ports[0]) for party in sorted(idle, key=lambda party: party.id)[:SERVERS])


def _sources(row: Must, roster: Roster, asking: dict[str, dict[str, Party]]) -> Iterator[list[Party]]:
    if row.from_zone:
        held = {party.id: party for party in roster.members(f"zone:{row.from_zone}")} | asking.get(row.from_zone, {})
        if held:
            yield [held[name] for name in sorted(held)]
        return
    alike: dict[tuple[str, str], list[Party]] = {}
    for party in roster.parties.values():
        if party.kind in row.sources or (not row.sources and party.group in row.groups):
            alike.setdefault((party.zone, party.kind if row.scope == "kind" else ""), []).append(party)
    for place in sorted(alike):
        yield sorted(alike[place], key=lambda party: party.id)
