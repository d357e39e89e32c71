"""Judging risk from the command line: import what is published, and score every device by it.

Question: which published weaknesses concern a device of this store, and how much does care depend on it?
Reference: issue 6 part 9 (contract of ``garde risk``); `garde.risk`. Part of the composition root. A document is kept
once, by the digest of its bytes; a file that cannot be read is named and what was imported before goes on serving. Left
out: what the wire shows of services and networks, which no stage sums up yet, so that these terms stand at unknown.

Example::

    print(imported([Path("known_exploited_vulnerabilities.json")], store=None, config=None).kept)
"""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from garde import config as settings
from garde.app import opened
from garde.errors import GardeError, Unreachable
from garde.inventory.kinds import kinds
from garde.model.device import Claim, Device
from garde.model.risk.vulnerability import Reading
from garde.report.table import table_of
from garde.risk import fleet as fleets
from garde.risk import grid
from garde.risk.criticality import Criticality, Subject
from garde.risk.fleet import Asset, Fleet
from garde.risk.vulnerability import formats
from garde.risk.vulnerability.match import Part
from garde.risk.vulnerability.score import Facts, Score
from garde.risk.vulnerability.severity import Setting

#: Largest document that is read, in octets; the readers bound what they unpack from it.
LARGEST = 512 << 20
#: Attributes under which a device tells its own version, and the version of its system.
VERSIONS = ("software", "firmware")


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, as the contract has it.

    Attributes:
        kept: statements, weaknesses and other rows that were taken.
        refused: file, place in it, and why, of each row or document that was not.
        by: format → rows kept.
    """

    kept: int
    refused: tuple[dict[str, str], ...]
    by: dict[str, int]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One device by both scores.

    Attributes:
        device: its record.
        criticality, vulnerability: its scores.
        risk: of the grid's matrix.
    """

    device: Device
    criticality: Criticality
    vulnerability: Score
    risk: int


def imported(paths: Sequence[Path], *, store: str | None, config: Path | None) -> Imported:
    """Read documents and keep them; the same document again changes nothing.

    Raises:
        GardeError: the configuration or the store is not usable.
    """
    kept: Counter[str] = Counter()
    refused: list[dict[str, str]] = []
    with opened(settings.load(config), store) as (held, _):
        for path in _files(paths):
            try:
                reading = formats.read(_bytes(path))
            except GardeError as error:
                place = error.where or "the whole document"
                refused.append({"file": str(path), "place": place, "why": error.what})
                continue
            kept[reading.source.format] += reading.kept
            refused += ({"file": str(path), "place": one.place, "why": one.why} for one in reading.refused)
            with held.begin() as unit:
                unit.put([reading])
    return Imported(kept=kept.total(), refused=tuple(refused), by=dict(sorted(kept.items())))


def scored(*, store: str | None, config: Path | None) -> list[Judged]:
    """Every device by the packaged grid and by all documents that were imported, highest risk first."""
    with opened(settings.load(config), store) as (held, _):
        readings = list(held.all(Reading))
        devices = list(held.all(Device))
    fleet = Fleet(grid.packaged()["CRIT-DMC 1"], (), readings)
    fleet.put(map(asset_of, devices))
    found = [_judged(device, fleet.judged[device.id]) for device in devices]
    return sorted(found, key=lambda one: (-one.risk, -one.vulnerability.value, one.device.id))


def asset_of(device: Device) -> Asset:
    """A device as the fleet knows it, by its claims and the catalogue of kinds."""
    kind = kinds().get(device.kind)
    return Asset(
        id=device.id,
        subject=Subject(
            id=device.id,
            kind=device.kind,
            model=device.value("model"),
            ward=device.value("ward"),
            kind_level=kind.criticality if kind else 0,
            life_sustaining=kind is not None and kind.life_sustaining == "yes",
        ),
        parts=tuple(_parts(device)),
        facts=Facts(inventory=device.claims["kind"].confidence if "kind" in device.claims else 0.5),
        setting=Setting(
            life_sustaining=kind is not None and kind.life_sustaining != "no",
            harm=kind is not None and kind.response == "RP0",
        ),
        site=device.value("facility"),
    )


def as_record(one: Judged) -> dict[str, Any]:
    """One device of the contract; both scores give their terms, each with what it rests on."""
    return {
        "id": one.device.id,
        "criticality": one.criticality.level,
        "vulnerability": round(one.vulnerability.value, 1),
        "risk": one.risk,
        "terms": [
            *(
                {"term": term.term, "points": round(term.points, 2), "because": list(term.because)}
                for term in one.criticality.terms
            ),
            *(
                {
                    "term": term.term,
                    "points": round(term.points, 2),
                    "because": [name for line in term.lines for name in (line.fact, *line.because)],
                }
                for term in one.vulnerability.terms
            ),
        ],
        "overrides": list(one.vulnerability.overrides),
        "confidence": round(one.vulnerability.confidence, 2),
    }


def as_table(found: Iterable[Judged]) -> str:
    """Aligned columns for a terminal."""
    rows = (
        {
            "id": one.device.id, "kind": one.device.kind, "criticality": str(one.criticality.level),
            "vulnerability": f"{one.vulnerability.value:.1f}", "risk": str(one.risk),
        }
        for one in found
    )  # fmt: skip
    return table_of(("id", "kind", "criticality", "vulnerability", "risk"), rows)


def _judged(device: Device, one: fleets.Judged) -> Judged:
    return Judged(device=device, criticality=one.criticality, vulnerability=one.vulnerability, risk=one.placed.risk)


def _parts(device: Device) -> Iterator[Part]:
    """The device itself under its model, and its system."""
    maker, model = device.claims.get("manufacturer"), device.claims.get("model")
    version = next((device.claims[name] for name in VERSIONS if name in device.claims), None)
    if maker and model:
        yield Part(
            maker=maker.value, name=model.value, version=version.value if version else "",
            because=_rests(maker, model, *([version] if version else [])),
        )  # fmt: skip
    system = device.claims.get("os")
    if system:
        build = device.claims.get("os_build")
        yield Part(name=system.value, version=build.value if build else "", because=_rests(system))


def _rests(*claims: Claim) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.observation for claim in claims for line in claim.sources if line.observation))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else (path,)


def _bytes(path: Path) -> bytes:
    try:
        # A pipe or a device has no end, and none is opened.
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreachable("feed.unreadable", "This is no file", where=path.name)
        if path.stat().st_size > LARGEST:
            raise Unreachable("feed.too-large", f"More than {LARGEST >> 20} MiB", where=path.name)
        return path.read_bytes()
    except OSError as error:
        raise Unreachable("feed.unreadable", error.strerror or "The file cannot be read", where=path.name) from None
