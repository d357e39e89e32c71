"""Spec: what a report is, and what it is made of.

Question: what must a new report bring?
Reference: DESIGN §2 rule 4: a file, and a row in ``REPORTS`` (`garde.report.reports`). A report is a pure function from
material to facts, and the name of the template that prints them.

Example: the rows are in register.py, board.py, monthly.py and kit.py beside this file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from garde.model.catalogue import attributes
from garde.model.device import Device
from garde.model.finding import Finding
from garde.report.directory import Directory
from garde.report.facts import Column, Facts, Figure, Form, Procedure, Table, known
from garde.report.words import Words

if TYPE_CHECKING:
    from garde.report.risk import Picture

#: Ends of the periods that a trend shows.
STEPS: Final = 6
#: Most rows of a list inside a report that is not a list itself.
LISTED: Final = 40


class Material:
    """What reports are made of: the state, the period and the language.

    Args:
        language: ``fr`` or ``en``.
        devices: those of the scope.
        findings: those of the scope, closed ones too.
        kinds: code of a kind → what people call it in this language.
        rules: name of a rule → what its findings say in this language.
        since, until: the period, nanoseconds since 1970, the end not included.
        at: when the state was taken.
        gone: nanoseconds without a sign after which a device counts as vanished.
        site: name of the hospital; may be empty.
        ward: the scope; empty means the whole site.
        directory: contacts and fallbacks.
        risk: the picture of the risk (`garde.report.risk.Picture`); None where none was taken.
    """

    def __init__(
        self,
        language: str,
        devices: tuple[Device, ...],
        findings: tuple[Finding, ...] = (),
        *,
        kinds: Mapping[str, str],
        rules: Mapping[str, str],
        since: int,
        until: int,
        at: int,
        gone: int,
        site: str = "",
        ward: str = "",
        directory: Directory | None = None,
        risk: Picture | None = None,
    ) -> None:
        self.words = Words(language)
        self.language = language
        self.devices = devices
        self.findings = findings
        self.kinds = kinds
        self.rules = rules
        self.since = since
        self.until = until
        self.at = at
        self.gone = gone
        self.site = site
        self.ward = ward
        self.directory = directory or Directory()
        self.risk = risk

    def kind(self, device: Device) -> str:
        """What people call the kind of a device; empty when it is not known."""
        code = known(device, "kind")
        return self.kinds.get(code, code)

    def column(self, name: str, form: Form = "text") -> Column:
        """A column whose head is an attribute's name or a word of words.toml."""
        row = attributes().get(name)
        title = self.words(f"column.{name}") if row is None else row.fr if self.language == "fr" else row.en
        return Column(name, self.words.set(f"{title[:1].upper()}{title[1:]}"), form)

    def cut(self, rows: list[tuple[str | int, ...]], query: str) -> tuple[tuple[tuple[str | int, ...], ...], str]:
        """The first rows, and what to say of those that are left out."""
        left = len(rows) - LISTED
        note = self.words("rows.left", n=left, query=query) if left > 0 else ""
        return tuple(rows[:LISTED]), note

    @cached_property
    def named(self) -> dict[str, Device]:
        """The devices by id."""
        return {device.id: device for device in self.devices}

    def facts(
        self,
        report: str,
        title: str,
        *,
        sentences: tuple[str, ...] = (),
        figures: tuple[Figure, ...] = (),
        tables: tuple[Table, ...] = (),
        procedures: tuple[Procedure, ...] = (),
    ) -> Facts:
        """The record of a report on this material."""
        return Facts(
            report=report,
            language=self.language,
            title=title,
            site=self.site,
            ward=self.ward,
            since=self.since,
            until=self.until,
            at=self.at,
            sentences=sentences,
            figures=figures,
            tables=tables,
            procedures=procedures,
        )


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``REPORTS``.

    Attributes:
        name: stable slug, also of its template.
        fr, en: its title.
        reader_fr, reader_en: whom it is handed to.
        covers: ``moment``: the state now; ``period``: a month, or the thirty days before now.
        build: from material to facts.
    """

    name: str
    fr: str
    en: str
    reader_fr: str
    reader_en: str
    covers: Literal["moment", "period"]
    build: Callable[[Material], Facts]

    def title(self, language: str) -> str:
        """What it is called."""
        return self.fr if language == "fr" else self.en


def ends(since: int, until: int) -> list[int]:
    """The ends of the period and of those before it, oldest first: months end with the month, others by their length.

    >>> month = ends(1_761_955_200_000_000_000, 1_764_547_200_000_000_000)
    >>> [dt.datetime.fromtimestamp(end / 1e9, dt.UTC).strftime("%d/%m") for end in month]
    ['01/07', '01/08', '01/09', '01/10', '01/11', '01/12']
    """
    first, last = (dt.datetime.fromtimestamp(at // 1_000_000_000, dt.UTC) for at in (since, until))
    if all(when == when.replace(day=1, hour=0, minute=0, second=0) for when in (first, last)) and since < until:
        months = last.year * 12 + last.month - 1
        found = [divmod(months - back, 12) for back in reversed(range(STEPS))]
        return [
            int(dt.datetime(year, month + 1, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000_000 for year, month in found
        ]
    return [until - back * (until - since) for back in reversed(range(STEPS))]
