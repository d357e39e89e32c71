"""Matrix: devices placed by criticality and vulnerability, what the committee signed, and what changed since.

Question: which devices are critical and weak at once, who agreed to that picture, and what moved between two dates?
Reference: domain note 03 §6 (the table, the priority, the levels of V). An unsigned matrix drives nothing: whatever
acts on one asks `driving` for it, and gets a refusal that names the roles still missing. Each role needs a person of
its own.

Example:
    >>> from garde.risk.grid import packaged
    >>> [level(points) for points in (13.4, 42.5, 74.9, 75)], priority(3, 42.5, fleet=120)
    ([1, 2, 3, 4], 363.3)
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from garde.errors import Conflict, Malformed, Refused
from garde.model.risk.matrix import Approval, Matrix, Placed, frozen, intact
from garde.risk.criticality import Criticality, Subject
from garde.risk.grid import Grid

#: Scores from which the levels of vulnerability 2, 3 and 4 begin, domain note 03 §6.
LEVELS: Final = (25.0, 50.0, 75.0)
#: What a heat map may be drawn by.
BY: Final = ("site", "ward", "kind", "model")


def level(points: float) -> int:
    """The level of a vulnerability score of 0 to 100."""
    return bisect_right(LEVELS, points) + 1


def priority(risk: int, points: float, *, fleet: int = 1, active_threat: bool = False) -> float:
    """R·100 + V + 10·log10(fleet) + 15 where the sector is under an active threat; to one decimal."""
    return round(risk * 100 + points + 10 * math.log10(max(fleet, 1)) + 15 * active_threat, 1)


def place(grid: Grid, subject: Subject, criticality: Criticality, points: float | None, site: str = "") -> Placed:
    """A device in its cell; one whose vulnerability nobody knows stands in the grid's column for the unknown.

    Args:
        points: vulnerability score V of 0 to 100, or None.

    Raises:
        Conflict: the criticality was scored by another grid.
        Malformed: the vulnerability score is none.
        Missing: the grid has no matrix.
    """
    if criticality.grid != grid.digest:
        raise Conflict("matrix.grid", "The criticality was scored by another grid", where=subject.id)
    if points is not None:
        if not 0 <= points <= 100:
            raise Malformed("matrix.points", f"{points} is no score of 0 to 100", where=subject.id)
        # A sum of doubles must neither miss a level nor make another digest by the order of its terms.
        points = round(points, 6)
    vulnerability = grid.head.unknown_vulnerability if points is None else level(points)
    return Placed(
        device=subject.id,
        site=site,
        ward=subject.ward,
        kind=subject.kind,
        model=subject.model,
        criticality=criticality.level,
        vulnerability=vulnerability,
        known=points is not None,
        points=points,
        risk=grid.risk(criticality.level, vulnerability),
        status=criticality.status,
    )


def snapshot(grid: Grid, at: int, rows: Iterable[Placed]) -> Matrix:
    """The rows frozen under the grid that placed them."""
    return frozen(grid.digest, at, rows)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of a matrix or a treatment.

    Attributes:
        approvals: the standing word of each person in each role, those who agree.
        refusals: those whose last word is no.
        missing: roles of the quorum for which no person of their own agrees.
    """

    approvals: tuple[Approval, ...]
    refusals: tuple[Approval, ...]
    missing: tuple[str, ...]

    @property
    def signed(self) -> bool:
        """Every role of the quorum agrees, and nobody's last word is no."""
        return not self.missing and not self.refusals


def standing(about: str, approvals: Iterable[Approval], quorum: Sequence[str]) -> Standing:
    """What people's words about this matrix or treatment, and no other, come to.

    Args:
        about: its id.
    """
    last: dict[tuple[str, str], Approval] = {}
    for one in sorted(approvals, key=lambda one: (one.at, one.id)):
        if one.about == about:
            last[one.person, one.role] = one
    agreed = tuple(one for one in last.values() if one.agrees)
    willing = {role: sorted({one.person for one in agreed if one.role == role}) for role in quorum}
    return Standing(
        approvals=agreed,
        refusals=tuple(one for one in last.values() if not one.agrees),
        missing=_unfilled(willing),
    )


