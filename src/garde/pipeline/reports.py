"""Reports: from the state to a sealed document.

Question: who gathers what a report is made of, and leaves a trace of its issue?
Reference: issue 3 parts 7 and 8; DESIGN §2 rule 3. The message `Issued` holds the digests of the document and of its
facts. Left out: keeping the documents, which may be written again, and sending them, which notifications do.

Example::

    document = issue(bus, Wanted("board", "fr"), devices, findings, now=now, by="k.morel")
    Path("board.pdf").write_bytes(document.pdf)
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from typing import Final

import msgspec

from garde.errors import Malformed, Missing
from garde.findings.rules import rules
from garde.inventory.kinds import kinds
from garde.inventory.lifecycle import GONE
from garde.model.device import Device
from garde.model.finding import Finding
from garde.model.issued import Issued, issued
from garde.pipeline.risk.assessing import Assessment
from garde.pipeline.risk.picture import picture
from garde.ports import Bus
from garde.report.board import BOARD
from garde.report.directory import Directory
from garde.report.facts import DAY, Facts, canonical, known, sha256
from garde.report.paper import pdf
from garde.report.reports import REPORTS
from garde.report.spec import Material, Report
from garde.report.words import Words

#: The period of a report for which none was asked.
PERIOD: Final = 30 * DAY
_SECOND: Final = 1_000_000_000
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


class Wanted(msgspec.Struct, frozen=True):
    """What somebody asks for.

    Attributes:
        report: name of a row of ``REPORTS``.
        language: ``fr`` or ``en``.
        ward: the scope; empty means the whole site.
        month: ``YYYY-MM`` in UTC; empty means the thirty days before now. A state at one moment takes no notice.
    """

    report: str
    language: str
    ward: str = ""
    month: str = ""


class Document(msgspec.Struct, frozen=True):
    """A report as it is handed over: its bytes, what it says, and the trace that it leaves."""

    pdf: bytes
    facts: Facts
    issued: Issued

    @property
    def name(self) -> str:
        """Of the file: report, language and day."""
        day = dt.datetime.fromtimestamp(self.facts.at // _SECOND, dt.UTC)
        return f"garde-{self.facts.report}-{self.facts.language}-{day:%Y-%m-%d}.pdf"


def issue(
    bus: Bus,
    wanted: Wanted,
    devices: Iterable[Device],
    findings: Iterable[Finding],
    *,
    now: int,
    by: str,
    site: str = "",
    directory: Directory | None = None,
    risk: Assessment | None = None,
) -> Document:
    """Write a report and leave its trace on the bus.

    Args:
        bus: takes the trace.
        wanted: what is asked for.
        devices, findings: those that the person may see.
        now: nanoseconds since 1970.
        by: login of the person.
        site: name of the hospital.
        directory: its contacts and fallbacks.
        risk: the fleet judged, for the reports that show it.

    Raises:
        Missing: there is no such report, language or ward.
        Malformed: the month is none or has not begun, or a text cannot be printed.
        Unreachable: the document was not set in time, or the bus did not take the trace.
    """
    facts = facts_of(wanted, devices, findings, now=now, site=site, directory=directory, risk=risk)
    document = pdf(facts)
    trace = issued(
        wanted.report,
        wanted.language,
        document=sha256(document),
        facts=sha256(canonical(facts)),
        at=now,
        by=by,
        ward=facts.ward,
        since=facts.since,
        until=facts.until,
    )
    bus.publish([trace])
    return Document(document, facts, trace)


def check(wanted: Wanted, devices: Iterable[Device], now: int) -> None:
    """Refuse what cannot be written, before anybody waits for it.

    Raises:
        Missing: there is no such report, language or ward.
        Malformed: the month is none, or has not begun.
    """
    report = REPORTS[wanted.report]
    Words(wanted.language)
    _period(report, wanted.month, now)
    _scope(tuple(devices), wanted.ward)


def facts_of(
    wanted: Wanted,
    devices: Iterable[Device],
    findings: Iterable[Finding],
    *,
    now: int,
    site: str = "",
    directory: Directory | None = None,
    risk: Assessment | None = None,
) -> Facts:
    """What a report says, without the paper; the moment is cut to the second, as it is printed.

    Raises:
        Missing: there is no such report, language or ward.
        Malformed: the month is none, or has not begun.
    """
    report = REPORTS[wanted.report]
    at = now // _SECOND * _SECOND
    since, until = _period(report, wanted.month, at)
    chosen, ward = _scope(tuple(devices), wanted.ward)
    ids = {device.id for device in chosen}
    french = wanted.language == "fr"
    material = Material(
        wanted.language,
        chosen,
        tuple(finding for finding in findings if not wanted.ward or finding.device in ids),
        kinds={row.name: row.fr if french else row.en for row in kinds().values()},
        rules={row.name: row.sentence(wanted.language) for row in rules()},
        since=since,
        until=until,
        at=at,
        gone=GONE,
        site=site,
        ward=ward,
        directory=directory,
        risk=picture(risk, ids, wanted.language, now=at) if risk is not None and report.name == BOARD.name else None,
    )
    return report.build(material)


def month(text: str) -> tuple[int, int]:
    """The first moment of a month and of the next, nanoseconds since 1970.

    >>> since, until = month("2026-02")
    >>> (until - since) // DAY
    28

    Raises:
        Malformed: it is no month.
    """
    found = _MONTH.fullmatch(text)
    year, number = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (1970 <= year < 9999 and 1 <= number <= 12):
        raise Malformed("paper.month", f"{text!r} is no month", hint="Write YYYY-MM, for example 2026-10")
    first, last = (
        dt.datetime(year, number, 1, tzinfo=dt.UTC),
        dt.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=dt.UTC),
    )
    return int(first.timestamp()) * _SECOND, int(last.timestamp()) * _SECOND


def _period(report: Report, text: str, at: int) -> tuple[int, int]:
    """Beginning and end of what a report covers; a month that is not over ends now."""
    if report.covers == "moment":
        return at, at
    if not text:
        return at - PERIOD, at
    since, until = month(text)
    if since >= at:
        raise Malformed("paper.month", f"{text} has not begun", hint="Choose an earlier month")
    return since, min(until, at)


def _scope(devices: tuple[Device, ...], ward: str) -> tuple[tuple[Device, ...], str]:
    """The devices of a ward, told apart without regard to case, and the ward as it is written."""
    if not ward:
        return devices, ""
    wards = {known(device, "ward") for device in devices} - {""}
    written = next((name for name in sorted(wards) if name.casefold() == ward.casefold()), "")
    if not written:
        near = difflib.get_close_matches(ward, wards, n=1)
        hint = f"Did you mean {near[0]}?" if near else "garde devices lists what is known"
        raise Missing("paper.ward", f"No device is known to be in {ward!r}", hint=hint)
    return tuple(device for device in devices if known(device, "ward").casefold() == ward.casefold()), written
