"""Exposure: what the network shows of one device, as the score takes it.

Question: who can reach this device, over what, what does it show that it should not, and which packets say so?
Reference: domain note 03 §6 (S_expo, S_conf). Knowledge is data: ``exposure.toml``. What was seen holds until the
device was seen for thirty days without it. *Dedicated* and *out of reach* need the thirty days of flows before now,
without a gap of more than a week, whose every peer is allowed; one day less is *flat*. That it hangs behind a one-way
gateway, or on no network at all, cannot be seen, so it is said by a person and passed in. Left out: weaknesses and
forms, which other parts of the score know.

Example:
    >>> from garde.model.key import Key
    >>> pump = Device(id="d-1", keys=(Key("ip", "10.0.0.1"),))
    >>> talk = Conversation(id="c", at=5, sensor="s", source=pump.keys[0], target=Key("ip", "9.9.9.9"), protocol="udp")
    >>> found = exposure(pump, [talk], at=9, networks=["10.0.0.0/8"])
    >>> found.network, found.because["exposure"]
    ('internet', ('c',))
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import resources
from typing import Final, Literal, TypeAlias

import msgspec

from garde.model.device import Claim, Device
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.rows import read
from garde.risk import fanout
from garde.risk.support import State, support
from garde.risk.vulnerability.score import SEEN, Facts, Seen

DAY: Final = 86_400 * 1_000_000_000
#: How long what was seen holds, and how much evidence "never" takes.
MONTH: Final = 30 * DAY
#: The longest silence within that evidence.
WEEK: Final = 7 * DAY
#: Messages named for one fact, the latest last.
MOST: Final = 8

Network: TypeAlias = Literal["none", "dedicated", "flat", "wifi", "remote", "internet"]


class ClaimRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that a device shows, and what it is a case of."""

    what: str
    attribute: str
    values: tuple[str, ...] = ()
    patient: bool = False


class TalkRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A conversation, by service or port, and which end of it the device is."""

    what: str
    service: str = ""
    port: int = 0
    end: Literal["either", "source", "target"] = "either"
    patient: bool = False


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One thing seen.

    Attributes:
        what: a word of ``exposure.toml``, ``internet``, or a word about certificates.
        value: the case in point, such as ``hl7.role: sender`` or ``9.9.9.9:443``.
        at: when it was seen last, nanoseconds since 1970.
        because: ids of the observations and conversations that show it.
        patient: what is carried is about patients.
    """

    what: str
    value: str
    at: int
    because: tuple[str, ...]
    patient: bool = False


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """What the network shows of one device.

    Attributes:
        device: its id.
        network, reachable, diode, support: as `score.Facts`.
        cases: all that was seen, by ``what`` and ``value``.
        because: term of the score → ids, as `score.Facts`.
        peers: addresses that it talked with in its last thirty days.
        dependents: ids of the devices that keep coming to it; None when no conversation of it was ever seen.
        inventory: how surely the device is of its kind, 0 to 1.
    """

    device: str
    network: Network
    reachable: bool = True
    diode: bool = False
    support: State = "unknown"
    cases: tuple[Case, ...] = ()
    because: dict[str, tuple[str, ...]] = {}
    peers: frozenset[Key] = frozenset()
    dependents: frozenset[str] | None = None
    inventory: float = 1.0

    def facts(self) -> Facts:
        """The part of a score's facts that was seen: no weakness and no form."""
        causes: dict[str, list[str]] = {}
        for one in self.cases:
            if one.what in SEEN:
                causes.setdefault(one.what, []).extend(one.because)
        seen = (Seen(what, tuple(dict.fromkeys(ids))[-MOST:]) for what, ids in sorted(causes.items()))
        return Facts(
            support=self.support,
            network=self.network,
            diode=self.diode,
            reachable=self.reachable,
            seen=tuple(seen),
            inventory=self.inventory,
            because=self.because,
        )

    def fan(self, levels: Mapping[str, int]) -> tuple[int | None, int]:
        """How many depend on it, and the highest level among them, as `criticality.Subject` takes both."""
        if self.dependents is None:
            return None, 0
        return len(self.dependents), max((levels.get(one, 0) for one in self.dependents), default=0)


