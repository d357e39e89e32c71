"""Criticality: how much a device matters to its patients, from people's scorings, its kind and its conversations.

Question: what would it cost the ward to lose this device, who says so, and on what does each point rest?
Reference: domain note 03 §1.1; 02 §3 (a device is as critical as the most critical one that depends on it).
A criterion takes the first of: what people scored (of each role what it said most narrowly, then latest; where roles
differ, the most critical value, marked as disputed), what was counted from conversations, what the kind suggests, and
the grid's value for the unknown, which is a penalty and is named as such. Kinds come in as data. Left out: who may
score, which the gate decides.

Example:
    >>> from garde.risk.grid import packaged
    >>> pump = Subject(id="d-1", kind="INF_SYR", kind_level=4, life_sustaining=True)
    >>> one = Scorer(packaged()["CRIT-DMC 1"], ()).score(pump)
    >>> one.level, one.status, {term.basis for term in one.terms}
    (4, 'default', {'kind'})
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final, NamedTuple

import msgspec

from garde.errors import Conflict, Malformed
from garde.model.risk.scoring import Reach, Scoring
from garde.risk.grid import NEEDS, Criterion, Grid

#: Where the value of a criterion comes from, surest first.
BASES: Final = ("person", "flows", "kind", "unknown")
#: Nobody scored it; people did, and not all roles; all roles of the quorum agree; they do not.
STATUSES: Final = ("default", "proposed", "agreed", "disputed")


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What criticality needs to know of a device.

    Attributes:
        id: of the device.
        kind, model, ward: as claimed; empty when unknown.
        kind_level: criticality of the kind by its catalogue, 0 when the kind is unknown.
        life_sustaining: the catalogue says yes; *in use* is not yes, since it depends on the hour.
        dependents: how many devices depend on it, None when no conversation was ever seen.
        inherits: highest level of what depends on it, 0 for nothing.
    """

    id: str
    kind: str = ""
    model: str = ""
    ward: str = ""
    kind_level: int = 0
    life_sustaining: bool = False
    dependents: int | None = None
    inherits: int = 0


