"""Devices: the list, one, why, what it needs, with whom it talks, and what people say of it.

Question: what does a program get for a device, and how does it say something of one?
Reference: issue 3 part 5; `garde.report.devices` has the contract of a device, `garde.report.fleet` that of the list.
Several
devices may be spoken of at once, first as a dry run. Left out: facet counts, which the pages have.

Example: ``GET /api/v1/devices?ward=Réa A&order=-last_seen&limit=100``
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct, field

from garde.api.ask import Ask, Reply, until
from garde.api.findings import FindingRecord, finding_record
from garde.api.messages import ConversationRecord, DecisionRecord, conversation_record, decision_record
from garde.api.records import Moment, Page, Paging, Until
from garde.errors import Malformed, Missing
from garde.inventory.saying import said
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.report.devices import as_claim, as_record
from garde.report.fleet import FACETS, ORDERS, Query, name_of, order_of
from garde.report.why import explain

#: Values of one facet, alternatives of each other.
Values: TypeAlias = Annotated[tuple[Annotated[str, Meta(max_length=256)], ...], Meta(max_length=32)]
Order: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"enum": [f"{sign}{name}" for sign in ("", "-") for name in ORDERS]})
]


class SourceRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One source's support of a value, and the packet it stands in."""

    dissector: str
    at: Moment
    file: str | None
    packet: int | None
    offset: int | None
    length: int | None
    sensor: str
    count: int
    by: str = ""
    reason: str = ""


class ClaimRecord(Struct, frozen=True, kw_only=True):
    """One value, how sure we are (0 to 1), and what supports it."""

    value: str
    confidence: float
    sources: tuple[SourceRecord, ...]


class DeviceRecord(Struct, frozen=True, kw_only=True):
    """What we believe of one thing on the network.

    Attributes:
        id: stays the address of the device, also after a merge.
        name: what people call it.
        keys: every key by which it was recognised, strongest first.
        kind: a name of the kinds catalogue, or ``unknown``.
        claims: attribute → winning value; ``rivals`` are those that lost, ``values`` all of an attribute with several.
        conflicts: attributes whose sources disagree too much to choose silently.
        carrier: id of the gateway that speaks for it, or empty.
    """

    id: str
    name: str
    keys: tuple[Key, ...]
    kind: str
    claims: dict[str, ClaimRecord]
    first_at: Moment
    last_at: Moment
    rivals: dict[str, tuple[ClaimRecord, ...]] = {}
    values: dict[str, tuple[ClaimRecord, ...]] = {}
    conflicts: tuple[str, ...] = ()
    carrier: str = ""


class WhyRecord(Struct, frozen=True, kw_only=True):
    """Why we believe a value.

    Attributes:
        claim: the winning value; ``rivals`` those that lost, best first.
        without: the value that would win without the strongest source, or empty.
        conflict: the sources disagree too much to choose silently.
    """

    device: str
    attribute: str
    claim: ClaimRecord
    rivals: tuple[ClaimRecord, ...] = ()
    without: str = ""
    conflict: bool = False