def driving(matrix: Matrix, approvals: Iterable[Approval], quorum: Sequence[str]) -> Matrix:
    """The matrix, for whoever wants to act on it.

    Args:
        quorum: the grid's; at least one role.

    Raises:
        Refused: not signed by every role, refused by someone, or not what was signed.
    """
    if not intact(matrix):
        raise Refused("matrix.changed", "The rows are not those of the matrix that was frozen", where=matrix.id)
    said = standing(matrix.id, approvals, quorum)
    if not quorum or said.missing:
        roles = ", ".join(said.missing) or "any role"
        raise Refused(
            "matrix.unsigned", f"Nobody has approved it as {roles}", where=matrix.id, hint="Ask them to approve it"
        )
    if said.refusals:
        names = ", ".join(f"{one.name} ({one.role})" for one in said.refusals)
        raise Refused("matrix.refused", f"Refused by {names}", where=matrix.id, hint="Settle it, and freeze another")
    return matrix


class Heat(NamedTuple):
    """Devices of one site, ward, kind or model: how many at each risk, and of how many V is unknown."""

    counts: dict[int, int]
    unknown: int
    highest: int


def heat(matrix: Matrix, by: str) -> dict[str, Heat]:
    """Word → its heat, the hottest first; the empty word is unknown.

    Raises:
        ValueError: ``by`` is not one of ``BY`` (a programming mistake).
    """
    if by not in BY:
        raise ValueError(f"{by!r} is not one of {BY}")
    groups: dict[str, list[Placed]] = defaultdict(list)
    for row in matrix.rows:
        groups[getattr(row, by)].append(row)
    found = {}
    for word, rows in groups.items():
        counts: dict[int, int] = defaultdict(int)
        for row in rows:
            counts[row.risk] += 1
        found[word] = Heat(dict(sorted(counts.items())), sum(not row.known for row in rows), max(counts))
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].highest, -pair[1].counts[pair[1].highest], pair[0])))


def cells(matrix: Matrix) -> dict[tuple[int, int], int]:
    """(criticality, vulnerability) → how many devices stand there; only cells that have any."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for row in matrix.rows:
        found[row.criticality, row.vulnerability] += 1
    return dict(sorted(found.items()))


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What lies between two matrices.

    Attributes:
        before, after: their ids.
        grid_changed: they were placed by different grids, so a level may have moved without the device.
        entered, left: ids of devices that only one of them has.
        risen, fallen: (id, risk before, risk after).
        moved: (id, cell before, cell after) of devices in another cell of the same risk.
        cells: (criticality, vulnerability) → how many more or fewer devices stand there.
    """

    before: str
    after: str
    grid_changed: bool
    entered: tuple[str, ...]
    left: tuple[str, ...]
    risen: tuple[tuple[str, int, int], ...]
    fallen: tuple[tuple[str, int, int], ...]
    moved: tuple[tuple[str, tuple[int, int], tuple[int, int]], ...]
    cells: dict[tuple[int, int], int]


def compare(before: Matrix, after: Matrix) -> Comparison:
    """What changed from one matrix to another."""
    old = {row.device: row for row in before.rows}
    new = {row.device: row for row in after.rows}
    both = [(old[name], new[name]) for name in new if name in old]
    here, there = cells(before), cells(after)
    change = {cell: there.get(cell, 0) - here.get(cell, 0) for cell in sorted({*here, *there})}
    return Comparison(
        before=before.id,
        after=after.id,
        grid_changed=before.grid != after.grid,
        entered=tuple(name for name in new if name not in old),
        left=tuple(name for name in old if name not in new),
        risen=tuple((a.device, a.risk, b.risk) for a, b in both if b.risk > a.risk),
        fallen=tuple((a.device, a.risk, b.risk) for a, b in both if b.risk < a.risk),
        moved=tuple((a.device, _cell(a), _cell(b)) for a, b in both if a.risk == b.risk and _cell(a) != _cell(b)),
        cells={cell: count for cell, count in change.items() if count},
    )


def _cell(row: Placed) -> tuple[int, int]:
    return row.criticality, row.vulnerability


def _unfilled(willing: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Roles left over when each person fills at most one (augmenting paths, Kuhn 1955)."""
    filled: dict[str, str] = {}

    def fill(role: str, tried: set[str]) -> bool:
        for person in willing[role]:
            if person in tried:
                continue
            tried.add(person)
            if person not in filled or fill(filled[person], tried):
                filled[person] = role
                return True
        return False

    return tuple(role for role in willing if not fill(role, set()))
