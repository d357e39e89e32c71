"""Board: what those who decide need: three sentences, the trend, the risk, and where the figures come from.

Question: is the hospital's equipment better known and better protected than last month?
Reference: reference of the pages 7.12 and §1 (the director: one page, trend). The sentences are written from the
figures; a fourth says whether the risk matrix is signed, where one was taken. Left out: money.

Example: ``BOARD.build(material)``.
"""

from __future__ import annotations

from typing import Final

from garde.report.facts import Facts, Figure, Table, count, share
from garde.report.judgements import closed, grave, open_at, opened, waiting
from garde.report.risk import said, tables
from garde.report.spec import Material, Report, ends
from garde.report.words import Words


def build(material: Material) -> Facts:
    """The board's page on this material."""
    words = material.words
    devices = material.devices
    total = count("devices.total", "devices", devices, ("first_at", "before", material.until))
    before = count("devices.before", "devices", devices, ("first_at", "before", material.since))
    named = count(
        "devices.named", "devices", devices, ("first_at", "before", material.until), ("kind", "is not", "unknown")
    )
    kinds = share(named, total, "known.kind")
    waits, came, went = waiting(material), opened(material), closed(material)
    critical, high, oldest = grave(material)
    doubts = count(
        "devices.conflicts", "devices", devices, ("first_at", "before", material.until), ("conflicts", "over", 0)
    )
    new = total.value - before.value
    sentences = (
        words("board.devices", n=total.value, new=words("board.more", n=new), kinds=words.percent(kinds.value)),
        words(
            "board.findings",
            n=waits.value,
            grave=words("board.grave", critical=critical.value, high=high.value),
            came=came.value,
            went=went.value,
        ),
        _third(words, critical, high, oldest, doubts),
        *((said(words, material.risk),) if material.risk else ()),
    )
    return material.facts(
        BOARD.name,
        BOARD.title(material.language),
        sentences=sentences,
        figures=(total, before, named, kinds, waits, critical, high, oldest, came, went, doubts),
        tables=(_trend(material), *(tables(material, material.risk) if material.risk else ())),
    )


def _third(words: Words, critical: Figure, high: Figure, oldest: Figure, doubts: Figure) -> str:
    """What needs a decision first: the oldest grave finding, else doubts about identity, else nothing."""
    if critical.value + high.value:
        return words("board.oldest", n=oldest.value)
    if doubts.value:
        return words("board.doubts", n=doubts.value)
    return words("board.calm")


def _trend(material: Material) -> Table:
    words = material.words
    rows = []
    for end in ends(material.since, material.until):
        graves = sum(
            count("", "", material.findings, *open_at(end, ("severity", "is", severity))).value
            for severity in ("critical", "high")
        )
        rows.append(
            (
                words.date(end),
                count("", "", material.devices, ("first_at", "before", end)).value,
                count("", "", material.findings, *open_at(end)).value,
                graves,
            )
        )
    return Table(
        name="trend",
        title=words("trend"),
        columns=(
            material.column("until"),
            material.column("devices", "bar"),
            material.column("open", "bar"),
            material.column("grave", "bar"),
        ),
        rows=tuple(rows),
        note=words("trend.note"),
    )


BOARD: Final = Report(
    name="board",
    fr="Une page pour la direction",
    en="One page for the board",
    reader_fr="direction",
    reader_en="director",
    covers="period",
    build=build,
)
