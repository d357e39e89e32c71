"""Why a device has its risk: every term with its points, the facts behind them, and what would be without each.

Question: on what does this risk rest, which document or packet says so, and what would change it?
Reference: reference of the pages 7.15; domain note 03 §1.1 and §6; issue 6 part 7. Left out: correcting a fact, which
is done where it stands: on the device, in the scoring sheet, among the names.

Example: ``/devices/d-h75zjpegqxw2pqxznk5wuq5g/risk``
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import Missing
from garde.gate import Guarded
from garde.model.device import Device
from garde.model.message import Message
from garde.model.risk.scoring import Scoring
from garde.model.risk.vulnerability import Source
from garde.risk.criticality import Term as Care
from garde.risk.criticality import needs
from garde.risk.fleet import Judged
from garde.risk.grid import Criterion
from garde.risk.vulnerability.score import Line, Term
from garde.web.pages.device import found
from garde.web.pages.risk.panel import Panel, panel_of
from garde.web.site import Site, json, language_of

#: Facts of one term that are listed, those that weigh most.
MOST: Final = 40


class RiskPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        device: whose risk it is; ``panel`` its scores and counterfactuals.
        grid: name of the grid in force.
        least: the least value of a criterion.
        care: the criteria with their questions and the lines of the criticality.
        needs: needs in the words of DICT and their values.
        terms: terms of the vulnerability with the facts shown and how many are not.
        words: what people scored, by id.
        sources: documents that are cited, by id; ``logged`` ids of cited messages that the log has.
        ask: questions of the supplier's form whose answer is in a note.
    """

    device: Device
    panel: Panel
    grid: str
    least: int
    care: tuple[tuple[Criterion, Care], ...]
    needs: dict[str, int | None]
    terms: tuple[tuple[Term, tuple[Line, ...], int], ...]
    words: dict[str, Scoring]
    sources: dict[str, Source]
    logged: frozenset[str]
    ask: tuple[str, ...]


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "why-risk.html", page=risk_page(site, request))

    def data(request: Request) -> Response:
        device = found(site, request, right="risk.read")
        return json(as_record(_judged(site, device.id)))

    return [
        Guarded("/devices/{device}/risk", page, "risk.read"),
        Guarded("/devices/{device}/risk.json", data, "risk.read"),
    ]


def risk_page(site: Site, request: Request) -> RiskPage:
    """The record of the page."""
    device = found(site, request, right="risk.read")
    _judged(site, device.id)
    panel = panel_of(site, device.id, language_of(request).code, whole=True)
    assert panel is not None
    one, grid = panel.judged, site.risk.grid
    questions = {row.name: row for row in grid.criteria}
    terms = tuple((term, *_shown(term)) for term in one.vulnerability.terms)
    cited = {name for term in one.criticality.terms for name in term.because}
    cited |= {name for _, lines, _ in terms for line in lines for name in line.because}
    log: dict[str, Message] = site.store.messages(sorted(cited))
    return RiskPage(
        device=device,
        panel=panel,
        grid=grid.name,
        least=grid.head.least,
        care=tuple((questions[term.term], term) for term in one.criticality.terms),
        needs=needs(one.criticality, grid),
        terms=terms,
        words={name: said for name, said in log.items() if isinstance(said, Scoring)},
        sources=sources_of(site, cited),
        logged=frozenset(log),
        ask=site.risk.facts(device.id).form.ask,
    )


def sources_of(site: Site, ids: Iterable[str]) -> dict[str, Source]:
    """The documents among these ids."""
    wanted = set(ids)
    return {one.source.id: one.source for one in site.risk.readings if one.source.id in wanted}


def as_record(one: Judged) -> dict[str, object]:
    """One device for programs, in the words of ``garde risk score``."""
    care, value = one.criticality, one.vulnerability
    return {
        "id": one.id,
        "criticality": care.level,
        "vulnerability": round(value.value, 1),
        "risk": one.placed.risk,
        "terms": [
            {"term": term.term, "points": round(term.points, 2), "because": list(term.because)} for term in care.terms
        ]
        + [
            {
                "term": term.term,
                "points": round(term.points, 2),
                "because": [name for line in term.lines for name in (line.fact, *line.because)],
            }
            for term in value.terms
        ],
        "overrides": list(value.overrides),
        "confidence": round(value.confidence, 2),
    }


def _judged(site: Site, device: str) -> Judged:
    one = site.risk.judged().get(device)
    if one is None:
        raise Missing("risk.device", "The risk of this device is not judged yet", hint="Open it again in a minute")
    return one


def _shown(term: Term) -> tuple[tuple[Line, ...], int]:
    lines = sorted(term.lines, key=lambda line: (-line.value, line.fact))
    return tuple(lines[:MOST]), max(0, len(lines) - MOST)