class Term(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of a score.

    Attributes:
        term: name of the criterion.
        value: what it counts as.
        points: its share of the score: weight × value, or the value itself where the grid multiplies.
        basis: one of ``BASES``.
        because: ids of the scorings, or ``kind: …``, ``dependents: …``, ``unknown: …``.
        disputed: roles differ about it.
        seen: value counted from conversations, where people say another one.
    """

    term: str
    value: int
    points: float
    basis: str
    because: tuple[str, ...]
    disputed: bool = False
    seen: int | None = None


class Criticality(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How much one device matters, by one grid.

    Attributes:
        device: its id.
        grid: digest of the grid.
        score: Σ weight × value, or the product.
        level: with floors, 1 is least; 0 when the grid only ranks.
        lowest, highest: level if every unknown criterion were at its least and its most critical value.
        terms: a line per criterion, in the grid's order.
        floors: names of the floors that hold, ``dependent`` for what depends on it.
        status: one of ``STATUSES``.
        missing: roles of the quorum that have not scored every criterion.
    """

    device: str
    grid: str
    score: float
    level: int
    lowest: int
    highest: int
    terms: tuple[Term, ...]
    floors: tuple[str, ...]
    status: str
    missing: tuple[str, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Criteria that nothing is known of."""
        return tuple(term.term for term in self.terms if term.basis == "unknown")


class Change(NamedTuple):
    """What a batch of scorings would do to one device."""

    device: str
    before: Criticality
    after: Criticality


class Scorer:
    """Scores devices by one grid and the scorings made with its sheet; scorings of other grids do not count.

    Attributes:
        aside: scorings that name this grid and do not fit it, as after its file was edited under the same version.
    """

    def __init__(self, grid: Grid, scorings: Iterable[Scoring]) -> None:
        self.grid = grid
        aside: list[Scoring] = []
        self._said: dict[str, dict[Reach, list[Scoring]]] = defaultdict(lambda: defaultdict(list))
        for one in scorings:
            if one.grid != grid.name:
                continue
            try:
                checked(one, grid)
            except Malformed:
                aside.append(one)
                continue
            reach = Reach(device=one.reach.device) if one.reach.device else one.reach
            self._said[one.criterion][reach].append(one)
        self.aside = tuple(aside)

    def score(self, subject: Subject) -> Criticality:
        """The criticality of one device."""
        reaches = _reaches(subject)
        terms, heard = [], []
        for row in self.grid.criteria:
            said = self._words(row.name, reaches)
            heard.append(said)
            terms.append(self._term(row, said, subject))
        values = {term.term: term.value for term in terms}
        level, floors = self._level(values, subject)
        lowest, highest = self._bounds(terms, values, subject)
        missing = tuple(role for role in self.grid.head.quorum if not all(role in said for said in heard))
        if any(term.disputed for term in terms):
            status = "disputed"
        elif not any(heard):
            status = "default"
        else:
            status = "proposed" if missing else "agreed"
        return Criticality(
            device=subject.id,
            grid=self.grid.digest,
            score=self.grid.score(values),
            level=level,
            lowest=lowest,
            highest=highest,
            terms=tuple(terms),
            floors=floors,
            status=status,
            missing=missing,
        )

    def _words(self, criterion: str, reaches: tuple[Reach, ...]) -> dict[str, Scoring]:
        """The word of each role: what it said most narrowly, and of that the latest."""
        said = self._said.get(criterion, {})
        words: dict[str, Scoring] = {}
        for reach in reaches if said else ():
            for one in said.get(reach, ()):
                before = words.get(one.role)
                if before is None or _weight(before) < _weight(one):
                    words[one.role] = one
        return words

    def _term(self, row: Criterion, said: Mapping[str, Scoring], subject: Subject) -> Term:
        head = self.grid.head
        seen = None
        if row.bands and subject.dependents is not None:
            seen = head.least + bisect_right(row.bands, subject.dependents)
        values = {one.value for one in said.values() if one.value is not None}
        value, basis = head.unknown, "unknown"
        because: tuple[str, ...] = (f"unknown: {row.name}",)
        if values:
            value, basis = (min if head.low_is_critical else max)(values), "person"
            because = tuple(sorted(one.id for one in said.values()))
        elif seen is not None:
            value, basis, because = seen, "flows", (f"dependents: {subject.dependents}",)
        elif 1 <= subject.kind_level <= len(head.from_kind):
            value, basis, because = head.from_kind[subject.kind_level - 1], "kind", (f"kind: {subject.kind}",)
        if said and not values:
            because += tuple(sorted(one.id for one in said.values()))
        return Term(
            term=row.name,
            value=value,
            points=round(row.weight * value, 9) if head.method == "weighted" else float(value),
            basis=basis,
            because=because,
            disputed=len({one.value for one in said.values()}) > 1 or bool(said and not values),
            seen=seen if basis == "person" and seen != value else None,
        )

    def _level(self, values: dict[str, int], subject: Subject) -> tuple[int, tuple[str, ...]]:
        level = self.grid.level(self.grid.score(values))
        if not self.grid.levels:
            return 0, ()
        holding = [
            (floor.level, floor.name)
            for floor in self.grid.floors
            if (subject.life_sustaining or not floor.life_sustaining)
            and all(values[name] >= least for name, least in floor.at_least.items())
        ]
        if subject.inherits:
            holding.append((min(subject.inherits, self.grid.levels), "dependent"))
        return max([level, *(least for least, _ in holding)]), tuple(name for _, name in holding)

    def _bounds(self, terms: list[Term], values: dict[str, int], subject: Subject) -> tuple[int, int]:
        open_ = [term.term for term in terms if term.basis == "unknown"]
        head = self.grid.head
        ends = (self._level({**values, **dict.fromkeys(open_, end)}, subject)[0] for end in (head.least, head.most))
        low, high = sorted(ends)
        return low, high


def checked(scoring: Scoring, grid: Grid) -> Scoring:
    """The scoring, when it answers a question of the grid.

    Raises:
        Malformed: no such criterion, or a value that it does not have.
        Conflict: it answers another grid's sheet.
    """
    head = grid.head
    if scoring.grid != grid.name:
        raise Conflict("criticality.grid", f"This answers {scoring.grid}, not {grid.name}", where=scoring.id)
    if scoring.criterion not in {row.name for row in grid.criteria}:
        known = ", ".join(row.name for row in grid.criteria)
        raise Malformed(
            "criticality.criterion", f"{scoring.criterion!r} is no criterion", where=scoring.id, hint=f"Known: {known}"
        )
    if scoring.value is not None and not head.least <= scoring.value <= head.most:
        raise Malformed(
            "criticality.value", f"{scoring.value} is not from {head.least} to {head.most}", where=scoring.id
        )
    return scoring


def preview(
    grid: Grid, standing: Iterable[Scoring], batch: Iterable[Scoring], subjects: Iterable[Subject]
) -> tuple[Change, ...]:
    """The devices whose criticality would differ with a batch said too: what a person sees before saying it.

    Raises:
        Malformed, Conflict: a scoring of the batch does not answer this grid.
    """
    held = tuple(standing)
    before, after = Scorer(grid, held), Scorer(grid, (*held, *(checked(one, grid) for one in batch)))
    pairs = ((subject.id, before.score(subject), after.score(subject)) for subject in subjects)
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def needs(criticality: Criticality, grid: Grid) -> dict[str, int | None]:
    """Needs in the words of DICT → the highest value of the criteria that speak of each; None where none does."""
    values = {term.term: term.value for term in criticality.terms}
    pick = min if grid.head.low_is_critical else max
    return {need: pick((values[row.name] for row in grid.criteria if row.need == need), default=None) for need in NEEDS}


def _weight(scoring: Scoring) -> tuple[int, int, str]:
    return scoring.reach.narrowness, scoring.at, scoring.id


def _reaches(subject: Subject) -> tuple[Reach, ...]:
    """Every reach that covers the device, narrowest first."""
    words = [(word, "") if word else ("",) for word in (subject.model, subject.ward, subject.kind)]
    groups = {Reach(model=model, ward=ward, kind=kind) for model, ward, kind in product(*words)}
    ordered = sorted(groups, key=lambda reach: (-reach.narrowness, msgspec.structs.astuple(reach)))
    return (Reach(device=subject.id), *ordered)
