"""Kit: what lies in a drawer of the ward for the day on which the network is gone.

Question: which devices are here, whom do we call, and how do we work without each of them?
Reference: issue 3 part 8; reference of the pages 7.13 (the degraded-mode sheet); Clausier Sécurité Santé O-12.2, 8.2.
Contacts and fallbacks are the hospital's own (`garde.report.directory`); where it wrote none, the paper leaves lines to
fill in by hand and says which setting would fill them. Left out: patients, always.

Example: ``KIT.build(material)`` gives one sheet for each ward.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from garde.model.device import Device
from garde.report.directory import Fallback, Text, applies, said
from garde.report.facts import Facts, Procedure, Table, count, known
from garde.report.fleet import name_of
from garde.report.register import by_ward, keys
from garde.report.spec import Material, Report

#: Lines left to fill in by hand where the hospital wrote nothing down.
BLANK: Final = 6


def build(material: Material) -> Facts:
    """The kit of this material."""
    words = material.words
    total = count("devices.total", "devices", material.devices, href="/devices")
    placed = count("devices.placed", "devices", material.devices, ("ward", "is not", "unknown"))
    wards = by_ward(material.devices)
    fallbacks = [
        (mark(number), fallback)
        for number, fallback in enumerate(material.directory.fallbacks)
        if not material.ward or applies(fallback.wards, material.ward)
    ]
    sentences = [words("kit.what"), words("kit.total", n=total.value, placed=placed.value)]
    if not material.directory.contacts or not material.directory.fallbacks:
        sentences.append(words("kit.blank"))
    return material.facts(
        KIT.name,
        KIT.title(material.language),
        sentences=tuple(sentences),
        figures=(total, placed),
        procedures=tuple(_procedure(material, letter, fallback) for letter, fallback in fallbacks),
        tables=(
            _contacts(material),
            *(_sheet(material, ward, devices, fallbacks) for ward, devices in wards.items()),
        ),
    )


def mark(number: int) -> str:
    """The letter of a procedure: A to Z, then A2 and so on.

    >>> mark(0), mark(27)
    ('A', 'B2')
    """
    turn, letter = divmod(number, 26)
    return f"{chr(65 + letter)}{turn + 1 if turn else ''}"


def _said(material: Material, text: Text) -> str:
    return material.words.set(said(text, material.language))


def _procedure(material: Material, letter: str, fallback: Fallback) -> Procedure:
    words = material.words
    kinds = words.several([material.kinds.get(kind, kind) for kind in fallback.kinds])
    wards = words.several(list(fallback.wards))
    scope = words("kit.scope", kinds=kinds or words("kit.every-kind"), wards=wards or words("kit.every-ward"))
    return Procedure(
        mark=letter,
        title=_said(material, fallback.title),
        scope=scope,
        steps=tuple(_said(material, step) for step in fallback.steps),
    )


def _contacts(material: Material) -> Table:
    words = material.words
    rows: list[tuple[str | int, ...]] = [
        (
            _said(material, contact.name),
            contact.phone,
            _said(material, contact.hours) or words("hours.always"),
            words.several(list(contact.wards)) or words("kit.every-ward"),
        )
        for contact in material.directory.contacts
        if not material.ward or applies(contact.wards, material.ward)
    ]
    column = material.column
    return Table(
        name="contacts",
        title=words("kit.contacts"),
        columns=(column("contact"), column("phone"), column("hours"), column("wards")),
        rows=tuple(rows) or tuple(("", "", "", "") for _ in range(BLANK)),
    )


def _sheet(material: Material, ward: str, devices: list[Device], fallbacks: Iterable[tuple[str, Fallback]]) -> Table:
    words = material.words
    here = [(letter, fallback) for letter, fallback in fallbacks if applies(fallback.wards, ward)]
    calls = [
        f"{_said(material, contact.name)} {contact.phone}"
        for contact in material.directory.contacts
        if ward and contact.wards and applies(contact.wards, ward)
    ]
    column = material.column
    return Table(
        name="sheet",
        title=f"{ward or words('ward.unknown')} ({words('devices.many', n=len(devices))})",
        columns=(
            *(column("room"), column("bed"), column("device"), column("kind", "label"), column("model")),
            *(column("asset_tag", "code"), column("serial", "code"), column("ip", "code"), column("fallback")),
        ),
        rows=tuple(
            (
                known(device, "room"),
                known(device, "bed"),
                name_of(device),
                material.kind(device),
                known(device, "model"),
                known(device, "asset_tag"),
                known(device, "serial"),
                keys(device, "ip"),
                " ".join(letter for letter, fallback in here if not fallback.kinds or device.kind in fallback.kinds)
                or "–",
            )
            for device in devices
        ),
        note=words("kit.call", who=words.several(calls)) if calls else "",
    )


KIT: Final = Report(
    name="kit",
    fr="Dossier du mode dégradé",
    en="Degraded-mode kit",
    reader_fr="services de soins, astreinte",
    reader_en="wards, on-call staff",
    covers="moment",
    build=build,
)
