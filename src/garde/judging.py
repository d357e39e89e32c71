"""Judging risk from the command line: import what is published, and score every device by it.

Question: which published weaknesses concern a device of this store, and how much does care depend on it?
Reference: issue 6 part 9 (contract of ``garde risk``); `garde.risk`. Part of the composition root. A document is kept
once, by the digest of its bytes; a file that cannot be read is named and what was imported before goes on serving. Left
out: how anything is judged (`garde.pipeline.risk.assessing`).

Example::

    print(imported([Path("known_exploited_vulnerabilities.json")], store=None, config=None).kept)
"""

from __future__ import annotations

import getpass
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from garde import config as settings
from garde.app import SystemClock, opened, runner_of
from garde.errors import GardeError, Malformed, Unreachable
from garde.model.decision import word
from garde.model.message import Message
from garde.pipeline.risk.assessing import Assessment
from garde.pipeline.risk.said import IMPORT
from garde.report.table import table_of
from garde.risk import works
from garde.risk.fleet import Judged
from garde.risk.package import Limits
from garde.risk.vulnerability import formats

#: Largest document that is read, in octets; the readers bound what they unpack from it.
LARGEST = 512 << 20


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


def imported(paths: Sequence[Path], *, store: str | None, config: Path | None) -> Imported:
    """Read documents and keep them; the same document again changes nothing.

    Raises:
        GardeError: the configuration or the store is not usable.
    """
    kept: Counter[str] = Counter()
    refused: list[dict[str, str]] = []
    now, person = SystemClock().now(), getpass.getuser()
    chosen = settings.load(config)
    with opened(chosen, store) as (held, bus):
        said: list[Message] = []
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
            one = reading.source
            said.append(word(IMPORT, person, now, about=one.id, value=one.format, reason=path.name))
        # Said when the documents are there: whoever hears of one can read it.
        bus.publish(said)
        runner_of(chosen, held, bus).drain()
    return Imported(kept=kept.total(), refused=tuple(refused), by=dict(sorted(kept.items())))


def scored(*, store: str | None, config: Path | None) -> list[Judged]:
    """Every device by the grid in force and by all documents that were imported, highest risk first."""
    with judged(store=store, config=config) as assessment:
        found = assessment.judged().values()
    return sorted(found, key=lambda one: (-one.placed.risk, -one.vulnerability.value, one.id))


@contextmanager
def judged(*, store: str | None, config: Path | None) -> Iterator[Assessment]:
    """The whole fleet judged from a store, which stays open for the block."""
    chosen = settings.load(config)
    with opened(chosen, store) as (held, bus):
        yield Assessment(held, bus, chosen, now=SystemClock().now)


def planned(
    budget: int,
    hours: str,
    wanted: tuple[str, ...] = (),
    unwanted: tuple[str, ...] = (),
    *,
    store: str | None,
    config: Path | None,
) -> dict[str, Any]:
    """The best plan within limits, as the contract has it.

    Args:
        budget: whole euros.
        hours: whole hours for all, or those of each quarter with commas between.
        wanted, unwanted: names of packages that are in the plan, or out of it, whatever they bring.

    Raises:
        Malformed: hours that are none, or a package that there is not.
        Refused: what is wanted does not fit.
    """
    limits = Limits(budget=budget, hours=_hours(hours), wanted=wanted, unwanted=unwanted)
    with judged(store=store, config=config) as assessment:
        work = assessment.works()
        return works.as_record(work.plan(limits), work)


def plan_as_table(found: dict[str, Any]) -> str:
    """A plan as aligned columns for a terminal."""
    heads = ("quarter", "package", "devices", "cost", "hours", "risk_removed", "residual")
    rows = ({name: str(step.get(name, step["name"])) for name in heads} for step in found["packages"])
    return table_of(heads, rows)


def plan_in_words(found: dict[str, Any]) -> list[str]:
    """What a person must know beside the table."""
    by_hand = found["greedy"]
    lines = [
        f"{found['cost']} € and {found['hours']} hours: {found['risk_removed']:g} of {found['today']:g} points "
        f"removed, {found['residual']:g} stay; by hand {by_hand['residual']:g} would stay for {by_hand['cost']} €"
    ]
    if found["unserved"]:
        lines.append(f"Nothing in the first quarter for what is urgent: {', '.join(found['unserved'][:5])}")
    if found["uncovered"]:
        lines.append(f"No work is known for what is urgent: {', '.join(found['uncovered'][:5])}")
    return lines


def _hours(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        hint = "200, or 200,200,100,100 for four quarters"
        raise Malformed("plan.hours", f"{text!r} are no hours", hint=hint) from None


def as_record(one: Judged) -> dict[str, Any]:
    """One device of the contract; both scores give their terms, each with what it rests on."""
    return {
        "id": one.id,
        "criticality": one.criticality.level,
        "vulnerability": round(one.vulnerability.value, 1),
        "risk": one.placed.risk,
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
            "id": one.id, "kind": one.placed.kind, "criticality": str(one.criticality.level),
            "vulnerability": f"{one.vulnerability.value:.1f}", "risk": str(one.placed.risk),
        }
        for one in found
    )  # fmt: skip
    return table_of(("id", "kind", "criticality", "vulnerability", "risk"), rows)


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
