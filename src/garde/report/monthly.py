"""Monthly: what the RSSI reads once a month, and keeps.

Question: what came, what went, what is known and what nobody knows, since last month?
Reference: reference of the pages 7.12; NIST SP 800-55 Vol. 1 asks of a measure that it can be taken again: each figure
stands beside its query. Left out: scores.

Example: ``MONTHLY.build(material)``.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from garde.model.catalogue import attributes
from garde.model.device import Device
from garde.model.finding import Finding
from garde.report.facts import DAY, Condition, Facts, Table, count, known, matching, written
from garde.report.fleet import name_of
from garde.report.judgements import WORST, ages, closed, grave, open_at, opened, waiting
from garde.report.register import COVERED, by_ward, coverage, keys, place
from garde.report.spec import Material, Report


def build(material: Material) -> Facts:
    """The month of this material."""
    words = material.words
    devices = material.devices
    known_then: Condition = ("first_at", "before", material.until)
    total, shares = coverage(material, known_then)
    within: tuple[Condition, ...] = (("first_at", "since", material.since), ("first_at", "before", material.until))
    # A device vanishes when it has not been heard for as long as `gone`: that moment must lie within the period.
    lost: tuple[Condition, ...] = (
        ("last_at", "since", max(1, material.since - material.gone)),
        ("last_at", "before", max(1, material.until - material.gone)),
    )
    heard = count(
        "devices.heard",
        "devices",
        devices,
        ("last_at", "since", material.since),
        ("first_at", "before", material.until),
    )
    new = count("devices.new", "devices", devices, *within)
    vanished = count("devices.vanished", "devices", devices, *lost)
    gone = count("devices.gone", "devices", devices, ("last_at", "before", max(1, material.until - material.gone)))
    unknown = count("devices.unknown", "devices", devices, known_then, ("kind", "is", "unknown"))
    conflicts = count("devices.conflicts", "devices", devices, known_then, ("conflicts", "over", 0))
    came, went, waits = opened(material), closed(material), waiting(material)
    critical, high, oldest = grave(material)
    sentences = (
        words("monthly.findings", n=came.value, went=went.value, waits=waits.value),
        words("board.oldest", n=oldest.value) if critical.value + high.value else words("monthly.calm"),
        words(
            "monthly.devices", n=total.value, heard=heard.value, new=new.value, vanished=vanished.value, gone=gone.value
        ),
        words("monthly.doubts", n=unknown.value, conflicts=words("devices.many", n=conflicts.value)),
    )
    return material.facts(
        MONTHLY.name,
        MONTHLY.title(material.language),
        sentences=sentences,
        figures=(
            *(came, went, waits, critical, high, oldest, *(figure for _, figure in ages(material))),
            *(total, heard, *shares, new, vanished, gone, unknown, conflicts),
        ),
        tables=(
            _severities(material),
            _ages(material),
            _longest(material),
            _coverage(material, {figure.name: figure.value for figure in shares}),
            _listed(material, "new", within),
            _listed(material, "vanished", lost),
            _unknown(material),
            _conflicts(material),
        ),
    )


def _severities(material: Material) -> Table:
    rows: list[tuple[str | int, ...]] = []
    for severity in WORST:
        only: Condition = ("severity", "is", severity)
        counts = (opened(material, only), closed(material, only), waiting(material, only))
        rows.append((material.words(f"severity.{severity}"), *(figure.value for figure in counts)))
    column = material.column
    return Table(
        name="severities",
        title=material.words("monthly.severities"),
        columns=(column("severity"), column("opened", "number"), column("closed", "number"), column("open", "bar")),
        rows=tuple(rows),
    )


def _ages(material: Material) -> Table:
    return Table(
        name="ages",
        title=material.words("monthly.ages"),
        columns=(material.column("age"), material.column("open", "bar")),
        rows=tuple((label, figure.value) for label, figure in ages(material)),
    )


def _longest(material: Material) -> Table:
    """The open findings, gravest first and oldest first among equals."""
    words = material.words
    conditions = open_at(material.until)
    found: list[Finding] = matching(material.findings, *conditions)
    rank = {severity: place for place, severity in enumerate(WORST)}
    found.sort(key=lambda finding: (rank.get(finding.severity, len(rank)), finding.first_at, finding.id))
    rows, note = material.cut([_finding(material, finding) for finding in found], written("findings", *conditions))
    return Table(
        name="longest",
        title=words("monthly.longest"),
        columns=(
            material.column("severity"),
            material.column("judged"),
            material.column("device"),
            material.column("ward"),
            material.column("since"),
            material.column("days", "number"),
            material.column("status"),
        ),
        rows=rows,
        note=note,
    )


def _finding(material: Material, finding: Finding) -> tuple[str | int, ...]:
    words = material.words
    device = material.named.get(finding.device)
    return (
        words.label("severity", finding.severity),
        words.set(material.rules.get(finding.rule, finding.rule)),
        name_of(device) if device else finding.device or words("garde.itself"),
        known(device, "ward") if device else "",
        words.date(finding.first_at),
        max(0, material.until - finding.first_at) // DAY,
        words.label("status", finding.status),
    )


def _coverage(material: Material, shares: dict[str, int]) -> Table:
    words = material.words
    rows: list[tuple[str | int, ...]] = []
    for name in COVERED:
        row = attributes()[name]
        rows.append(
            (words.set(row.fr if material.language == "fr" else row.en), words.percent(shares[f"known.{name}"]))
        )
    return Table(
        name="coverage",
        title=words("monthly.coverage"),
        columns=(material.column("attribute"), material.column("share", "number")),
        rows=tuple(rows),
        note=words("coverage.note"),
    )


def _listed(material: Material, name: str, conditions: tuple[Condition, ...]) -> Table:
    """Devices that meet the conditions, by ward."""
    words = material.words
    found: list[Device] = matching(material.devices, *conditions)
    rows, note = material.cut(
        [
            (
                name_of(device),
                material.kind(device),
                known(device, "manufacturer"),
                ward,
                place(device),
                keys(device, "ip"),
                words.date(device.last_at if name == "vanished" else device.first_at),
            )
            for ward, devices in by_ward(tuple(found)).items()
            for device in devices
        ],
        written("devices", *conditions),
    )
    column = material.column
    return Table(
        name=name,
        title=words(f"monthly.{name}"),
        columns=(
            *(column("device"), column("kind", "label"), column("manufacturer"), column("ward"), column("place")),
            *(column("ip", "code"), column("last_at" if name == "vanished" else "first_at")),
        ),
        rows=rows,
        note=note,
    )


def _unknown(material: Material) -> Table:
    """Devices of unknown kind, by the maker that their address or words name."""
    conditions: tuple[Condition, ...] = (("first_at", "before", material.until), ("kind", "is", "unknown"))
    found: list[Device] = matching(material.devices, *conditions)
    makers = Counter(known(device, "manufacturer") for device in found)
    ordered = sorted(makers.items(), key=lambda pair: (-pair[1], pair[0]))
    rows, note = material.cut([(maker, many) for maker, many in ordered], written("devices", *conditions))
    return Table(
        name="unknown",
        title=material.words("monthly.unknown"),
        columns=(material.column("manufacturer"), material.column("devices", "bar")),
        rows=rows,
        note=note,
    )


def _conflicts(material: Material) -> Table:
    """Devices whose sources disagree, with what they disagree about."""
    conditions: tuple[Condition, ...] = (("first_at", "before", material.until), ("conflicts", "over", 0))
    found: list[Device] = matching(material.devices, *conditions)
    words = material.words
    labels = {name: words.set(row.fr if material.language == "fr" else row.en) for name, row in attributes().items()}
    rows, note = material.cut(
        [
            (
                name_of(device),
                material.kind(device),
                known(device, "ward"),
                ", ".join(labels.get(name, name) for name in device.conflicts),
            )
            for devices in by_ward(tuple(found)).values()
            for device in devices
        ],
        written("devices", *conditions),
    )
    return Table(
        name="conflicts",
        title=material.words("monthly.conflicts"),
        columns=(
            *(material.column("device"), material.column("kind", "label"), material.column("ward")),
            material.column("disputed"),
        ),
        rows=rows,
        note=note,
    )


MONTHLY: Final = Report(
    name="monthly",
    fr="Rapport mensuel du RSSI",
    en="Monthly report of the CISO",
    reader_fr="RSSI",
    reader_en="CISO",
    covers="period",
    build=build,
)
