"""A small hospital on paper: devices, findings and a directory whose figures a reader can count by hand."""

from __future__ import annotations

from garde.findings.rules import rules
from garde.inventory.kinds import kinds
from garde.inventory.lifecycle import GONE
from garde.model.device import Claim, Device
from garde.model.finding import Finding
from garde.model.key import Key
from garde.report.directory import parse
from garde.report.facts import DAY, Facts
from garde.report.reports import REPORTS
from garde.report.spec import Material

#: 2026-11-24 12:00:00 UTC, in nanoseconds.
NOW = 1_795_521_600 * 10**9
HOSTILE = '#raw[$x$] \\ @y <b>"\u202egpj.exe\x07'
DIRECTORY = parse(
    """
[[contact]]
name = { fr = "Astreinte biomédicale", en = "Biomedical engineer on call" }
phone = "4 21 00"
hours = { fr = "18 h à 8 h", en = "6 p.m. to 8 a.m." }

[[contact]]
name = "Cadre de réanimation"
phone = "4 33 10"
wards = ["réa a"]

[[fallback]]
title = { fr = "Plus de ventilation", en = "Ventilation is gone" }
kinds = ["VENT_ICU"]
steps = [{ fr = "Ballon au lit : oui ?", en = "Bag at the bedside" }, "4 21 00"]

[[fallback]]
title = "Bloc"
wards = ["Bloc"]
steps = ["x"]
""",
    "directory.toml",
    kinds(),
)


def device(name: str, kind: str = "unknown", *, first: int = 100, last: int = 0, **words: str) -> Device:
    """A device first seen so many days ago and last seen so many days ago; words are its claims."""
    claims = {attribute: Claim(attribute, value, 0.9) for attribute, value in words.items()}
    if kind != "unknown":
        claims["kind"] = Claim("kind", kind, 0.6)
    number = sum(name.encode("utf-8")) % 250
    return Device(
        id=f"d-{name}",
        keys=(Key("mac", f"00:09:fb:00:00:{number:02x}"), Key("ip", f"10.0.0.{number}")),
        kind=kind,
        first_at=NOW - first * DAY,
        last_at=NOW - last * DAY,
        claims=claims,
        many={"hostname": (Claim("hostname", name, 0.9),)},
        conflicts=("model",) if "model" in words and words["model"].startswith("?") else (),
    )


DEVICES = (
    device("vent-01", "VENT_ICU", ward="Réa A", room="101", bed="2", serial="ASKM-1", manufacturer="Dräger"),
    device("vent-02", "VENT_ICU", ward="Réa A", room="101", bed="1", asset_tag="BM-2", manufacturer="Dräger"),
    device("scanner", "CT", first=3, ward="Imagerie", manufacturer="Siemens", model="?Somatom"),
    device("lost", "INF_SYR", last=20, ward="Bloc", manufacturer="Fresenius"),
    device(HOSTILE, first=3, manufacturer=HOSTILE, serial="x" * 90),
)


def finding(number: int, severity: str, *, first: int, closed: int | None = None, device: str = "scanner") -> Finding:
    """A finding that began so many days ago, and was closed so many days ago."""
    return Finding(
        id=f"f-{number}",
        rule="identity.conflict" if number % 2 else "certificate.expiry",
        device=f"d-{device}" if device else "",
        severity=severity,
        status="open" if closed is None else "closed",
        first_at=NOW - first * DAY,
        closed_at=0 if closed is None else NOW - closed * DAY,
    )


FINDINGS = (
    finding(1, "critical", first=12),
    finding(2, "high", first=2, device="vent-01"),
    finding(3, "medium", first=70, device=""),
    finding(4, "low", first=20, closed=10),
    finding(5, "high", first=70, closed=40),
)


def material(language: str, *, moment: bool = False, **change: object) -> Material:
    """The hospital in one language: thirty days before ``NOW``, or the moment itself."""
    french = language == "fr"
    words: dict[str, object] = {
        "kinds": {row.name: row.fr if french else row.en for row in kinds().values()},
        "rules": {row.name: row.sentence(language) for row in rules()},
        "since": NOW if moment else NOW - 30 * DAY,
        "until": NOW,
        "at": NOW,
        "gone": GONE,
        "site": "CHU « d'exemple »",
        "directory": DIRECTORY,
        "devices": DEVICES,
        "findings": FINDINGS,
    } | change
    return Material(language, **words)  # type: ignore[arg-type]


def facts(report: str, language: str, **change: object) -> Facts:
    """What a report says of the hospital."""
    row = REPORTS[report]
    return row.build(material(language, moment=row.covers == "moment", **change))


def value(record: Facts, name: str) -> int:
    """The value of a figure."""
    return next(figure.value for figure in record.figures if figure.name == name)


def rows(record: Facts, name: str) -> list[tuple[str | int, ...]]:
    """The rows of the tables of that name."""
    return [row for table in record.tables if table.name == name for row in table.rows]