def exposure(
    device: Device,
    talks: Sequence[Conversation],
    *,
    at: int,
    networks: Sequence[str],
    wireless: Sequence[str] = (),
    allowed: Sequence[str] = (),
    device_of: Mapping[Key, str] | None = None,
    attached: bool = True,
    diode: bool = False,
    supported: bool | None = None,
) -> Exposure:
    """What is seen of a device.

    Args:
        device: with its claims.
        talks: conversations; those of others are passed over.
        at: nanoseconds since 1970.
        networks: the site's own, as CIDR.
        wireless: those of them that are Wi-Fi.
        allowed: whom it may talk with, as CIDR: its zone, and what its policy permits; empty when there is no policy.
        device_of: whose each address is, to count who depends on it.
        attached: False when a person says that it is on no network; a conversation proves them wrong.
        diode: a person says that only a one-way gateway leads to it.
        supported: ``is-supported`` of its MUD file (RFC 8520 §3.6); None without one.
    """
    mine = frozenset(device.keys)
    own = [one for one in talks if one.source in mine or one.target in mine]
    # A device that is switched off keeps what it showed last; only being seen without it ends a thing.
    since = min(at, max((device.last_at, *(one.at for one in own))) or at) - MONTH
    fresh = [one for one in own if since <= one.at <= at]
    window = _watched(own, at)
    closed = _ends(window) if _within(window, mine, allowed) else ()
    cases = [
        *_claimed(device, since, at),
        *_certificates(device, since, at),
        *_talked(fresh, mine),
        *_abroad(fresh, mine, networks),
    ]
    if window and not any(one.what == "time" for one in cases):
        cases.append(Case(what="no time synchronisation", value="thirty days", at=at, because=_ends(window)))
    network, why = _network(device, cases, own, closed, wireless, attached)
    state, said = support(device, at, supported)
    because = {"os": said, "exposure": why, "reach": closed}
    kind = device.claims.get("kind")
    return Exposure(
        device=device.id,
        network=network,
        # An allow-list that lets the Internet in keeps nobody out.
        reachable=not closed or network == "internet",
        diode=diode,
        support=state,
        cases=_joined(one for one in cases if one.what != "time"),
        because={term: ids for term, ids in because.items() if ids},
        peers=frozenset(one.target if one.source in mine else one.source for one in fresh),
        dependents=fanout.dependents(own, device_of or {}).get(device.id, frozenset()) if own else None,
        inventory=kind.confidence if kind else 0.5,
    )


def shown(found: Exposure, what: str) -> tuple[Case, ...]:
    """The cases of a word of `garde.risk.vulnerability.contradiction`; clear text only where it is about patients."""
    word = _WORDS.get(what, what)
    return tuple(one for one in found.cases if one.what == word and (one.patient or word != "clear text"))


#: Words of the table of contradictions → those of the table of exposure.
_WORDS: Final = {"remote maintenance": "remote"}


@cache
def rows() -> tuple[tuple[ClaimRow, ...], tuple[TalkRow, ...]]:
    """The table that comes with Garde."""
    text = (resources.files("garde.risk") / "exposure.toml").read_text("utf-8")
    found = read(text, "exposure.toml", {"claim": ClaimRow, "talk": TalkRow}, "exposure")
    return found["claim"], found["talk"]


@cache
def attributes() -> frozenset[str]:
    """Attributes whose values may change what is seen."""
    return frozenset(row.attribute for row in rows()[0]) | {_AFTER, *_NAMES}


def telling(talk: Conversation, networks: tuple[str, ...]) -> bool:
    """Whether a conversation is a case of anything at one of its ends."""
    ends = (talk.source, talk.target)
    return bool(_meant(talk)) or any(end.kind == "ip" and public(end.value, networks) for end in ends)


