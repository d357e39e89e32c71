"""Matrix: which zone talks to which, what of it has a place in the plan, and what lies in one conduit.

Question: who may talk to whom, who does, and what would break if we closed it?
Reference: reference of the pages 7.4 (matrix first, a map of fixed places second); IEC 62443-3-2 (zone, conduit). Both
are read from the roll-up of the zoning stage, never from conversations. Grave is what flows out of rule beyond the site
or into a strict zone. Left out: who exactly it was, which `garde.web.pages.zones.flows` finds.

Example: ``/zones?days=7&from=Z2&to=Z5``
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.gate import Guarded, visitor_of
from garde.model.zones.crossing import Crossing
from garde.web.charts.matrix import Cell, Matrix
from garde.web.charts.zone_map import Flow, Zone, ZoneMap
from garde.web.language import Language
from garde.web.pages.zones.view import OFFERED, days_of, grave, whole, zone_name
from garde.web.site import Site, json, language_of
from garde.zones.plan import EVERY, Area, Plan

#: What may be looked at alone.
ONLY: Final = ("", "unexpected", "silent")
VIEWS: Final = ("", "picture", "map")
#: A conversation lasts five minutes: so many make an hour.
PER_HOUR: Final = 12


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service of a conduit.

    Attributes:
        name: ``dicom 104``.
        flows: conversations of five minutes; outside: those of them that the plan has no place for.
        devices: how many asked. hours: device-hours, twelve conversations each.
        octets, days, first, last: how much, on how many days, from when to when.
        severity: how grave; empty when all of it is expected.
        href: where its conversations are listed.
    """

    name: str
    flows: int
    outside: int
    devices: int
    hours: float
    octets: int
    days: int
    first: int
    last: int
    severity: str
    href: str


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One cell.

    Attributes:
        source, target: names of zones.
        expected, outside: how many services are in rule, and how many are not or not always.
        severity: of those out of rule; empty for none.
        silent: the plan has a way for it, and nothing went there.
        chosen: its conduit is shown.
        href: where its conduit is shown.
    """

    source: str
    target: str
    expected: int = 0
    outside: int = 0
    severity: str = ""
    silent: bool = False
    chosen: bool = False
    href: str = ""


class Conduit(msgspec.Struct, frozen=True, kw_only=True):
    """What lies between two zones.

    Attributes:
        source, target: names of zones.
        services: busiest first, those out of rule before the others.
        devices, hours, octets: of all of them.
        ways: what the plan says that it is for, and by which services.
    """

    source: str
    target: str
    services: tuple[Service, ...]
    devices: int
    hours: float
    octets: int
    ways: tuple[tuple[str, str], ...]


class ZonesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        zones: the plan's, in its order. names: what people call each.
        days: how many are looked at; since and until, the first moment and that behind the last; offered, others.
        rows: source zones in order, each with its cells in the order of the zones.
        chart, map: the same as pictures, each only where it is looked at.
        view, only: what of it is looked at.
        conduit: the chosen one.
        heard: device-hours of all; 0 when nothing ever crossed.
        unexpected, grave, silent: how many conduits are so.
        may_draft: the reader may have a policy proposed.
    """

    zones: tuple[Area, ...]
    names: dict[str, str]
    days: int
    since: int
    until: int
    rows: tuple[tuple[str, tuple[Pair, ...]], ...]
    chart: Matrix | None
    map: ZoneMap | None
    view: str
    only: str
    conduit: Conduit | None
    heard: float
    unexpected: int
    grave: int
    silent: int
    may_draft: bool
    offered: tuple[int, ...] = OFFERED

    def address(self, **parts: object) -> str:
        """The address of this page with other parts; an empty one is left out."""
        here = {"days": self.days, "view": self.view, "only": self.only} | parts
        return f"/zones?{urlencode([(name, value) for name, value in here.items() if value])}"


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "zones.html", page=zones_page(site, request))

    def data(request: Request) -> Response:
        return json(as_record(zones_page(site, request)))

    return [Guarded("/zones", page, "zones.read"), Guarded("/zones.json", data, "zones.read")]


def zones_page(site: Site, request: Request) -> ZonesPage:
    """The record of the page."""
    whole(request)
    t, plan = language_of(request), site.drafting.plan
    days = days_of(request)
    found = site.drafting.crossings(days)
    view = request.query_params.get("view", "")
    only = request.query_params.get("only", "")
    view, only = view if view in VIEWS else "", only if only in ONLY else ""
    held: dict[tuple[str, str], list[Crossing]] = {}
    for one in found.held:
        if one.source in plan.areas and one.target in plan.areas:
            held.setdefault((one.source, one.target), []).append(one)
    chosen = (request.query_params.get("from", ""), request.query_params.get("to", ""))
    here = [(name, value) for name, value in (("days", days), ("view", view), ("only", only)) if value]
    pairs = {
        (source, target): _pair(plan, (source, target), held.get((source, target), ()), chosen, here)
        for source in plan.areas for target in plan.areas
    }  # fmt: skip
    names = {name: zone_name(plan, name, t.code) for name in plan.areas}
    shown = {place: pair for place, pair in pairs.items() if _kept(pair, only)}
    return ZonesPage(
        zones=tuple(plan.areas.values()),
        names=names,
        days=days,
        since=found.since,
        until=found.until,
        rows=tuple(
            (source, tuple(shown.get((source, target), Pair(source=source, target=target)) for target in plan.areas))
            for source in plan.areas
        ),
        chart=_chart(plan, names, shown, t) if view == "picture" else None,
        map=_map(site, names, shown, held, t) if view == "map" else None,
        view=view,
        only=only,
        conduit=conduit_of(plan, chosen, held.get(chosen, ()), days, t.code) if set(chosen) <= set(names) else None,
        heard=round(sum(one.flows for one in found.held) / PER_HOUR, 1),
        unexpected=sum(pair.outside > 0 for pair in pairs.values()),
        grave=sum(pair.severity == "critical" for pair in pairs.values()),
        silent=sum(pair.silent for pair in pairs.values()),
        may_draft=visitor_of(request).scope("zones.draft").everything,
    )


