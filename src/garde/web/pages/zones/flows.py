"""Flows: who exactly talked through one conduit by one service, so that a count leads to conversations and packets.

Question: which devices is this number made of, when did they talk, and on what does it rest?
Reference: reference of the pages 7.4 and 7.15. The roll-up keeps a bit per source, so only devices that may have asked
are looked up; an address that no device holds is found by who answered it. At most ``MOST`` conversations are listed,
and the page says where more may lie.

Example: ``/zones/flows?from=Z2&to=OUT&service=tls+443&days=7``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import Missing
from garde.gate import Guarded
from garde.model.device import Device
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.zones.crossing import Crossing, place
from garde.web.pages.zones.matrix import PER_HOUR
from garde.web.pages.zones.view import days_of, grave, whole, zone_name
from garde.web.site import Site, json, language_of
from garde.zones.match import protocol_name
from garde.zones.party import Party
from garde.zones.plan import Way
from garde.zones.roll import label

#: Most rows, devices whose conversations are read, and conversations of one address.
MOST: Final = 100
ENDS: Final = 400
EACH: Final = 500


class End(msgspec.Struct, frozen=True):
    """One end: its address, its device when it is one, its ward, and the rule of the plan that put it in its zone."""

    key: Key
    device: Device | None
    ward: str
    rule: str


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """All conversations of two ends by one service.

    Attributes:
        source, target: who asked and who was asked. service: by what; protocol and port.
        times, packets, octets: of five minutes each; both directions.
        first, last: nanoseconds since 1970.
        message: id of the latest conversation in the log; empty when it is not there. proof: it leads to a packet.
    """

    source: End
    target: End
    service: str
    protocol: str
    port: int
    times: int
    packets: int
    octets: int
    first: int
    last: int
    message: str
    proof: bool


class FlowsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        source, target: names of zones; source_name and target_name, what people call them.
        service: which one; empty for all of the conduit.
        days: how many are looked at.
        way: the row of the plan that has a place for it; None for none.
        severity: how grave it is out of rule; empty when it is in rule.
        counted: conversations by the roll-up. hours: device-hours.
        rows: latest first. more: not everything is listed.
    """

    source: str
    target: str
    source_name: str
    target_name: str
    service: str
    days: int
    way: Way | None
    severity: str
    counted: int
    hours: float
    rows: tuple[Talk, ...]
    more: bool


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "flows.html", page=flows_page(site, request))

    def data(request: Request) -> Response:
        return json([as_record(row) for row in flows_page(site, request).rows])

    return [Guarded("/zones/flows", page, "zones.read"), Guarded("/zones/flows.json", data, "zones.read")]


def flows_page(site: Site, request: Request) -> FlowsPage:
    """The record of the page.

    Raises:
        Missing: there is no such zone.
    """
    whole(request)
    plan, t = site.drafting.plan, language_of(request)
    source, target = (request.query_params.get(name, "") for name in ("from", "to"))
    service = request.query_params.get("service", "")[:80]
    if not {source, target} <= plan.areas.keys():
        raise Missing("zones.unknown", "There is no such zone", hint="Open the matrix of zones")
    days = days_of(request)
    found = site.drafting.crossings(days)
    held = [one for one in found.held if (one.source, one.target) == (source, target)]
    held = [one for one in held if not service or one.service == service]
    talks, more = talks_of(site, held, (source, target), service, (found.since, found.until))
    ways = [plan.way(source, target, *_port(one)) for one in held if one.flows > one.outside]
    outside = sum(one.outside for one in held)
    return FlowsPage(
        source=source,
        target=target,
        source_name=zone_name(plan, source, t.code),
        target_name=zone_name(plan, target, t.code),
        service=service,
        days=days,
        way=next((way for way in ways if way), None),
        severity=grave(plan, source, target) if outside else "",
        counted=sum(one.flows for one in held),
        hours=round(sum(one.flows for one in held) / PER_HOUR, 1),
        rows=tuple(talks),
        more=more,
    )


def as_record(row: Talk) -> dict[str, object]:
    """A row for programs."""
    return {
        "source": str(row.source.key), "source_device": row.source.device.id if row.source.device else None,
        "target": str(row.target.key), "target_device": row.target.device.id if row.target.device else None,
        "times": row.times, "octets": row.octets, "first": row.first, "last": row.last, "message": row.message,
    }  # fmt: skip


