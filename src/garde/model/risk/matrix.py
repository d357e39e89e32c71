"""Matrix: criticality × vulnerability of every device at one moment, frozen, and who approved exactly that.

Question: what did the committee sign, and is this still it?
Reference: domain note 03 §6; DESIGN §2 rule 3. The id of a matrix is the digest of its grid and its rows, and an
approval names that id: a changed row is another matrix, which nobody has signed. The time is no part of it.

Example:
    >>> row = Placed(device="d-1", criticality=4, vulnerability=2, risk=3)
    >>> frozen("g", 7, [row]).id == frozen("g", 9, [row]).id, frozen("g", 7, []).id == frozen("g", 7, [row]).id
    (True, False)
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from garde.model.message import Message, digest


class Placed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One device in the matrix.

    Attributes:
        device: its id.
        site, ward, kind, model: as claimed when it was placed; empty when unknown.
        criticality: level, from 1.
        vulnerability: level 1 to 4; where unknown, the grid's column for the unknown.
        known: the vulnerability was scored.
        points: vulnerability score V, 0 to 100, None where unknown.
        risk: level in the cell.
        status: of the criticality: default, proposed, agreed or disputed.
    """

    device: str
    site: str = ""
    ward: str = ""
    kind: str = ""
    model: str = ""
    criticality: int
    vulnerability: int
    known: bool = True
    points: float | None = None
    risk: int
    status: str = "default"


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen snapshot.

    Attributes:
        id: ``m-`` and the digest of grid and rows.
        grid: digest of the grid.
        at: when it was frozen, nanoseconds since 1970.
        rows: one per device, sorted by its id.
    """

    id: str
    grid: str
    at: int
    rows: tuple[Placed, ...]


class Approval(Message, frozen=True, kw_only=True):
    """A person's word about one matrix, or about the treatment of one risk.

    Attributes:
        about: id of the matrix or of the treatment.
        person: login.
        name: the person's name, as it stands under the matrix.
        role: in which role.
        agrees: False takes an earlier approval back, or refuses.
        reason: in the person's own words.
    """

    about: str
    person: str
    name: str
    role: str
    agrees: bool = True
    reason: str = ""


def frozen(grid: str, at: int, rows: Iterable[Placed]) -> Matrix:
    """The snapshot of these rows, in whatever order they come.

    Raises:
        ValueError: a device stands twice (a programming mistake).
    """
    ordered = tuple(sorted(rows, key=lambda row: row.device))
    if len({row.device for row in ordered}) != len(ordered):
        raise ValueError("a device stands twice in the matrix")
    content = msgspec.json.encode(ordered, order="deterministic").decode()
    return Matrix(id=f"m-{digest('matrix', grid, content)}", grid=grid, at=at, rows=ordered)


def intact(matrix: Matrix) -> bool:
    """Whether the rows are those that the id was made of."""
    return frozen(matrix.grid, matrix.at, matrix.rows).id == matrix.id
