"""Strip: the last checks of one thing, a mark each.

Question: since when does this not work, and does it come and go?
Reference: reference of the pages §3.3 (charts), §2 (heartbeat strip) and 7.10 (supervision); the states are those of a
probe: ok, warn, crit, unknown, paused. A state is a shape first: short bar, diamond, cross, dash, dot. Left out: the
length of time between two checks (``timeline``).

Example:
    >>> from garde.web.language import Language
    >>> strip(Strip("Central of Réa B", ("ok", "ok", "crit")), Language("en")).sentence
    'Now: critical, for 1 of 3 checks.'
"""

from __future__ import annotations

from itertools import groupby
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.web.charts.marks import path
from garde.web.charts.picture import Chart, chart, crowded, empty, table
from garde.web.language import Language

#: What a check can say, with the ink and the outline of its mark in a box of 8 by 16.
STATES: Final = {
    "ok": ("low", "m2 5h3v8h-3z"),
    "warn": ("high", "m3.5 2l3.5 6l-3.5 6l-3.5-6z"),
    "crit": ("critical run thick", "m.5 2l6 12m0-12l-6 12"),
    "unknown": ("muted run", "m.5 8h6"),
    "paused": ("muted", "m2.5 7h2v2h-2z"),
}
STEP: Final = 8
HIGH: Final = 16
MOST_CHECKS: Final = 200


class Strip(msgspec.Struct, frozen=True):
    """What ``strip`` draws.

    Attributes:
        title: what was checked.
        states: of ``STATES``, oldest first.
        labels: when each check was, for the table; numbered when empty.
        sentence: the conclusion; made from the states when empty.
    """

    title: str
    states: tuple[str, ...]
    labels: tuple[str, ...] = ()
    sentence: str = ""


def strip(data: Strip, t: Language) -> Chart:
    """A mark for each check; the table has a row for each time the state changed.

    Raises:
        Malformed: an unknown state, labels for other checks.
        Refused: more than ``MOST_CHECKS`` checks.
    """
    if not data.states:
        return empty(t, data.title)
    crowded(len(data.states), MOST_CHECKS)
    if data.labels and len(data.labels) != len(data.states):
        raise Malformed("chart.labels", "Each number of a series needs one label, or none has one", where=data.title)
    parts = dict.fromkeys(STATES, "")
    for number, state in enumerate(data.states):
        if state not in STATES:
            raise Malformed("chart.state", "No such state of a check", where=state)
        parts[state] += f"M{number * STEP} 0{STATES[state][1]}"
    marks = [path(outline, STATES[state][0]) for state, outline in parts.items() if outline]
    labels = data.labels or tuple(str(number + 1) for number in range(len(data.states)))
    rows = []
    for state, run in groupby(range(len(labels)), key=lambda number: data.states[number]):
        numbers = list(run)
        rows.append((labels[numbers[0]], labels[numbers[-1]], word(state, t), len(numbers)))
    head = (t("First"), t("Last"), t("State"), t("Checks"))
    tables = [table(t, data.title, head, rows)]
    return chart(t, data.title, data.sentence or _sentence(data, t), (len(labels) * STEP, HIGH), marks, tables)


def word(state: str, t: Language) -> str:
    """What people call a state of ``STATES``."""
    words = {"ok": t("normal"), "warn": t("warning"), "crit": t("critical"), "paused": t("paused")}
    return words.get(state, t("unknown"))


def _sentence(data: Strip, t: Language) -> str:
    """The state now, and for how many checks."""
    now = data.states[-1]
    run = next((n for n, state in enumerate(reversed(data.states)) if state != now), len(data.states))
    return t("Now: {state}, for {n} of {whole} checks.", state=word(now, t), n=run, whole=len(data.states))
