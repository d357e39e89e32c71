"""One device: who it is, how sure we are, whom it talks with, what may be done.

Question: what is this, how sure are we, is it all right, and what may I do?
Reference: reference of the pages 7.3. A correction, a merge and a split are people's words: each becomes a `Decision`
message with its reason, and can be taken back. Left out: updates and tickets, which no issue has brought yet.

Example: ``/devices/d-h75zjpegqxw2pqxznk5wuq5g``
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Malformed, Missing
from garde.gate import Guarded, visitor_of
from garde.inventory.kinds import Kind, kinds
from garde.inventory.saying import said
from garde.model.decision import Decision, word
from garde.model.device import Claim, Device
from garde.model.finding import Finding
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.people.door import Visitor
from garde.people.scope import Scope
from garde.report.devices import as_record
from garde.report.fleet import Query, values_of
from garde.web.pages.risk.panel import Panel, panel_of
from garde.web.pages.zones.calm import CalmHours, calm_of, when
from garde.web.site import Site, json, key_mark, language_of

#: Attributes of the identity card, in order; the rest is listed behind it.
CARD: Final = (
    "kind",
    "manufacturer",
    "model",
    "model_number",
    "serial",
    "udi",
    "os",
    "os_build",
    "firmware",
    "software",
    "hardware",
    "asset_tag",
    "friendly_name",
    "facility",
    "ward",
    "room",
    "bed",
    "location",
    "owner",
)
#: Attributes that a person may state.
STATED: Final = (
    "kind",
    "manufacturer",
    "model",
    "serial",
    "asset_tag",
    "friendly_name",
    "ward",
    "room",
    "bed",
    "owner",
)
#: The activity strip: seven days of UTC in hours.
DAY: Final = 24
HOURS: Final = 7 * DAY
HOUR: Final = 3_600 * 1_000_000_000
PEERS: Final = 20
#: Lines of the timeline.
EVENTS: Final = 60


class Event(msgspec.Struct, frozen=True):
    """Something that happened to the record: ``seen`` first or last, ``learnt`` from a source, or a person's verb."""

    at: int
    verb: str
    attribute: str = ""
    value: str = ""
    source: str = ""
    by: str = ""
    reason: str = ""


class Peer(msgspec.Struct, frozen=True):
    """Somebody it talks with: its key, its device when it is one, the service, and how much."""

    key: Key
    device: Device | None
    protocol: str
    port: int
    service: str
    outward: bool
    packets: int
    octets: int
    last_at: int


