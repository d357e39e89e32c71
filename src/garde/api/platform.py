"""The platform: settings, sensors, recordings, kiosks, the note of the shift, and the tables of words.

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
from garde.model.decision import word
from garde.model.message import moment
from garde.model.person import Standing
from garde.model.recording import Recording
from garde.model.sensor import Sensor
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


class SensorRecord(Struct, frozen=True, kw_only=True):
    """A place where packets are seen.

    Attributes:
        live: its last sign of life said that it goes on listening; ``last_at`` is when that was.
        places: interfaces, files and exports that it heard, the latest last.
        packets, octets, lost: in all.
    """

    id: str
    live: bool
    places: tuple[str, ...]
    first_at: Moment
    last_at: Moment
    packets: int
    octets: int
    lost: int


class ShiftRecord(Struct, frozen=True, kw_only=True):
    """The note of the shift, and who left it; empty when nobody did."""

    text: str
    person: str
    at: Moment | None


class ShiftNote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line for whoever comes next."""

    text: Annotated[str, Meta(max_length=300)]


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


def sensors(ask: Ask) -> Page[SensorRecord]:
    """What hears, by name."""
    ask.everywhere("sensors.read")
    found = sorted(ask.site.store.all(Sensor), key=lambda one: one.id)
    return Page(items=tuple(map(_sensor_record, found)), total=len(found))


def sensor(ask: Ask) -> SensorRecord:
    """A sensor by its name."""
    ask.everywhere("sensors.read")
    name = ask.path["sensor"]
    found = ask.site.store.get(Sensor, [name]).get(name)
    if found is None:
        raise Missing("sensor.unknown", f"There is no sensor {name[:80]!r}")
    return _sensor_record(found)


def shift(ask: Ask) -> ShiftRecord:
    """The note of the shift."""
    found = ask.site.store.get(Standing, ["shift"]).get("shift")
    if found is None:
        return ShiftRecord(text="", person="", at=None)
    return ShiftRecord(text=found.text, person=found.person, at=moment(found.at))


def set_shift(ask: Ask) -> ShiftRecord:
    """Leave another note of the shift."""
    ask.meant(shift(ask))
    note: ShiftNote = ask.body
    text, now = note.text.strip(), ask.site.now()
    if any(ord(letter) < 32 for letter in text):
        raise Malformed("shift.line", "The note of the shift is one line")
    with ask.site.store.begin() as unit:
        unit.put([Standing(id="shift", text=text, person=ask.visitor.login, at=now)])
        unit.append([word("shift.note", ask.visitor.login, now, about="shift", value=text)])
    return shift(ask)


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


def _sensor_record(found: Sensor) -> SensorRecord:
    return SensorRecord(
        id=found.id,
        live=found.live,
        places=found.places,
        first_at=moment(found.first_at),
        last_at=moment(found.last_at),
        packets=found.packets,
        octets=found.octets,
        lost=found.lost,
    )


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
