"""Timeline: what lasted from when to when, a lane each.

Question: what happened before what, and what at the same time?
Reference: reference of the pages §3.3 (charts), §5 (dates as a language writes them) and 7.7 (a campaign on the
calendar of clinical hours). Times are nanoseconds since 1970, UTC. A span of no length is a point, with the shape of
its severity. Left out: zooming (a link to a shorter window does it).

Example:
    >>> from garde.web.language import Language
    >>> hour = 3_600_000_000_000
    >>> night = Timeline("Night", 0, 8 * hour, (Lane("Switch 3B", (Span(hour, 2 * hour, "down", "critical"),)),))
    >>> timeline(night, Language("en")).sentence
    'Events: 1; gravest: Switch 3B, down (critical).'
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec
from babel.dates import format_datetime

from garde.errors import Malformed
from garde.web.charts.ink import SEVERITIES
from garde.web.charts.lettering import LETTER, clip, column, letters
from garde.web.charts.marks import Mark, filled, inside_site, keys, linked, path, rect, severity, sign, text
from garde.web.charts.picture import Anchor, Chart, chart, crowded, empty, table
from garde.web.language import Language

SECOND: Final = 1_000_000_000
DAY: Final = 86_400
#: Steps between two marks of the axis, in seconds; the first that gives at most ``TICKS`` is taken.
STEPS: Final = (
    *(1, 10, 60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600),
    *(DAY, 2 * DAY, 7 * DAY, 28 * DAY, 91 * DAY, 364 * DAY, 3_640 * DAY),
)
TICKS: Final = 8
LONG: Final = 480
LANE: Final = 26
THICK: Final = 14
ABOVE: Final = 22
LABEL: Final = 24
MOST_LANES: Final = 100
#: Seconds since 1970 that a calendar can name.
LATEST: Final = 253_402_300_799


class Span(msgspec.Struct, frozen=True):
    """What lasted.

    Attributes:
        first: its beginning, in nanoseconds since 1970.
        last: its end; equal to ``first`` for a point.
        label: what it was, from anywhere.
        severity: one of ``ink.SEVERITIES``; empty is normal and grey.
        link: where it leads, in this site.
    """

    first: int
    last: int
    label: str = ""
    severity: str = ""
    link: str = ""


class Lane(msgspec.Struct, frozen=True):
    """One row: whose the spans are."""

    label: str
    spans: tuple[Span, ...]


class Timeline(msgspec.Struct, frozen=True):
    """What ``timeline`` draws.

    Attributes:
        title: what is shown.
        first: the beginning of the window, in nanoseconds since 1970.
        last: its end; spans are cut at both, and those outside stand in the table alone.
        lanes: from top to bottom; of spans that overlap in one lane, the later one lies above.
        now: where the present lies; None when that does not matter.
        sentence: the conclusion; made from the spans when empty.
    """

    title: str
    first: int
    last: int
    lanes: tuple[Lane, ...]
    now: int | None = None
    sentence: str = ""


def timeline(data: Timeline, t: Language) -> Chart:
    """Lanes over an axis of time.

    Raises:
        Malformed: an end before its beginning, a time that no calendar names, an unknown severity.
        Refused: more than ``MOST_LANES`` lanes or 2,000 marks, a link that leaves the site.
    """
    if not data.lanes:
        return empty(t, data.title)
    _ordered(data.first, data.last, data.title)
    if data.first == data.last:
        raise Malformed("chart.backwards", "A time ends before it begins", where=data.title)
    crowded(len(data.lanes), MOST_LANES)
    left = column([lane.label for lane in data.lanes], LABEL)
    below = ABOVE + len(data.lanes) * LANE
    marks = _axis(data, left, below, t)
    for number, lane in enumerate(data.lanes):
        middle = ABOVE + number * LANE + LANE / 2
        marks.append(text(0, middle + 4, lane.label, most=LABEL))
        # Points last, so that they lie on what lasted.
        points = [_across(data, span.first) for span in lane.spans if span.first == span.last]
        for span in sorted(lane.spans, key=lambda span: span.first == span.last):
            _ordered(span.first, span.last, lane.label)
            severity(span.severity)
            if span.last >= data.first and span.first <= data.last:
                marks += linked(span.link, *_span(data, span, points, left, middle), name=f"{lane.label} {span.label}")
    if data.now is not None and data.first <= data.now <= data.last:
        x = left + _across(data, data.now)
        marks.append(path(f"M{x:.0f} {ABOVE - 4}V{below}", "link run dash"))
        marks.append(text(x, below + 12, t("now"), "link", "middle"))
        below += 16
    spans = [(lane, span) for lane in data.lanes for span in lane.spans]
    under, wide, high = keys(t, [span.severity for _, span in spans], below + 4)
    head = (t("What"), t("From (UTC)"), t("To (UTC)"), t("Note"), t("Severity"))
    rows = [
        (
            Anchor(lane.label, inside_site(span.link)),
            t.moment(span.first),
            t.moment(span.last),
            span.label,
            t(span.severity or "normal"),
        )
        for lane, span in spans
    ]
    size = (max(wide, left + LONG + 40), high)
    sentence = data.sentence or _sentence(data, t)
    return chart(t, data.title, sentence, size, [*marks, *under], [table(t, data.title, head, rows)])


def _ordered(first: int, last: int, where: str) -> None:
    """Refuse times that run backwards or lie in no calendar."""
    if last < first:
        raise Malformed("chart.backwards", "A time ends before it begins", where=where)
    if first < 0 or last > LATEST * SECOND:
        raise Malformed("chart.time", "A time lies outside the calendar", where=where)


def _across(data: Timeline, at: int) -> float:
    """How far a moment lies from the beginning of the axis; one outside lies at its end."""
    return min(max(at - data.first, 0), data.last - data.first) / (data.last - data.first) * LONG


def _axis(data: Timeline, left: float, below: float, t: Language) -> list[Mark]:
    """Lines at round times, with the words of each that has room for them."""
    first, last = data.first / SECOND, data.last / SECOND
    step = next((one for one in STEPS if (last - first) / one <= TICKS), STEPS[-1])
    hours, days = ("HH:mm:ss" if step < 60 else "HH:mm"), ("d MMM" if step < 91 * DAY else "MMM y")
    outline, marks, free = "", [], 0.0
    at = -(-data.first // (step * SECOND)) * step
    while at <= last:
        x = left + _across(data, at * SECOND)
        outline += f"M{x:.0f} {ABOVE - 4}V{below:.0f}"
        when = dt.datetime.fromtimestamp(at, dt.UTC)
        words = format_datetime(when, hours if at % DAY else days, locale=t.code)
        half = letters(words) * LETTER / 2
        if x - half >= free:
            marks.append(text(x, 12, words, "muted small", "middle"))
            free = x + half + 6
        at += step
    return [path(f"{outline}M{left:.0f} {ABOVE}h{LONG}", "hair run"), *marks]


def _span(data: Timeline, span: Span, points: list[float], left: float, middle: float) -> list[Mark]:
    """A bar for what lasted, with its words where they have room beside the points; a shape for what only happened."""
    start, end = _across(data, span.first), _across(data, span.last)
    if span.first == span.last:
        x = left + start
        mark = sign(span.severity, x, middle) if span.severity else rect(x - 3, middle - 3, 6, 6, "low")
        return [rect(x - 7, middle - 7, 14, 14, "surface"), mark]
    wide = max(2, end - start)
    marks = [filled(left + start, middle - THICK / 2, wide, THICK, span.severity or "low")]
    words = clip(span.label, int((wide - 8) / LETTER)) if span.label else ""
    plate = letters(words) * LETTER + 4
    if len(words) > 3 and plate + 4 <= wide and not any(start - 8 <= point <= start + plate + 8 for point in points):
        marks += [
            rect(left + start + 3, middle - 6, plate, 12, "surface"),
            text(left + start + 5, middle + 4, span.label, most=letters(words)),
        ]
    return marks


def _sentence(data: Timeline, t: Language) -> str:
    """How much happened, and the gravest of it, the first of them."""
    spans = [(lane, span) for lane in data.lanes for span in lane.spans]
    grave = [(lane, span) for lane, span in spans if span.severity in SEVERITIES[:4]]
    if not grave:
        return t("Events: {n}.", n=len(spans))
    lane, span = min(grave, key=lambda one: (SEVERITIES.index(one[1].severity), one[1].first))
    label = ", ".join(clip(words, 40) for words in (lane.label, span.label) if words)
    return t("Events: {n}; gravest: {label} ({severity}).", n=len(spans), label=label, severity=t(span.severity))