class DevicePage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of a device shows.

    Attributes:
        device: the record.
        kind: its row in the catalogue of kinds, None when unknown.
        card: attribute and claim, None where nothing is known.
        more: further claims.
        many: attributes of several values.
        peers: whom it talks with, most first.
        hours: octets per hour of seven days of UTC, the last of which is the day on which it was last seen.
        first_hour: the first of them, in hours since 1970.
        days: the names of the seven days.
        words: what people said, latest first.
        standing: attributes of which a person's claim stands, and may be taken back.
        timeline: what happened, latest first.
        same: facet → how many devices have the same value, this one included.
        findings: what needs someone.
        carrier: the device that speaks for it.
        followed: the reader follows it.
        risk: its scores, for who may read them.
        calm: when it is least used, and its zone, for who may see zones.
        stated: attributes that a person may state.
    """

    device: Device
    kind: Kind | None
    card: tuple[tuple[str, Claim | None], ...]
    more: tuple[tuple[str, Claim], ...]
    many: tuple[tuple[str, tuple[Claim, ...]], ...]
    peers: tuple[Peer, ...]
    hours: tuple[int, ...]
    first_hour: int
    days: tuple[str, ...]
    words: tuple[Decision, ...]
    standing: tuple[str, ...]
    timeline: tuple[Event, ...]
    same: dict[str, int]
    findings: tuple[Finding, ...]
    carrier: Device | None
    followed: bool = False
    risk: Panel | None = None
    calm: CalmHours | None = None
    stated: tuple[str, ...] = STATED


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        device = found(site, request)
        if device.id != request.path_params["device"]:
            return RedirectResponse(f"/devices/{device.id}", 303)
        shown = device_page(site, device, visitor_of(request), language_of(request).code)
        return site.page(request, "device.html", page=shown, kinds=kinds(), calm_when=when)

    def data(request: Request) -> Response:
        return json(as_record(found(site, request)))

    async def decide(request: Request) -> Response:
        device = found(site, request, right="devices.claim")
        async with request.form(max_files=0, max_fields=16) as form:
            word = decision(device, form, site, visitor_of(request))
        site.say(word)
        return RedirectResponse(f"/devices/{device.id}", 303)

    return [
        Guarded("/devices/{device}.json", data, "devices.read"),
        Guarded("/devices/{device}", page, "devices.read"),
        Guarded("/devices/{device}/decisions", decide, "devices.claim", methods=("POST",)),
    ]


def found(site: Site, request: Request, name: str = "", right: str = "devices.read") -> Device:
    """The device of an address, also of one that was sent before a merge.

    Args:
        name: its id; empty takes the one of the address.
        right: with which it is looked at.

    Raises:
        Missing: there is none, or none that this person may see: nobody learns which.
    """
    name = name or request.path_params["device"]
    device = site.fleet.get(name) or next(iter(site.store.linked(Device, [name], 1).get(name, [])), None)
    if device is None or not visitor_of(request).scope(right).covers(device):
        raise Missing("device.unknown", f"No device answers to {name!r}", hint="It may have been split, or never seen")
    return device


def meant(site: Site, words: str, visitor: Visitor) -> Device:
    """The device that a person names by its id, or by anything that only it answers to.

    Raises:
        Malformed: none or several answer.
    """
    known = site.fleet.get(words) or next(iter(site.store.linked(Device, [words], 1).get(words, [])), None)
    scope = visitor.scope("devices.claim")
    if known is not None and scope.covers(known):
        return known
    answer = site.fleet.find(Query(text=words, most=1, within=scope.terms))
    if not words or answer.total != 1:
        raise Malformed(
            "decision.other", "Name another device or another of its keys", hint="Its id, MAC or IP address"
        )
    return answer.devices[0]


def device_page(site: Site, device: Device, visitor: Visitor, language: str = "en") -> DevicePage:
    """The record of the page: five questions to the store, however much there is."""
    links = [str(key) for key in device.keys]
    talks = {talk.id: talk for many in site.store.linked(Conversation, links).values() for talk in many}
    words = {word.id: word for many in site.store.linked(Decision, links).values() for word in many}
    findings = site.queue.of(device.id) if visitor.may("findings.read") else ()
    scope = visitor.scope("devices.read")
    carrier = site.fleet.get(device.carrier) if device.carrier else None
    shown = set(CARD)
    return DevicePage(
        device=device,
        kind=kinds().get(device.kind),
        card=tuple((name, device.claims.get(name)) for name in CARD if name in device.claims or name in CARD[:5]),
        more=tuple((name, claim) for name, claim in sorted(device.claims.items()) if name not in shown),
        many=tuple(sorted(device.many.items())),
        peers=_peers(site, device, talks.values(), scope),
        hours=_hours(device, talks.values()),
        first_hour=first_hour(device),
        days=tuple(day_name(first_hour(device) + day * DAY) for day in range(7)),
        words=tuple(sorted(words.values(), key=lambda one: (-one.at, one.id))),
        standing=tuple(
            name
            for name, one in sorted(device.claims.items())
            if any(line.by and line.source == "person" for line in one.sources)
        ),
        timeline=timeline(device, words.values()),
        same={
            facet: site.fleet.many(facet, values_of(device, facet)[0], scope.terms)
            for facet in ("kind", "manufacturer", "model", "os", "ward")
        },
        findings=findings,
        carrier=carrier if carrier and scope.covers(carrier) else None,
        followed=follows(words.values(), visitor.login),
        risk=panel_of(site, device.id, language) if visitor.scope("risk.read").covers(device) else None,
        calm=calm_of(site, device, language) if visitor.scope("zones.read").covers(device) else None,
    )


def _peers(site: Site, device: Device, talks: Iterable[Conversation], scope: Scope) -> tuple[Peer, ...]:
    own = set(device.keys)
    sums: dict[tuple[Key, str, int, bool], Peer] = {}
    for talk in talks:
        outward = talk.source in own
        key = talk.target if outward else talk.source
        name = (key, talk.protocol, talk.port, outward)
        before = sums.get(name)
        sums[name] = Peer(
            key,
            None,
            talk.protocol,
            talk.port,
            talk.service or (before.service if before else ""),
            outward,
            talk.packets + (before.packets if before else 0),
            talk.octets + (before.octets if before else 0),
            max(talk.last_at, before.last_at if before else 0),
        )
    most = sorted(sums.values(), key=lambda peer: (-peer.octets, str(peer.key), peer.port))[:PEERS]
    links = [str(peer.key) for peer in most]
    known = site.store.linked(Device, links, 1)
    return tuple(
        msgspec.structs.replace(
            peer, device=next((one for one in known.get(str(peer.key), []) if scope.covers(one)), None)
        )
        for peer in most
    )


def follows(words: Iterable[Decision], login: str) -> bool:
    """Whether somebody's last word of following was that they do."""
    said = [one for one in words if one.verb in ("follow", "unfollow") and one.person == login]
    return bool(said) and max(said, key=lambda one: (one.at, one.id)).verb == "follow"


