"""Risk: the matrix of now, the devices in it, why one stands where it does, and the best plan under limits.

Question: how much does each device matter, how weak is it, on what does that rest, and what should be done first?
Reference: issue 6 parts 4, 5 and 9 (the words of ``garde risk score`` and ``garde risk plan``); domain note 03 §6 and
§7. Left out: what people say of risk, which is said on the pages, where what it changes is shown first.

Example: ``GET /api/v1/risk/devices?risk=4``
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct

from garde.api.ask import Ask, Reply
from garde.api.records import Page, Paging
from garde.errors import Malformed, Missing
from garde.model.risk.matrix import Matrix, Placed
from garde.risk import works
from garde.risk.matrix import cells, priority
from garde.risk.package import Limits

#: Quarters that may be planned.
QUARTERS: Final = 12


class CellRecord(Struct, frozen=True, kw_only=True):
    """A cell of the matrix: levels of criticality and vulnerability, its risk, and how many devices stand there."""

    criticality: int
    vulnerability: int
    risk: int
    devices: int


class MatrixRecord(Struct, frozen=True, kw_only=True):
    """The matrix of now, for the devices that the caller may see.

    Attributes:
        grid: name of the grid in force; ``digest`` of its content.
        devices: how many there are; ``unknown`` those whose vulnerability nobody knows.
        cells: those that have any.
        signed: id of the frozen matrix that treatments rest on, null when none is signed.
    """

    grid: str
    digest: str
    devices: int
    unknown: int
    cells: tuple[CellRecord, ...]
    signed: str | None


class StandingRecord(Struct, frozen=True, kw_only=True):
    """A device in the matrix.

    Attributes:
        criticality, vulnerability, risk: levels.
        points: vulnerability of 0 to 100, null when nobody knows it.
        status: of the criticality: default, proposed, agreed or disputed.
        priority: risk × 100 + points: the most pressing first.
    """

    device: str
    site: str
    ward: str
    kind: str
    model: str
    criticality: int
    vulnerability: int
    points: float | None
    risk: int
    status: str
    priority: float


class StandingQuery(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which devices; 0 and the empty word are any."""

    criticality: Annotated[int, Meta(ge=0, le=9)] = 0
    vulnerability: Annotated[int, Meta(ge=0, le=9)] = 0
    risk: Annotated[int, Meta(ge=0, le=9)] = 0
    ward: Annotated[str, Meta(max_length=200)] = ""
    kind: Annotated[str, Meta(max_length=80)] = ""


class TermRecord(Struct, frozen=True, kw_only=True):
    """A term of a score: its points, and the facts, messages and documents that it rests on."""

    term: str
    points: float
    because: tuple[str, ...]


class WithoutRecord(Struct, frozen=True, kw_only=True):
    """What the vulnerability would be without one fact: its points of 100, and its level."""

    fact: str
    vulnerability: float
    level: int


class RiskRecord(Struct, frozen=True, kw_only=True):
    """The risk of one device.

    Attributes:
        criticality: level; ``vulnerability`` points of 100; ``risk`` level.
        terms: of the criticality, then of the vulnerability.
        overrides: what lifted the vulnerability.
        confidence: how sure it is, 0 to 1.
        without: what it would be without each fact, the one that lowers it most first.
    """

    id: str
    criticality: int
    vulnerability: float
    risk: int
    terms: tuple[TermRecord, ...]
    overrides: tuple[str, ...]
    confidence: float
    without: tuple[WithoutRecord, ...]


class PlanQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be spent: whole euros, and whole hours of each quarter with commas between."""

    budget: Annotated[int, Meta(ge=0, le=999_999_999_999)] = 50_000
    hours: Annotated[str, Meta(max_length=100, examples=["200,200,200,200"])] = "200,200,200,200"


class StepRecord(Struct, frozen=True, kw_only=True):
    """A package of work in the plan, in its order; risk in points, cost in euros."""

    name: str
    measure: str
    owner: str
    cost: int
    hours: int
    quarter: int
    window: str
    devices: int
    risk_removed: float
    residual: float


class ByHandRecord(Struct, frozen=True, kw_only=True):
    """The plan that takes what removes most per euro first: what one would do by hand."""

    packages: tuple[str, ...]
    cost: int
    hours: int
    residual: float


class PlanRecord(Struct, frozen=True, kw_only=True):
    """The best plan, as ``garde risk plan --format json`` gives it.

    Attributes:
        today, risk_removed, residual: points of the whole hospital.
        proved: no plan within the limits removes more.
        unserved: urgent devices that get nothing in the first quarter; ``uncovered`` those that no work touches.
        greedy: the plan to measure it by.
    """

    packages: tuple[StepRecord, ...]
    cost: int
    hours: int
    today: float
    risk_removed: float
    residual: float
    proved: bool
    unserved: tuple[str, ...]
    uncovered: tuple[str, ...]
    greedy: ByHandRecord


def matrix(ask: Ask) -> MatrixRecord:
    """The matrix of now."""
    rows, risk = _rows(ask), ask.site.risk
    held = cells(Matrix(id="", grid=risk.grid.digest, at=ask.site.now(), rows=tuple(rows)))
    signed = next((one.id for one in risk.matrices() if risk.standing(one.id).signed), None)
    return MatrixRecord(
        grid=risk.grid.name,
        digest=risk.grid.digest,
        devices=len(rows),
        unknown=sum(not row.known for row in rows),
        cells=tuple(
            CellRecord(criticality=row, vulnerability=column, risk=risk.grid.risk(row, column), devices=many)
            for (row, column), many in held.items()
        ),
        signed=signed,
    )


def listed(ask: Ask) -> Reply:
    """Devices that match, the most pressing first."""
    query: StandingQuery = ask.query
    found = sorted((row for row in _rows(ask) if _matches(query, row)), key=_place)
    behind = ask.after(tuple[float, str])
    rest = [row for row in found if behind is None or _place(row) > behind]
    shown = rest[: query.limit]
    cursor = ask.cursor(_place(shown[-1])) if len(rest) > query.limit else ""
    items = tuple(
        StandingRecord(
            device=row.device, site=row.site, ward=row.ward, kind=row.kind, model=row.model,
            criticality=row.criticality, vulnerability=row.vulnerability,
            points=None if row.points is None else round(row.points, 1), risk=row.risk, status=row.status,
            priority=-_place(row)[0],
        )
        for row in shown
    )  # fmt: skip
    return Reply(record=Page(items=items, next=cursor or None, total=len(found)), next=cursor)


def one(ask: Ask) -> RiskRecord:
    """The risk of one device.

    Raises:
        Missing: there is no such device, or it is not judged yet.
    """
    device = ask.device("risk.read").id
    judged = ask.site.risk.judged().get(device)
    if judged is None:
        raise Missing("risk.device", "The risk of this device is not judged yet", hint="Ask again in a minute")
    care, value = judged.criticality, judged.vulnerability
    terms = [TermRecord(term=row.term, points=round(row.points, 2), because=row.because) for row in care.terms]
    terms += (
        TermRecord(
            term=row.term,
            points=round(row.points, 2),
            because=tuple(name for line in row.lines for name in (line.fact, *line.because)),
        )
        for row in value.terms
    )
    return RiskRecord(
        id=device,
        criticality=care.level,
        vulnerability=round(value.value, 1),
        risk=judged.placed.risk,
        terms=tuple(terms),
        overrides=value.overrides,
        confidence=round(value.confidence, 2),
        without=tuple(
            WithoutRecord(fact=left.fact, vulnerability=round(left.score.value, 1), level=left.score.level)
            for left in ask.site.risk.without(device)
        ),
    )


def plan(ask: Ask) -> object:
    """The best plan within limits, for who sees the whole hospital.

    Raises:
        Malformed: hours that are none.
        Refused: the caller sees a part of the hospital.
    """
    ask.everywhere("risk.read")
    query: PlanQuery = ask.query
    words = [word.strip() for word in query.hours.split(",")]
    if not 1 <= len(words) <= QUARTERS or not all(w.isascii() and w.isdigit() and len(w) < 8 for w in words):
        raise Malformed("plan.hours", f"{query.hours[:40]!r} are no hours", hint="200, or 200,200,100,100")
    work = ask.site.risk.works()
    return works.as_record(work.plan(Limits(budget=query.budget, hours=tuple(map(int, words)))), work)


def _rows(ask: Ask) -> list[Placed]:
    judged, sees = ask.site.risk.judged(), ask.sees("risk.read")
    return [judged[name].placed for name in sorted(judged) if sees(name)]


def _matches(query: StandingQuery, row: Placed) -> bool:
    levels = ((query.criticality, row.criticality), (query.vulnerability, row.vulnerability), (query.risk, row.risk))
    words = ((query.ward, row.ward), (query.kind, row.kind))
    return all(not asked or asked == held for asked, held in (*levels, *words))


def _place(row: Placed) -> tuple[float, str]:
    """The most pressing first, then by id."""
    return -priority(row.risk, row.points or 0.0), row.device
