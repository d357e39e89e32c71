"""Panel: the risk of one device in a few lines, for its page.

Question: how much does this device matter, how weak is it, and what would change that most?
Reference: reference of the pages 7.3 and 7.15 (one counterfactual at least). Left out: the lines behind each term,
which stand one click away (`garde.web.pages.risk.why`).

Example::

    panel_of(site, "d-1", "fr").word
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.finding import Finding
from garde.pipeline.risk.assessing import Without
from garde.risk.fleet import Judged
from garde.risk.vulnerability.contradiction import BILL, FORM
from garde.risk.vulnerability.score import Score
from garde.web.pages.risk.view import severity_of
from garde.web.site import Site

#: Counterfactuals that the page of a device shows.
FEW: Final = 3
#: Weaknesses up to which they are worked out there: each is a score of its own.
MOST: Final = 60


class Change(msgspec.Struct, frozen=True):
    """What would be without one fact: the score, and the risk of the cell where the device would stand then."""

    term: str
    fact: str
    score: Score
    risk: int
    word: str


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """The risk of one device.

    Attributes:
        judged: both scores and the cell; ``word`` and ``severity`` of its risk.
        bars: confidence as one to five bars.
        changes: what it would be without a fact that lowers it, the one that does so most first.
        contradictions: where the supplier's word and what is seen differ.
    """

    judged: Judged
    word: str
    severity: str
    bars: int
    changes: tuple[Change, ...]
    contradictions: tuple[Finding, ...]


def panel_of(site: Site, device: str, language: str, *, whole: bool = False) -> Panel | None:
    """The panel of a device; None when it is not judged.

    Args:
        whole: every counterfactual, however many.
    """
    one = site.risk.judged().get(device)
    if one is None:
        return None
    grid = site.risk.grid
    few = whole or len(site.risk.facts(device).weaknesses) <= MOST
    now = round(one.vulnerability.value)
    left_out = [left for left in site.risk.without(device) if round(left.score.value) < now] if few else []
    changes = [_change(site, one, left, language) for left in left_out]
    return Panel(
        judged=one,
        word=grid.word(one.placed.risk, language),
        severity=severity_of(grid, one.placed.risk),
        bars=max(1, min(5, round(one.vulnerability.confidence * 5))),
        changes=tuple(changes if whole else changes[:FEW]),
        contradictions=tuple(found for found in site.queue.of(device) if found.rule in (FORM, BILL)),
    )


def _change(site: Site, one: Judged, left: Without, language: str) -> Change:
    risk = site.risk.grid.risk(one.criticality.level, left.score.level)
    return Change(left.term, left.fact, left.score, risk, site.risk.grid.word(risk, language))