def first_hour(device: Device) -> int:
    """The first hour of the activity strip, in hours since 1970."""
    return (device.last_at // HOUR // DAY + 1) * DAY - HOURS


def day_name(hour: int) -> str:
    """The day of an hour since 1970, as both languages write it in a chart.

    >>> day_name(0)
    '01/01'
    """
    return f"{dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(hours=hour):%d/%m}"


def _hours(device: Device, talks: Iterable[Conversation]) -> tuple[int, ...]:
    hours = [0] * HOURS
    first = first_hour(device)
    for talk in talks:
        place = (talk.at + BUCKET - 1) // HOUR - first
        if 0 <= place < HOURS:
            hours[place] += talk.octets
    return tuple(hours)


def timeline(device: Device, words: Iterable[Decision]) -> tuple[Event, ...]:
    """When it was first seen, when each value was learnt and from whom, and what people said; latest first."""
    events = [Event(device.first_at, "seen.first"), Event(device.last_at, "seen.last")]
    for name, one in device.claims.items():
        sensed = [line for line in one.sources if not line.by]
        if sensed:
            line = min(sensed, key=lambda line: line.first_at)
            events.append(Event(line.first_at, "learnt", name, one.value, line.source))
    events += [
        Event(one.at, one.verb, one.attribute, one.value, by=one.person, reason=one.reason)
        for one in words
        if one.verb not in ("follow", "unfollow")
    ]
    events.sort(key=lambda event: (-event.at, event.verb, event.attribute))
    return tuple(events[:EVENTS])


def decision(device: Device, form: FormData, site: Site, visitor: Visitor) -> Decision:
    """The person's word in a form.

    Raises:
        Malformed: no such verb or attribute, no value, no reason, or a device that is not there.
    """
    verb, name = str(form.get("verb", "")), str(form.get("person", "")).strip()[:80]
    if verb in ("follow", "unfollow"):
        return word(verb, visitor.login, site.now(), keys=device.keys[:1], about=visitor.login)
    other = str(form.get("other", "")).strip()
    others: tuple[Key, ...] = ()
    # Without a reason nothing is looked for: what is missing is told first.
    if verb == "merge" and str(form.get("reason", "")).strip():
        others = meant(site, other, visitor).keys[:1]
    elif verb == "split":
        others = tuple(key for key in device.keys if other in (key_mark(key), str(key)))
    return said(
        device,
        verb,
        (name or "web") if visitor.demonstration else visitor.login,
        site.now(),
        reason=str(form.get("reason", "")),
        attribute=str(form.get("attribute", "")),
        value=str(form.get("value", ""))[:256],
        others=others,
    )