def remote(talk: Conversation) -> bool:
    """Whether a conversation is that of a tool to work from afar."""
    return any(row.what == "remote" for row in _meant(talk))


@lru_cache(1 << 16)
def public(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address is on the Internet: a global one that is none of the site's."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return ip.is_global and not ip.is_multicast and not within(address, networks)


@lru_cache(1 << 16)
def within(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address is of one of the networks."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in net for net in _networks(networks) if net.version == ip.version)


@lru_cache(64)
def _networks(networks: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in networks)


_AFTER: Final = "certificate.not_after"
_NAMES: Final = ("certificate.subject", "certificate.issuer")


def _all(device: Device, attribute: str) -> tuple[Claim, ...]:
    if attribute in device.many:
        return device.many[attribute]
    return (device.claims[attribute],) if attribute in device.claims else ()


def _at(claim: Claim) -> int:
    return max((line.at for line in claim.sources), default=0)


def _ids(claim: Claim) -> tuple[str, ...]:
    lines = sorted(claim.sources, key=lambda line: line.at)
    return tuple(dict.fromkeys(line.observation for line in lines if line.observation))


def _claimed(device: Device, since: int, at: int) -> Iterator[Case]:
    # What somebody else said of it (a gateway, a data set) was not carried by the device itself.
    for row in rows()[0]:
        for claim in _all(device, row.attribute) if not device.carrier else ():
            if row.values and not any(fnmatchcase(claim.value, value) for value in row.values):
                continue
            if since <= _at(claim) <= at:
                yield Case(
                    what=row.what,
                    value=f"{row.attribute}: {claim.value}",
                    at=_at(claim),
                    because=_ids(claim),
                    patient=row.patient,
                )


def _certificates(device: Device, since: int, at: int) -> Iterator[Case]:
    last = max(device.many.get(_AFTER, ()), key=lambda claim: (_at(claim), claim.value), default=None)
    if last is not None and (end := _moment(last.value)) and end <= at and since <= _at(last) <= at:
        yield Case(what="expired certificate", value=last.value, at=_at(last), because=_ids(last))
    subjects, issuers = ({claim.value: claim for claim in device.many.get(name, ())} for name in _NAMES)
    for name in sorted(subjects.keys() & issuers):
        subject, issuer = subjects[name], issuers[name]
        # A certificate's fields are read from one packet; of two certificates, they are not.
        if _places(subject) & _places(issuer) and since <= _at(subject) <= at:
            because = tuple(dict.fromkeys((*_ids(subject), *_ids(issuer))))
            yield Case(what="self-signed certificate", value=name, at=_at(subject), because=because)


def _places(claim: Claim) -> frozenset[tuple[str, object]]:
    spots: set[tuple[str, object]] = set()
    for line in claim.sources:
        for when, place in ((line.first_at, line.first_place), (line.at, line.place)):
            spots.add((line.sensor, (place.file, place.packet) if place else when))
    return frozenset(spots)


def _moment(text: str) -> int:
    try:
        day = dt.datetime.fromisoformat(text)
        return int((day if day.tzinfo else day.replace(tzinfo=dt.UTC)).timestamp()) * 1_000_000_000
    except (ValueError, OverflowError):
        return 0


def _talked(talks: Iterable[Conversation], mine: frozenset[Key]) -> Iterator[Case]:
    for one in talks:
        for row in _meant(one):
            if row.end == "either" or (one.source if row.end == "source" else one.target) in mine:
                name = row.service or f"port {row.port}"
                peer = one.target if one.source in mine else one.source
                yield Case(
                    what=row.what, value=f"{name} with {peer.value}", at=one.at, because=(one.id,), patient=row.patient
                )


def _meant(talk: Conversation) -> tuple[TalkRow, ...]:
    by_service, by_port = _indexed()
    return (*by_service.get(talk.service, ()), *by_port.get(talk.port, ()))


@cache
def _indexed() -> tuple[dict[str, tuple[TalkRow, ...]], dict[int, tuple[TalkRow, ...]]]:
    """The rows about conversations by service, and those without one by port."""
    by_service: dict[str, tuple[TalkRow, ...]] = {}
    by_port: dict[int, tuple[TalkRow, ...]] = {}
    for row in rows()[1]:
        if row.service:
            by_service[row.service] = (*by_service.get(row.service, ()), row)
        else:
            by_port[row.port] = (*by_port.get(row.port, ()), row)
    return by_service, by_port


def _abroad(talks: Iterable[Conversation], mine: frozenset[Key], networks: Sequence[str]) -> Iterator[Case]:
    site = tuple(networks)
    for one in talks:
        peer = one.target if one.source in mine else one.source
        if peer.kind == "ip" and public(peer.value, site):
            yield Case(what="internet", value=f"{peer.value} {one.protocol}/{one.port}", at=one.at, because=(one.id,))


def _joined(cases: Iterable[Case]) -> tuple[Case, ...]:
    """One case for each thing seen, with the latest messages that show it."""
    groups: dict[tuple[str, str], list[Case]] = {}
    for one in cases:
        groups.setdefault((one.what, one.value), []).append(one)
    out = []
    for (what, value), same in sorted(groups.items()):
        same.sort(key=lambda one: (one.at, one.because))
        ids = tuple(dict.fromkeys(name for one in same for name in one.because))[-MOST:]
        out.append(Case(what=what, value=value, at=same[-1].at, because=ids, patient=any(one.patient for one in same)))
    return tuple(out)


def _watched(own: Sequence[Conversation], at: int) -> list[Conversation]:
    """Thirty days of conversations without a gap of more than a week, oldest first; empty when they are less."""
    past = sorted((one for one in own if one.at <= at), key=lambda one: (one.at, one.id))
    begin = at - MONTH
    before = [one for one in past if one.at <= begin][-1:]
    window = before + [one for one in past if one.at > begin]
    moments = [one.at for one in window]
    if not before or any(later - sooner > WEEK for sooner, later in zip(moments, [*moments[1:], at], strict=True)):
        return []
    return window


def _within(window: Sequence[Conversation], mine: frozenset[Key], allowed: Sequence[str]) -> bool:
    """Whether there are such days, and nobody is met in them who is not allowed."""
    listed = tuple(allowed)
    peers = (one.target if one.source in mine else one.source for one in window)
    # Neighbours on its own segment are named by MAC; that segment is its zone's.
    return bool(window and listed) and all(peer.kind != "ip" or within(peer.value, listed) for peer in peers)


def _ends(window: Sequence[Conversation]) -> tuple[str, ...]:
    """The first and the last conversation of the evidence stand for all of it."""
    return tuple(dict.fromkeys((window[0].id, window[-1].id)))


def _network(
    device: Device,
    cases: Iterable[Case],
    own: Sequence[Conversation],
    closed: tuple[str, ...],
    wireless: Sequence[str],
    attached: bool,
) -> tuple[Network, tuple[str, ...]]:
    """The worst that evidence shows; flat where it shows nothing."""
    found: dict[str, list[Case]] = {}
    for one in cases:
        found.setdefault(one.what, []).append(one)
    words: tuple[tuple[str, Network], ...] = (("internet", "internet"), ("remote", "remote"), ("wireless", "wifi"))
    for what, word in words:
        if what in found:
            latest = sorted(found[what], key=lambda one: (one.at, one.because))
            ids = tuple(dict.fromkeys(name for one in latest for name in one.because))[-MOST:]
            return word, ids
    nets = tuple(wireless)
    for key in device.keys:
        if nets and key.kind == "ip" and within(key.value, nets):
            return "wifi", tuple(
                name for claim in _all(device, "ip") if claim.value == key.value for name in _ids(claim)
            )
    if closed:
        return "dedicated", closed
    if not attached and not own:
        return "none", ()
    return "flat", tuple(one.id for one in sorted(own, key=lambda one: (one.at, one.id))[-1:])
