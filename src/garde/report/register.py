"""Register: every device, by ward, on paper.

Question: which devices does this hospital have, where are they, and how sure are we of each?
Reference: reference of the pages 7.12; the register that French hospitals must keep of their devices (RSQM, Code de la
santé publique R. 5212-25 to 28) asks for name, kind, maker, model and serial number. Left out: maintenance, which the
GMAO keeps.

Example: ``REGISTER.build(material)`` gives one table for each ward.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from garde.model.device import Device
from garde.report.facts import Condition, Facts, Figure, Table, count, known, share
from garde.report.fleet import certainty_of, name_of, order_of
from garde.report.spec import Material, Report

#: Attributes whose coverage the register states.
COVERED: Final = ("kind", "manufacturer", "model", "serial", "asset_tag", "ward")


def build(material: Material) -> Facts:
    """The register of this material."""
    words = material.words
    total, figures = coverage(material)
    gone = count(
        "devices.gone", "devices", material.devices, ("last_at", "before", max(1, material.at - material.gone))
    )
    conflicts = count("devices.conflicts", "devices", material.devices, ("conflicts", "over", 0))
    wards = by_ward(material.devices)
    sentences = (
        words("register.total", n=total.value, wards=words("wards.many", n=sum(1 for ward in wards if ward))),
        words("register.known", kind=words.percent(figures[0].value), serial=words.percent(figures[3].value)),
        words("register.doubt", n=conflicts.value, gone=words("devices.many", n=gone.value)),
    )
    return material.facts(
        REGISTER.name,
        REGISTER.title(material.language),
        sentences=sentences,
        figures=(total, *figures, conflicts, gone),
        tables=(_wards(material, wards), *(_table(material, ward, devices) for ward, devices in wards.items())),
    )


def coverage(material: Material, *base: Condition) -> tuple[Figure, tuple[Figure, ...]]:
    """How many devices meet the conditions, and the share of them of which each attribute is known."""
    total = count("devices.total", "devices", material.devices, *base, href="" if base else "/devices")
    found = []
    for name in COVERED:
        listed = not base and name in ("kind", "manufacturer", "model", "ward")
        href = f"/devices?{urlencode({f'not.{name}': ''})}" if listed else ""
        part = count(f"devices with {name}", "devices", material.devices, *base, (name, "is not", "unknown"), href=href)
        # The share names its parts by their queries: the parts themselves stand in no list.
        part = Figure(part.query, part.value, part.query, part.href)
        found.append(share(part, total, f"known.{name}"))
    return total, tuple(found)


def by_ward(devices: tuple[Device, ...]) -> dict[str, list[Device]]:
    """Ward → its devices by room and name; wards by name, those whose ward nobody knows last."""
    found: dict[str, list[Device]] = {}
    for device in devices:
        found.setdefault(known(device, "ward"), []).append(device)
    for many in found.values():
        many.sort(
            key=lambda device: (known(device, "room").lower(), known(device, "bed").lower(), *order_of(device, "name"))
        )
    return dict(sorted(found.items(), key=lambda pair: (not pair[0], pair[0].casefold(), pair[0])))


def place(device: Device) -> str:
    """Room and bed, as far as they are known."""
    return " / ".join(value for value in (known(device, "room"), known(device, "bed")) if value)


def keys(device: Device, kind: str, most: int = 1) -> str:
    """The first keys of one kind, as a cell shows them, and how many more there are; IPv4 before IPv6."""
    found = sorted(
        (key.value for key in device.keys if key.kind == kind), key=lambda value: kind == "ip" and ":" in value
    )
    return " ".join(found[:most]) + (f" +{len(found) - most}" if len(found) > most else "")


def _wards(material: Material, wards: dict[str, list[Device]]) -> Table:
    words = material.words
    return Table(
        name="wards",
        title=words("register.wards"),
        columns=(material.column("ward"), material.column("devices", "bar")),
        rows=tuple((ward, len(devices)) for ward, devices in wards.items()),
    )


def _table(material: Material, ward: str, devices: list[Device]) -> Table:
    words = material.words
    column = material.column
    return Table(
        name="devices",
        title=f"{ward or words('ward.unknown')} ({words('devices.many', n=len(devices))})",
        columns=(
            column("device"),
            column("kind", "label"),
            column("manufacturer"),
            column("model"),
            column("serial", "code"),
            column("asset_tag", "code"),
            column("place"),
            column("ip", "code"),
            column("mac", "code"),
            column("last_at"),
            column("certainty"),
        ),
        rows=tuple(
            (
                name_of(device),
                material.kind(device),
                known(device, "manufacturer"),
                known(device, "model"),
                known(device, "serial"),
                known(device, "asset_tag"),
                place(device),
                keys(device, "ip"),
                keys(device, "mac"),
                words.date(device.last_at),
                words(f"certainty.{certainty_of(device)}"),
            )
            for device in devices
        ),
    )


REGISTER: Final = Report(
    name="register",
    fr="Registre des dispositifs",
    en="Register of devices",
    reader_fr="service biomédical, auditeur",
    reader_en="biomedical engineers, auditor",
    covers="moment",
    build=build,
)
