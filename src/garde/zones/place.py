"""Place: where a station is let in, and why.

Question: in which zone does this station belong, by which rule, and does the wire agree that it is who it says?
Reference: issue 4 part 4; domain note 04 §1 and §2. The formal order is explicit rule > certificate > identity >
fingerprint > unknown → onboarding zone. An address identifies and does not authenticate: what the wire shows of it must
agree. A device in clinical use is never moved to the onboarding zone; where RP0 or RP1 contradicts itself and does not
ask elsewhere than at its own port, it stays and a person is called. Only a person's explicit rule, and a certificate,
stand above a contradiction.

Example:
    >>> book = parse('[[zone]]\\nname = "Z8"\\nvlan = 999\\nonboarding = true')
    >>> one = decide(AccessRequest(at=1, mac="00:09:fb:01:02:03", kind=MAB), None, book)
    >>> one.rank, one.vlan, sentences(one, "en")[-1]
    ('unknown', 999, 'No rule applies: onboarding zone Z8')
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from typing import Any, Final

import msgspec

from garde.model.device import ACCEPTED, PROPOSED, Device
from garde.model.zones.place import EAP_TLS, MAB, AccessRequest, Placement, Seat, placed
from garde.zones.rulebook import Area, Book, PlaceRule, fits, parse

__all__ = ["AccessRequest", "Known", "decide", "known", "parse", "sentences"]

#: What whoever takes an address brings along: another system. Versions change, families do not; a DHCP fingerprint
#: has no family, and changes with any update.
WITNESSES: Final = ("os", "dhcp.vendor_class")
#: Responses of kinds that no program moves (domain note 02 §3).
BEDSIDE: Final = ("RP0", "RP1")
#: What zones and rules give → what placements call it.
_FIELDS: Final = (
    ("vlan", "vlan"), ("acl", "acl"), ("role", "role"), ("cisco", "cisco"), ("dscp", "dscp"), ("session", "seconds"),
)  # fmt: skip
#: Nanoseconds for which a device was seen before it counts as one that was here before Garde.
SETTLED: Final = 86_400 * 1_000_000_000


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is believed of the device behind an address, small enough to hold a fleet in memory.

    Attributes:
        device: its id.
        kind, maker, model, ward: accepted or proposed values; empty where we do not know.
        serial: an accepted value: it is what identity rests on.
        response: ``RP0`` to ``RP3``, or empty.
        medical: its kind is a medical one.
        settled: it was in clinical use before anything was decided of it.
        medium: how the wire shows it connected: ``ethernet``, ``wifi``, or empty.
        contradictions: what the wire shows against it, as ``code: value``.
    """

    device: str
    kind: str = ""
    maker: str = ""
    model: str = ""
    serial: str = ""
    ward: str = ""
    response: str = ""
    medical: bool = False
    settled: bool = False
    medium: str = ""
    contradictions: tuple[str, ...] = ()


def known(
    device: Device, *, response: str = "", medical: bool = False, holder: str = "", same: Callable[[str, str], bool]
) -> Known:
    """What matters of a device for its place.

    Args:
        response, medical: of its kind, by the catalogue of kinds.
        holder: who holds the block of its address; empty when nobody is known.
        same: whether two spellings name one maker.
    """

    def value(attribute: str, least: float = PROPOSED) -> str:
        claim = device.claims.get(attribute)
        return claim.value if claim and claim.confidence >= least else ""

    return Known(
        device=device.id,
        kind="" if device.kind == "unknown" else device.kind,
        maker=value("manufacturer"),
        model=value("model"),
        serial=value("serial", ACCEPTED),
        ward=value("ward"),
        response=response,
        medical=medical,
        settled=medical and device.last_at - device.first_at >= SETTLED,
        medium=_medium(device),
        contradictions=tuple(_contradictions(device, holder, same)),
    )


def _medium(device: Device) -> str:
    """How it is connected by what neighbours on the wire say; an access request is what is to be checked, no proof."""
    claim = device.claims.get("switch_port")
    wired = claim is not None and any(source.source in ("lldp", "cdp", "snmp") for source in claim.sources)
    return "ethernet" if wired else ""


def _contradictions(device: Device, holder: str, same: Callable[[str, str], bool]) -> Iterable[str]:
    found = []
    for attribute in WITNESSES:
        claim = device.claims.get(attribute)
        if claim is None or any(source.by for source in claim.sources):
            continue
        speaks = {source.source for source in claim.sources}
        for rival in device.rivals.get(attribute, ()):
            # Two sources may always differ; one that says two things of one address has met two machines.
            one_source = not speaks.isdisjoint(source.source for source in rival.sources)
            if one_source and family(rival.value) != family(claim.value):
                found.append(f"wire.{attribute}: {claim.value}, {rival.value}")
                break
    maker = device.claims.get("manufacturer")
    # Many a device has another maker's interface: the block speaks only where the sources quarrel about the maker.
    quarrel = holder and maker and "manufacturer" in device.conflicts
    if quarrel and maker and maker.confidence >= PROPOSED and not same(holder, maker.value):
        found.append(f"wire.oui: {holder}")
    return found


def family(value: str) -> str:
    """What stays when a system is brought up to date: its first word.

    >>> family("Windows 10"), family("MSFT 5.0"), family("udhcp 1.21.1")
    ('windows', 'msft', 'udhcp')
    """
    found = re.search(r"[^\W\d_]+", value.casefold())
    return found[0] if found else value


