"""The platform: settings, kiosks, recordings, and the tables of words that the records use.

Question: how is this Garde set up, which captures does it know, and what do its words mean?
Reference: DESIGN §2 rule 5. Settings are read only: they stand in a file on the machine. Of the addresses of store and
bus only the scheme is given, because the rest may hold a password; a recording is named without its path.

Example: ``GET /api/v1/settings``
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from garde import __version__
from garde.api.ask import Ask, Reply
from garde.api.records import Moment, Page, Paging
from garde.config import Config
from garde.errors import Malformed, Missing
from garde.findings.policy import Policy, Row
from garde.findings.rules import Rule, rules
from garde.inventory.kinds import Kind, kinds
from garde.model.catalogue import attributes
from garde.model.message import moment
from garde.model.recording import Recording
from garde.people.secret import Kiosk


class SettingsRecord(Struct, frozen=True, kw_only=True):
    """How this Garde is set up.

    Attributes:
        networks: those whose addresses are the hospital's own.
        sensor: name of the sensor of this process; ``interfaces`` and ``export`` are what it listens to.
        store, bus: how the state is kept and how messages travel.
        policy: what kinds of finding trigger; the first row that matches decides.
    """

    version: str
    name: str
    networks: tuple[str, ...]
    sensor: str
    interfaces: tuple[str, ...]
    export: str
    store: str
    bus: str
    policy: tuple[Row, ...]


class KioskRecord(Struct, frozen=True, kw_only=True):
    """A ward whose shared machine may be opened with a code."""

    ward: str


class KioskCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that opens it: at least eight characters, four of them different."""

    code: Annotated[str, Meta(min_length=8, max_length=256)]


class RecordingRecord(Struct, frozen=True, kw_only=True):
    """A capture whose bytes are at hand."""

    id: str
    at: Moment


class AttributeRecord(Struct, frozen=True, kw_only=True):
    """Something that may be known of a device; ``many``: several values at once."""

    name: str
    type: str
    en: str
    fr: str
    many: bool


def settings_of(config: Config, policy: Policy) -> SettingsRecord:
    """The settings as they are given out."""
    return SettingsRecord(
        version=__version__,
        name=config.site.name,
        networks=config.site.networks,
        sensor=config.capture.sensor,
        interfaces=config.capture.interfaces,
        export=config.capture.export,
        store=(config.store.url or "sqlite:").partition(":")[0],
        bus=config.bus.url.partition(":")[0],
        policy=policy.rows,
    )


def settings(ask: Ask) -> SettingsRecord:
    """How this Garde is set up."""
    ask.everywhere("settings.manage")
    return settings_of(ask.config, ask.site.policy)


def kiosks(ask: Ask) -> Page[KioskRecord]:
    """Wards whose shared machine may be opened."""
    ask.everywhere("settings.manage")
    found = sorted(one.id for one in ask.site.store.all(Kiosk))
    return Page(items=tuple(KioskRecord(ward=ward) for ward in found), total=len(found))


def set_kiosk(ask: Ask) -> KioskRecord:
    """Give a ward's shared machine a code; what the old one opened ends."""
    ask.everywhere("settings.manage")
    code: KioskCode = ask.body
    ward = _ward(ask)
    ask.site.register.set_kiosk(ask.visitor.login, ask.site.now(), ward, code.code)
    return KioskRecord(ward=ward)


def close_kiosk(ask: Ask) -> Reply:
    """Close a ward's shared machine, and end what it opened."""
    ask.everywhere("settings.manage")
    ward = _ward(ask)
    if ward not in ask.site.store.get(Kiosk, [ward]):
        raise Missing("kiosk.unknown", f"There is no kiosk of {ward!r}")
    ask.site.register.set_kiosk(ask.visitor.login, ask.site.now(), ward, "")
    return Reply(status=204)


def recordings(ask: Ask) -> Reply:
    """Captures whose bytes are at hand, by name."""
    ask.everywhere("sensors.read")
    query: Paging = ask.query
    # Databases order texts by their language; a cursor compares them by their letters' numbers.
    found = sorted(ask.site.store.all(Recording), key=lambda one: one.id)
    behind = ask.after(str) or ""
    rest = [one for one in found if one.id > behind]
    shown = rest[: query.limit]
    cursor = ask.cursor(shown[-1].id) if len(rest) > query.limit else ""
    items = tuple(map(_recording_record, shown))
    return Reply(record=Page(items=items, next=cursor or None, total=len(found)), next=cursor)


def recording(ask: Ask) -> RecordingRecord:
    """A capture by its name."""
    ask.everywhere("sensors.read")
    name = ask.path["recording"]
    found = ask.site.store.get(Recording, [name]).get(name)
    if found is None:
        raise Missing("recording.unknown", f"There is no recording {name[:80]!r}")
    return _recording_record(found)


def all_rules(ask: Ask) -> Page[Rule]:
    """What may be judged, and what to do then."""
    return Page(items=tuple(rules()), total=len(rules()))


def all_kinds(ask: Ask) -> Page[Kind]:
    """Kinds of device."""
    return Page(items=tuple(kinds().values()), total=len(kinds()))


def all_attributes(ask: Ask) -> Page[AttributeRecord]:
    """What may be known of a device."""
    found = tuple(msgspec.convert(row, AttributeRecord, from_attributes=True) for row in attributes().values())
    return Page(items=found, total=len(found))


def _recording_record(found: Recording) -> RecordingRecord:
    return RecordingRecord(id=found.id, at=moment(found.at))


def _ward(ask: Ask) -> str:
    """The ward of the path.

    Raises:
        Malformed: no ward is called so.
    """
    ward = ask.path["ward"]
    if not ward.strip() or len(ward) > 120 or not ward.isprintable():
        raise Malformed("kiosk.ward", f"{ward[:40]!r} is no name of a ward")
    return ward