def conduit_of(plan: Plan, zones: tuple[str, str], held: Iterable[Crossing], days: int, code: str) -> Conduit:
    """What lies between two zones, by the crossings of the days that are looked at."""
    crossings = list(held)
    by_name: dict[str, list[Crossing]] = {}
    for one in crossings:
        by_name.setdefault(one.service, []).append(one)
    services = [_service(plan, zones, name, many, days) for name, many in by_name.items()]
    services.sort(key=lambda one: (not one.outside, -one.octets, one.name))
    ways = [
        (way.fr if code == "fr" else way.en, ", ".join(way.services))
        for way in plan.ways if zones[0] in (way.source, EVERY) and zones[1] in (way.target, EVERY)
        if (way.source, way.target) == zones or plan.outside not in zones
    ]  # fmt: skip
    return Conduit(
        source=zones[0],
        target=zones[1],
        services=tuple(services),
        devices=_devices(crossings),
        hours=round(sum(one.flows for one in crossings) / PER_HOUR, 1),
        octets=sum(one.octets for one in crossings),
        ways=tuple(ways),
    )


def as_record(page: ZonesPage) -> dict[str, object]:
    """The matrix for programs."""
    return {
        "days": page.days,
        "cells": [
            {"from": pair.source, "to": pair.target, "expected": pair.expected, "outside": pair.outside,
             "severity": pair.severity, "silent": pair.silent}
            for _, pairs in page.rows for pair in pairs if pair.expected or pair.outside or pair.silent
        ],
        "conduit": page.conduit,
    }  # fmt: skip


def _kept(pair: Pair, only: str) -> bool:
    return not only or (only == "unexpected" and pair.outside > 0) or (only == "silent" and pair.silent)


def _pair(
    plan: Plan,
    zones: tuple[str, str],
    held: Iterable[Crossing],
    chosen: tuple[str, str],
    here: Iterable[tuple[str, object]],
) -> Pair:
    services: dict[str, int] = {}
    for one in held:
        services[one.service] = services.get(one.service, 0) + one.outside
    outside = sum(many > 0 for many in services.values())
    open_way = any((way.source, way.target) == zones for way in plan.ways)
    return Pair(
        source=zones[0],
        target=zones[1],
        expected=len(services) - outside,
        outside=outside,
        severity=grave(plan, *zones) if outside else "",
        silent=open_way and not services,
        chosen=zones == chosen,
        href=f"/zones?{urlencode([*here, ('from', zones[0]), ('to', zones[1])])}#conduit",
    )


def _service(plan: Plan, zones: tuple[str, str], name: str, held: list[Crossing], days: int) -> Service:
    outside = sum(one.outside for one in held)
    query = urlencode({"from": zones[0], "to": zones[1], "service": name, "days": days})
    return Service(
        name=name,
        flows=sum(one.flows for one in held),
        outside=outside,
        devices=_devices(held),
        hours=round(sum(one.flows for one in held) / PER_HOUR, 1),
        octets=sum(one.octets for one in held),
        days=len({one.day for one in held}),
        first=min(one.first for one in held),
        last=max(one.last for one in held),
        severity=grave(plan, *zones) if outside else "",
        href=f"/zones/flows?{query}",
    )


def _devices(held: Iterable[Crossing]) -> int:
    marks = 0
    for one in held:
        marks |= int.from_bytes(one.marks, "little")
    return Crossing.heard(marks)


def _chart(plan: Plan, names: dict[str, str], shown: dict[tuple[str, str], Pair], t: Language) -> Matrix:
    order = list(plan.areas)
    return Matrix(
        title=t("Services from zone to zone"),
        rows=tuple(names.values()),
        columns=tuple(plan.areas[name].name for name in order),
        cells=tuple(
            Cell(order.index(source), order.index(target), pair.outside or pair.expected, pair.severity, pair.href)
            for (source, target), pair in shown.items() if pair.outside or pair.expected
        ),
        corner=t("from, to"),
        same=True,
    )  # fmt: skip


def _map(
    site: Site, names: dict[str, str], shown: dict[tuple[str, str], Pair],
    held: dict[tuple[str, str], list[Crossing]], t: Language,
) -> ZoneMap:  # fmt: skip
    """Levels of security from top to bottom; in each its zones side by side, and the outside in the last column."""
    plan = site.drafting.plan
    levels = sorted({area.level for area in plan.areas.values()}, reverse=True)
    inner = {level: [a.name for a in plan.areas.values() if a.level == level and not a.outside] for level in levels}
    columns = max(1, *(len(many) for many in inner.values()))
    asking: dict[str, list[Crossing]] = {}
    for (source, _), many in held.items():
        asking.setdefault(source, []).extend(many)
    zones = [
        Zone(
            name, names[name], levels.index(area.level),
            columns if area.outside else inner[area.level].index(name), _devices(asking.get(name, ())),
        )
        for name, area in plan.areas.items()
    ]  # fmt: skip
    return ZoneMap(
        title=t("Zones and what flows between them"),
        levels=tuple(t("level {n}", n=level) for level in levels),
        sites=(site.name, *([""] * (columns - 1)), t("beyond the site")),
        zones=tuple(zones),
        flows=tuple(
            Flow(source, target, sum(one.octets for one in held[source, target]), pair.severity, pair.href)
            for (source, target), pair in shown.items() if source != target and (pair.expected or pair.outside)
        ),
    )  # fmt: skip