def decide(asked: AccessRequest, about: Known | None, book: Book, seat: Seat | None = None) -> Placement:
    """Where the station is let in.

    Args:
        asked: the request.
        about: the device behind the address; None when nobody knows it.
        book: the site's rules.
        seat: where the address was put and seen before; None when it never was.
    """
    if not asked.mac:
        return placed(asked, accepted=False, rank="refused", reasons=(f"request.mac: {asked.nas}",))
    if asked.kind not in (MAB, EAP_TLS) or (asked.kind == EAP_TLS and asked.certificate is None):
        return placed(asked, accepted=False, rank="refused", reasons=(f"request.other: {asked.kind}",))
    reasons = [
        f"request.certificate: {asked.certificate.subject}" if asked.certificate else f"request.mab: {asked.mac}",
        f"device.known: {about.device}" if about else f"device.unknown: {asked.mac}",
    ]
    against = _against(asked, about)
    device = about.device if about else ""
    rule = _rule(asked, about, book)
    shared: dict[str, Any] = {"device": device, "contradictions": against}
    if against and not (rule and rule.rank in ("explicit", "certificate")):
        if not _stays(asked, about, seat):
            zone = book.quarantine
            why = (*reasons, *against, f"zone.quarantine: {zone.name}")
            return placed(asked, rank="contradicted", reasons=why, **_given(zone), **shared)
        reasons += [*against, f"zone.kept: {about.response if about else ''}"]
    elif against:
        reasons += [*against, f"zone.person: {rule.name if rule else ''}"]
    if rule is not None:
        return _by_rule(asked, rule, book, reasons, shared)
    if about is not None and about.settled:
        vlan = seat.latest if seat else 0
        why = (*reasons, f"device.in-use: {f'VLAN {vlan}' if vlan else asked.port or asked.nas}")
        return placed(asked, rank="kept", vlan=vlan, reasons=why, **shared)
    zone = book.onboarding
    return placed(asked, rank="unknown", reasons=(*reasons, f"rule.none: {zone.name}"), **_given(zone), **shared)


def _by_rule(
    asked: AccessRequest, rule: PlaceRule, book: Book, reasons: list[str], shared: dict[str, Any]
) -> Placement:
    if rule.refuse:
        why = (*reasons, f"rule.refuses: {rule.name}")
        return placed(asked, accepted=False, rule=rule.name, rank=rule.rank, reasons=why, **shared)
    zone = book.zones[rule.zone]
    given = _given(zone)
    for field, name in _FIELDS:
        given[name] = getattr(rule, field) or given[name]
    why = (*reasons, f"rule.{rule.rank}: {rule.name}")
    return placed(asked, rule=rule.name, rank=rule.rank, reasons=why, **given, **shared)


def _given(zone: Area) -> dict[str, Any]:
    return {"zone": zone.name, **{name: getattr(zone, field) for field, name in _FIELDS}}


def _rule(asked: AccessRequest, about: Known | None, book: Book) -> PlaceRule | None:
    """The first rule of the strongest rank that matches."""
    for rule in book.by_mac.get(asked.mac, ()):
        if _matches(rule, asked, about):
            return rule
    for rank in ("explicit", "certificate", "identity", "fingerprint"):
        for rule in book.ranked.get(rank, ()):
            if _matches(rule, asked, about):
                return rule
    return None


def _matches(rule: PlaceRule, asked: AccessRequest, about: Known | None) -> bool:
    if rule.mac and not fits(rule.mac, asked.mac):
        return False
    if rule.nas and not fits(rule.nas, asked.nas):
        return False
    if rule.port and not fits(rule.port, asked.port):
        return False
    if rule.certificate and not (asked.certificate and fits(rule.certificate, asked.certificate.subject)):
        return False
    named = (rule.device, rule.serial, rule.maker, rule.model, rule.kind, rule.ward)
    if not any(named):
        return True
    if about is None:
        return False
    values = (about.device, about.serial, about.maker, about.model, about.kind, about.ward)
    return all(fits(pattern, value) for pattern, value in zip(named, values, strict=True) if pattern)


def _against(asked: AccessRequest, about: Known | None) -> tuple[str, ...]:
    """What speaks against the address; a verified certificate proves more than the wire can contradict."""
    if asked.kind == EAP_TLS:
        return ()
    found = list(about.contradictions) if about else []
    # An access point names BSSID and SSID (RFC 3580 §3.20); a switch's port has no SSID.
    ssid = len(asked.called) > 17 and asked.called[17:18] == ":"
    if asked.medium == "ethernet" and ssid:
        found.append(f"wire.called: {asked.called[18:60]}")
    if about and asked.medium and about.medium and asked.medium != about.medium:
        found.append(f"wire.medium: {asked.medium}, {about.medium}")
    return tuple(found)


def _stays(asked: AccessRequest, about: Known | None, seat: Seat | None) -> bool:
    """Whether a bedside device may be the real one: it contradicts itself where it was before, or nobody knows where
    that was. Then a person looks first."""
    if about is None or not about.settled or about.response not in BEDSIDE:
        return False
    if about.medium and asked.medium and about.medium != asked.medium:
        # What is on a wire does not ask through the air.
        return False
    if seat is None:
        return True
    return not seat.place[1] or seat.place == (asked.nas, asked.port)


class _Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of place.toml."""

    code: str
    fr: str
    en: str


@cache
def words() -> dict[str, tuple[str, str]]:
    """Code → its sentence in French and in English; ``{value}`` is what stands behind the code."""
    text = (resources.files("garde.zones") / "place.toml").read_text("utf-8")
    return {row.code: (row.fr, row.en) for row in msgspec.convert(tomllib.loads(text)["word"], list[_Word])}


def sentences(placement: Placement, language: str) -> list[str]:
    """Why, in words: French for ``fr``, else English; the last one names the rule, or says that there is none."""
    out = []
    for reason in placement.reasons:
        code, _, value = reason.partition(": ")
        fr, en = words().get(code, ("{value}", "{value}"))
        out.append((fr if language == "fr" else en).replace("{value}", value))
    return out
