"""Rule book: the site's rules of place, read from TOML and sorted by what they rest on.

Question: which rule speaks about this station, and in which zone, VLAN and class does it put it?
Reference: issue 4 part 4: explicit rule > certificate > identity > fingerprint > unknown → onboarding zone. A rule that
names one address, or one port of one switch, is explicit; one that names a certificate, a serial number, or anything
else is of that rank. All that a rule names must match. Within a rank the first of the file decides. ``*`` and ``?``
match as in file names, ``mac = "00:09:fb:*"`` is a fingerprint. Left out: rules by the hour of the day.

Example:
    >>> book = parse('''
    ... [[zone]]
    ... name = "Z8"
    ... vlan = 999
    ... onboarding = true
    ... [[zone]]
    ... name = "Z1"
    ... vlan = 120
    ... [[rule]]
    ... name = "bed 12"
    ... mac = "00:09:fb:01:02:03"
    ... zone = "Z1"
    ... ''')
    >>> book.rules[0].rank, book.onboarding.vlan
    ('explicit', 999)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import lru_cache
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.model import rows
from garde.model.key import Key

#: What a rule may name, and at which rank it then stands; the first that is named decides.
CRITERIA: Final = (
    ("mac", "explicit"), ("certificate", "certificate"), ("serial", "identity"), ("device", "identity"),
    ("maker", "fingerprint"), ("model", "fingerprint"), ("kind", "fingerprint"), ("ward", "fingerprint"),
    ("nas", "fingerprint"), ("port", "fingerprint"),
)  # fmt: skip
#: Classes of traffic (domain note 04 §4).
CLASSES: Final = ("", "M1", "M2", "M3", "M4", "M5", "M6", "NC")
#: Seconds until a switch asks again, least and most, where it is told at all.
SESSION: Final = (300, 7 * 86_400)
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
#: What a switch takes as the name of a list or a role; no octet of it means anything to who reads the configuration.
_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{0,63}")
#: A pair that fits into one attribute (253 octets less 6) and that FreeRADIUS reads as it stands: no quote, backslash
#: or per cent sign, which would begin an expansion.
_PAIR: Final = re.compile(r"[ !#$&()*+,\-./0-9:;<=>?@A-Z\[\]^_a-z{|}~]{3,247}")


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One ``[[zone]]``: what whoever is put there gets.

    Attributes:
        name: of the zone, as policies have it.
        vlan: 1 to 4094; 0 leaves the switch's own.
        acl, role: names on the switch (Filter-Id, Aruba-User-Role).
        cisco: pairs for Cisco's switches, such as ``ip:inacl#10=permit udp any any eq domain``.
        dscp: class of traffic, ``M1`` to ``M6`` or ``NC``.
        session: seconds until the switch asks again; 0 for its own setting.
        onboarding: unknown stations come here; exactly one zone is that.
        quarantine: stations whose address the wire contradicts come here; the onboarding zone where none is that.
    """

    name: str
    vlan: int = 0
    acl: str = ""
    role: str = ""
    cisco: tuple[str, ...] = ()
    dscp: str = ""
    session: int = 0
    onboarding: bool = False
    quarantine: bool = False


class PlaceRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One ``[[rule]]``.

    Attributes:
        name: what decisions call it.
        mac, device, certificate, serial, maker, model, kind, ward, nas, port: what must match; ``certificate`` is the
            subject of a verified certificate.
        zone: where it puts the station.
        vlan, acl, role, cisco, dscp, session: instead of the zone's.
        refuse: no access at all.
    """

    name: str
    mac: str = ""
    device: str = ""
    certificate: str = ""
    serial: str = ""
    maker: str = ""
    model: str = ""
    kind: str = ""
    ward: str = ""
    nas: str = ""
    port: str = ""
    zone: str = ""
    vlan: int = 0
    acl: str = ""
    role: str = ""
    cisco: tuple[str, ...] = ()
    dscp: str = ""
    session: int = 0
    refuse: bool = False

    @property
    def rank(self) -> str:
        """On what it rests."""
        if self.nas and self.port and not _wild(self.nas + self.port) and not self._named(("mac", "nas", "port")):
            return "explicit"
        for field, rank in CRITERIA:
            value = getattr(self, field)
            if value:
                return "fingerprint" if field == "mac" and _wild(value) else rank
        return "fingerprint"

    def _named(self, but: tuple[str, ...]) -> bool:
        return any(getattr(self, field) for field, _ in CRITERIA if field not in but)


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """Zones and rules, ready for use.

    Attributes:
        zones: by name.
        rules: in the order of the file.
        onboarding, quarantine: the zones for the unknown and the contradicted.
        by_mac: rules that name one address.
        ranked: the other rules, by rank.
    """

    zones: dict[str, Area]
    rules: tuple[PlaceRule, ...]
    onboarding: Area
    quarantine: Area
    by_mac: dict[str, tuple[PlaceRule, ...]]
    ranked: dict[str, tuple[PlaceRule, ...]]


def parse(text: str, file: str = "places.toml") -> Book:
    """The rule book of a TOML text.

    Raises:
        Malformed: with file, line and what was probably meant.
    """
    found = rows.read(text, file, {"zone": Area, "rule": PlaceRule}, "places")

    def wrong(table: str, number: int, field: str, what: str, hint: str = "") -> Malformed:
        return Malformed("places.value", what, where=f"{file}, line {rows.line(text, table, number, field)}", hint=hint)

    zones: dict[str, Area] = {}
    for number, zone in enumerate(found["zone"], 1):
        for field, what in _unfit(zone):
            raise wrong("zone", number, field, what)
        if zone.name in zones:
            raise wrong("zone", number, "name", f"Two zones are called {zone.name}")
        zones[zone.name] = zone
    doors = [zone for zone in zones.values() if zone.onboarding]
    if len(doors) != 1:
        raise Malformed(
            "places.onboarding", f"{len(doors)} zones are for the unknown; exactly one is", where=file,
            hint="Write onboarding = true in one [[zone]]",
        )  # fmt: skip
    rules = []
    names: set[str] = set()
    for number, rule in enumerate(found["rule"], 1):
        for field, what in _unfit(rule):
            raise wrong("rule", number, field, what)
        if rule.name in names:
            raise wrong("rule", number, "name", f"Two rules are called {rule.name}")
        names.add(rule.name)
        if not any(getattr(rule, field) for field, _ in CRITERIA):
            raise wrong("rule", number, "name", f"The rule {rule.name} names nothing that must match")
        if rule.refuse == bool(rule.zone):
            raise wrong("rule", number, "zone", f"The rule {rule.name} needs either a zone or refuse = true")
        if rule.zone and rule.zone not in zones:
            raise wrong("rule", number, "zone", f"There is no zone {rule.zone}", f"Zones: {', '.join(zones)}")
        if rule.mac:
            try:
                rule = msgspec.structs.replace(rule, mac=_mac(rule.mac))
            except Malformed as error:
                raise wrong("rule", number, "mac", error.what) from None
        rules.append(rule)
    return book(zones, tuple(rules), doors[0])


def book(zones: dict[str, Area], rules: tuple[PlaceRule, ...], door: Area) -> Book:
    """The book of rows that were checked; ``door`` is where the unknown come."""
    by_mac: dict[str, tuple[PlaceRule, ...]] = {}
    ranked: dict[str, tuple[PlaceRule, ...]] = {}
    for rule in rules:
        if rule.mac and rule.rank == "explicit":
            by_mac[rule.mac] = (*by_mac.get(rule.mac, ()), rule)
        else:
            ranked[rule.rank] = (*ranked.get(rule.rank, ()), rule)
    away = next((zone for zone in zones.values() if zone.quarantine), door)
    return Book(zones=zones, rules=rules, onboarding=door, quarantine=away, by_mac=by_mac, ranked=ranked)


def _unfit(row: Area | PlaceRule) -> Iterator[tuple[str, str]]:
    """What has the right type and makes no sense."""
    if not _NAME.fullmatch(row.name):
        yield "name", "A name has 1 to 64 characters and no control characters"
    if not 0 <= row.vlan <= 4094:
        yield "vlan", f"{row.vlan} is no VLAN (1 to 4094, IEEE 802.1Q)"
    if row.dscp not in CLASSES:
        yield "dscp", f"{row.dscp!r} is no class of traffic: {', '.join(CLASSES[1:])}"
    for field in ("acl", "role"):
        if not _WORD.fullmatch(getattr(row, field)):
            yield field, f"{getattr(row, field)!r}: letters, digits and _ . : - only, at most 63"
    for pair in row.cisco:
        if not _PAIR.fullmatch(pair) or "=" not in pair[1:]:
            yield "cisco", f"{pair!r} is no pair of attribute=value"
    if row.session and not SESSION[0] <= row.session <= SESSION[1]:
        yield "session", f"{row.session} seconds: between {SESSION[0]} and {SESSION[1]}, please"


def _mac(text: str) -> str:
    """Canonical; a pattern keeps its wild cards.

    Raises:
        Malformed: it is neither.
    """
    if not _wild(text):
        return Key.of("mac", text).value
    lowered = text.lower().replace("-", ":")
    if not re.fullmatch(r"[0-9a-f:*?]{1,17}", lowered):
        raise Malformed("key.mac", f"{text!r} is no pattern of a MAC address")
    return lowered


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=1 << 14)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.casefold()))


def fits(pattern: str, value: str) -> bool:
    """Whether a value is what a rule names, without regard to case.

    >>> fits("IntelliVue *", "Intellivue MX700"), fits("MX700", "MX800"), fits("*", "")
    (True, False, False)
    """
    if not value:
        return False
    return (
        _pattern(pattern).match(value.casefold()) is not None
        if _wild(pattern)
        else pattern.casefold() == value.casefold()
    )