def _port(one: Crossing) -> tuple[str, int]:
    """Protocol and port of a crossing's service; a dissector's name stands for TCP."""
    name, _, port = one.service.rpartition(" ")
    protocol, _, number = one.service.partition("/")
    if number.isdigit():
        return protocol, int(number)
    return ("tcp" if name else one.service), int(port) if port.isdigit() else 0


def talks_of(
    site: Site, held: Iterable[Crossing], zones: tuple[str, str], service: str, span: tuple[int, int]
) -> tuple[list[Talk], bool]:
    """The conversations of these crossings, summed up by their ends, latest first."""
    marks = 0
    for one in held:
        marks |= int.from_bytes(one.marks, "little")
    if not marks:
        return [], False
    asking, answering = _ends(site, zones, marks)
    more = len(asking) > ENDS or len(answering) > ENDS
    links = [str(key) for one in (*asking[:ENDS], *answering[:ENDS]) for key in one.keys if key.kind == "ip"]
    read = site.store.linked(Conversation, dict.fromkeys(links), EACH)
    more = more or any(len(many) >= EACH for many in read.values())
    talks = {talk.id: talk for many in read.values() for talk in many if span[0] <= talk.at < span[1]}
    parties = _Parties(site)
    sums: dict[tuple[str, str, str], list[Conversation]] = {}
    for talk in talks.values():
        name = label(protocol_name(talk.protocol), talk.port, talk.service)
        if service and name != service:
            continue
        if (parties.of(talk.source).zone, parties.of(talk.target).zone) == zones:
            sums.setdefault((str(talk.source), str(talk.target), name), []).append(talk)
    groups = sorted(sums.values(), key=lambda many: -max(one.last_at or one.at for one in many))
    latest = [max(many, key=lambda one: (one.at, one.id)).id for many in groups[:MOST]]
    log = site.store.messages(latest)
    rows = [
        _row(parties, many, name if name in log else "") for many, name in zip(groups, latest, strict=False)
    ]  # fmt: skip
    return rows, more or len(groups) > MOST


def _row(parties: _Parties, many: list[Conversation], message: str) -> Talk:
    one = many[0]
    return Talk(
        source=parties.end(one.source),
        target=parties.end(one.target),
        service=next((talk.service for talk in many if talk.service), ""),
        protocol=protocol_name(one.protocol),
        port=one.port,
        times=len(many),
        packets=sum(talk.packets for talk in many),
        octets=sum(talk.octets for talk in many),
        first=min(talk.at for talk in many),
        last=max(talk.last_at or talk.at for talk in many),
        message=message,
        proof=any(talk.place is not None for talk in many),
    )


def _ends(site: Site, zones: tuple[str, str], marks: int) -> tuple[list[Device], list[Device]]:
    """Devices that may have asked, by their bit; and those that may have answered somebody who is no device."""
    asking, answering = [], []
    known = 0
    for name in site.fleet.ids():
        if marks >> place(name) & 1:
            device = site.fleet.get(name)
            if device is not None and site.drafting.zone(device) == zones[0]:
                asking.append(device)
                known |= 1 << place(name)
    # Beyond the site there are no devices that could have answered.
    if marks & ~known and zones[1] != site.drafting.plan.outside:
        for name in site.fleet.ids():
            device = site.fleet.get(name)
            if device is not None and site.drafting.zone(device) == zones[1]:
                answering.append(device)
                if len(answering) > ENDS:
                    break
    order = sorted(asking, key=lambda one: (-one.last_at, one.id))
    return order, sorted(answering, key=lambda one: (-one.last_at, one.id))


class _Parties:
    """Who is behind which address, looked up as needed."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._found: dict[Key, tuple[Party, Device | None]] = {}

    def of(self, key: Key) -> Party:
        """The party behind an address."""
        return self._both(key)[0]

    def end(self, key: Key) -> End:
        """The same for a reader."""
        party, device = self._both(key)
        return End(key, device, party.ward, party.rule)

    def _both(self, key: Key) -> tuple[Party, Device | None]:
        found = self._found.get(key)
        if found is None:
            held: Mapping[str, list[Device]] = self._site.store.linked(Device, [str(key)], 1)
            device = next(iter(held.get(str(key), ())), None)
            if device is None:
                zone = self._site.drafting.plan.zone_at(key.value)
                found = Party(id=str(key), zone=zone, name=key.value), None
            else:
                found = self._site.drafting.party(device), device
            self._found[key] = found
        return found