class DeviceQuery(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which devices, in which order; an empty value means that nothing is known, ``not.`` leaves out."""

    q: Annotated[str, Meta(max_length=200)] = ""
    order: Order = "name"
    kind: Values = ()
    manufacturer: Values = ()
    model: Values = ()
    os: Values = ()
    facility: Values = ()
    ward: Values = ()
    certainty: Values = ()
    network: Values = ()
    not_kind: Values = field(name="not.kind", default=())
    not_manufacturer: Values = field(name="not.manufacturer", default=())
    not_model: Values = field(name="not.model", default=())
    not_os: Values = field(name="not.os", default=())
    not_facility: Values = field(name="not.facility", default=())
    not_ward: Values = field(name="not.ward", default=())
    not_certainty: Values = field(name="not.certainty", default=())
    not_network: Values = field(name="not.network", default=())


class DeviceWord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says of a device.

    Attributes:
        verb: state a value, take a statement back, join with another device, part from a key, or remark.
        reason: how they know.
        attribute, value: of a claim, and of what is taken back.
        other: for a merge the id or a key of the other device, for a split a key of this one; a key is ``kind:value``.
        until: end of a claim.
    """

    verb: Literal["claim", "withdraw", "merge", "split", "note"]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    attribute: Annotated[str, Meta(max_length=80)] = ""
    value: Annotated[str, Meta(max_length=256)] = ""
    other: Annotated[str, Meta(max_length=300)] = ""
    until: Until = ""


class DeviceWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says of several devices at once: of all of them, or, when one is not there, of none.

    Attributes:
        devices: their ids.
        dry_run: say nothing, and answer what would change.
    """

    devices: Annotated[tuple[Annotated[str, Meta(max_length=80)], ...], Meta(min_length=1, max_length=500)]
    verb: Literal["claim", "withdraw", "note"]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    attribute: Annotated[str, Meta(max_length=80)] = ""
    value: Annotated[str, Meta(max_length=256)] = ""
    until: Until = ""
    dry_run: bool = False


class ChangeRecord(Struct, frozen=True, kw_only=True):
    """What a word changes of one device: the value before, and the one that is claimed; empty where there is none."""

    device: str
    name: str
    before: str
    after: str


class ChangesRecord(Struct, frozen=True, kw_only=True):
    """What was said, or would be.

    Attributes:
        said: false for a dry run.
        decisions: the messages; none for a dry run.
    """

    said: bool
    changes: tuple[ChangeRecord, ...]
    decisions: tuple[str, ...]


def listed(ask: Ask) -> Reply:
    """Devices that match."""
    query: DeviceQuery = ask.query
    filters = [
        (facet, value, keep)
        for facet in FACETS
        for keep, name in ((True, facet), (False, f"not_{facet}"))
        for value in getattr(query, name)
    ]
    order = query.order.removeprefix("-")
    if order not in ORDERS:
        raise Malformed("api.query", f"{query.order[:40]!r} is no order", hint=f"Orders: {', '.join(ORDERS)}")
    asked = Query(
        filters=tuple(dict.fromkeys(filters)),
        text=query.q.strip(),
        order=order,
        down=query.order.startswith("-"),
        most=query.limit + 1,
        within=ask.visitor.scope("devices.read").terms,
        counted=False,
        after=_behind(ask, order),
    )
    answer = ask.site.fleet.find(asked)
    shown = answer.devices[: query.limit]
    cursor = ask.cursor(order_of(shown[-1], order)) if len(answer.devices) > query.limit else ""
    page = Page(items=tuple(device_record(ask, one) for one in shown), next=cursor or None, total=answer.total)
    return Reply(record=page, next=cursor)


def one(ask: Ask) -> Reply:
    """A device; its own id is in ``Content-Location``, since older ids lead to it too."""
    found = ask.device("devices.read")
    return _shown(ask, found)


def why(ask: Ask) -> WhyRecord:
    """On which packets a value rests."""
    answer = explain(ask.device("devices.read"), ask.path["attribute"])
    return WhyRecord(
        device=answer.device,
        attribute=answer.attribute,
        claim=_claim(answer.claim),
        rivals=tuple(map(_claim, answer.rivals)),
        without=answer.without,
        conflict=answer.conflict,
    )


def findings(ask: Ask) -> Page[FindingRecord]:
    """What about a device is not over, worst first."""
    found = ask.site.queue.of(ask.device("findings.read").id)
    return Page(items=tuple(map(finding_record, found)), total=len(found))


def conversations(ask: Ask) -> Reply:
    """With whom a device talked, latest first."""
    query: Paging = ask.query
    links = [str(key) for key in ask.device("devices.read").keys]
    talks = {talk.id: talk for many in ask.site.store.linked(Conversation, links).values() for talk in many}
    ordered = sorted(talks.values(), key=lambda talk: (-talk.at, talk.id))
    behind = ask.after(tuple[int, str])
    rest = [talk for talk in ordered if behind is None or (-talk.at, talk.id) > behind]
    shown = rest[: query.limit]
    cursor = ask.cursor((-shown[-1].at, shown[-1].id)) if len(rest) > query.limit else ""
    items: tuple[ConversationRecord, ...] = tuple(map(conversation_record, shown))
    return Reply(record=Page(items=items, next=cursor or None, total=len(ordered)), next=cursor)


def decisions(ask: Ask) -> Page[DecisionRecord]:
    """What people and lists said of a device, latest first."""
    links = [str(key) for key in ask.device("devices.read").keys]
    words = {word.id: word for many in ask.site.store.linked(Decision, links).values() for word in many}
    ordered = sorted(words.values(), key=lambda word: (-word.at, word.id))
    return Page(items=tuple(map(decision_record, ordered)), total=len(ordered))


def decide(ask: Ask) -> Reply:
    """Say something of a device; the answer is the device with what follows from it."""
    word: DeviceWord = ask.body
    found = ask.device("devices.claim")
    ask.meant(device_record(ask, found))
    now = ask.site.now()
    decision = said(
        found,
        word.verb,
        ask.visitor.login,
        now,
        reason=word.reason,
        attribute=word.attribute,
        value=word.value,
        others=_others(ask, found, word),
        until=until(word.until, now),
    )
    ask.site.say(decision)
    status = 200 if ask.site.settle is not None else 202
    after = ask.site.store.linked(Device, [str(found.keys[0])], 1).get(str(found.keys[0]), [found])[0]
    return _shown(ask, ask.site.fleet.get(after.id) or after, status)


def decide_many(ask: Ask) -> Reply:
    """Say the same of several devices, or see what it would change."""
    word: DeviceWords = ask.body
    now = ask.site.now()
    end = until(word.until, now)
    found = {one.id: one for one in (_meant(ask, name) for name in word.devices)}
    words = {
        name: said(
            one, word.verb, ask.visitor.login, now,
            reason=word.reason, attribute=word.attribute, value=word.value, until=end,
        )
        for name, one in found.items()
    }  # fmt: skip
    changes = tuple(
        ChangeRecord(
            device=name,
            name=name_of(one),
            before=one.value(words[name].attribute),
            after=words[name].value if word.verb == "claim" else "",
        )
        for name, one in found.items()
    )
    if word.dry_run:
        return Reply(record=ChangesRecord(said=False, changes=changes, decisions=()))
    ask.site.say(*words.values())
    record = ChangesRecord(said=True, changes=changes, decisions=tuple(one.id for one in words.values()))
    return Reply(record=record, status=200 if ask.site.settle is not None else 202)


def _behind(ask: Ask, order: str) -> tuple[object, ...]:
    """The place of a cursor, which must be of the kind that this order has.

    Raises:
        Malformed: it is not.
    """
    raw: tuple[Any, ...] = ask.after(tuple) or ()
    place = tuple(tuple(part) if isinstance(part, list) else part for part in raw)
    kind = order_of(Device(id="", keys=()), order)
    if place and not (len(place) == len(kind) and all(map(_alike, place, kind))):
        raise Malformed("api.cursor", "This cursor does not belong to this list", hint="Begin again without one")
    return place


def _alike(one: object, other: object) -> bool:
    if isinstance(one, tuple):
        return isinstance(other, tuple) and all(type(part) is int for part in one)
    return type(one) is type(other) or (type(one) in (int, float) and type(other) in (int, float))


def _others(ask: Ask, found: Device, word: DeviceWord) -> tuple[Key, ...]:
    """The keys that a merge or a split names beside the device.

    Raises:
        Malformed: no key or id at all, or nobody's.
    """
    other = word.other.strip()
    if word.verb == "split":
        return tuple(key for key in found.keys if str(key) == other)
    if word.verb != "merge":
        return ()
    kind, colon, value = other.partition(":")
    if not colon:
        return _meant(ask, other).keys[:1]
    key = Key.of(kind, value)
    scope = ask.visitor.scope("devices.claim")
    there = [one for one in ask.site.store.linked(Device, [str(key)]).get(str(key), []) if scope.covers(one)]
    if len(there) != 1:
        raise Malformed("decision.other", "Not exactly one device answers to this key", hint="Name its id")
    return (key,)


def _meant(ask: Ask, name: str) -> Device:
    """The device that a body names by its id.

    Raises:
        Malformed: there is none, or none of which the caller may say something.
    """
    try:
        return ask.device("devices.claim", name)
    except Missing:
        raise Malformed(
            "decision.other", f"No device answers to {name[:80]!r}", hint="Its id, or a key of it"
        ) from None


def _shown(ask: Ask, device: Device, status: int = 200) -> Reply:
    headers = {"content-location": f"{ask.base}/devices/{device.id}"}
    return Reply(record=device_record(ask, device), status=status, headers=headers)


def device_record(ask: Ask, device: Device) -> DeviceRecord:
    """A device as the caller may see it: a carrier that is out of their reach is not named."""
    known = as_record(device) | {"name": name_of(device)}
    carrier = ask.site.fleet.get(device.carrier) if device.carrier else None
    if carrier is None or not ask.visitor.scope("devices.read").covers(carrier):
        known["carrier"] = ""
    return msgspec.convert(known, DeviceRecord)


def _claim(claim: Any) -> ClaimRecord:
    return msgspec.convert(as_claim(claim), ClaimRecord)
