"""View: what of the risk a person may see, and how a list of it is asked for and addressed.

Question: which devices of the matrix are this person's to see, and which of them match this address?
Reference: reference of the pages §6 (the address is the state) and §4 (severity is shape, word and colour). A person
whose right reaches a ward sees the rows of that ward and no count of others. Left out: scores, which `site.risk` has.

Example:
    >>> one = Filter(words=(("ward", "Réa A"),), cells=(("criticality", 4),))
    >>> one.address("/risk/devices"), one.keeps(Placed(device="d", ward="Bloc", criticality=4, vulnerability=1, risk=2))
    ('/risk/devices?criticality=4&ward=R%C3%A9a+A', False)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request

from garde.errors import Refused
from garde.gate import visitor_of
from garde.model.message import digest
from garde.model.risk.matrix import Matrix, Placed
from garde.model.visible import visible
from garde.risk.grid import Grid
from garde.risk.library import Library
from garde.risk.matrix import BY
from garde.web.site import Site

#: Severities from the highest risk of a grid downwards; what lies below them is low.
WORDS: Final = ("critical", "high", "medium", "low")
#: Parts of a filter that are levels.
LEVELS: Final = ("criticality", "vulnerability", "risk")
#: Where a criticality comes from, as a filter of its own.
STATUS: Final = "status"
ROWS: Final = 50


class Filter(msgspec.Struct, frozen=True):
    """Which devices of the matrix are meant.

    Attributes:
        cells: of ``LEVELS``, name and level.
        words: of ``BY`` and ``status``, name and value; an empty value is unknown.
        unknown: only those whose vulnerability nobody knows.
    """

    cells: tuple[tuple[str, int], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    unknown: bool = False

    def keeps(self, row: Placed) -> bool:
        """Whether the device is meant."""
        return (
            all(getattr(row, name) == level for name, level in self.cells)
            and all(getattr(row, name) == value for name, value in self.words)
            and not (self.unknown and row.known)
        )

    def pairs(self) -> list[tuple[str, str]]:
        """As they stand in an address."""
        found = [(name, str(level)) for name, level in self.cells]
        found += self.words
        return [*found, ("unknown", "1")] if self.unknown else found

    def address(self, path: str, **more: str) -> str:
        """The address of the devices that are meant."""
        pairs = [*self.pairs(), *more.items()]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def without(self, name: str) -> Filter:
        """The same with one condition less."""
        if name == "unknown":
            return msgspec.structs.replace(self, unknown=False)
        return msgspec.structs.replace(
            self,
            cells=tuple(pair for pair in self.cells if pair[0] != name),
            words=tuple(pair for pair in self.words if pair[0] != name),
        )


def filter_of(values: Mapping[str, str]) -> Filter:
    """The filter of an address; what makes no sense is passed over."""
    cells = tuple((name, int(values[name])) for name in LEVELS if level(values.get(name, "")))
    words = tuple((name, values[name][:256]) for name in (*BY, STATUS) if name in values)
    return Filter(cells, words, values.get("unknown", "") == "1")


def level(text: str) -> bool:
    """Whether a text is a level: one digit."""
    return len(text) == 1 and text.isascii() and text.isdigit()


def number(text: str, least: int, most: int, other: int) -> int:
    """A whole number of an address within bounds; ``other`` when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return other
    return min(max(int(text), least), most)


def placed(site: Site, request: Request, right: str = "risk.read") -> list[Placed]:
    """Where each device stands now that the person may see by a right, in the order of ids."""
    judged, seen = site.risk.judged(), seen_by(site, request, right)
    return [judged[name].placed for name in sorted(judged) if seen(name)]


def library_of(site: Site) -> Library:
    """The documents by what they speak of, up to date."""
    site.risk.judged()
    site.library.keep(site.risk.readings)
    return site.library


def seen_by(site: Site, request: Request, right: str = "risk.read") -> Callable[[str], bool]:
    """Whether the person may see a device by a right."""
    return site.fleet.seen(visitor_of(request).scope(right).terms)


def cut(site: Site, request: Request, matrix: Matrix) -> Matrix:
    """A frozen matrix with the rows that the person may see: a device that is gone is shown to who sees everything."""
    scope = visitor_of(request).scope("risk.read")
    if scope.everything:
        return matrix
    seen = site.fleet.seen(scope.terms)
    return msgspec.structs.replace(matrix, rows=tuple(row for row in matrix.rows if seen(row.device)))


def now_of(site: Site, rows: Iterable[Placed]) -> Matrix:
    """The rows as a matrix that nobody froze: it has no id, so that nobody can sign it."""
    return Matrix(id="", grid=site.risk.grid.digest, at=site.now(), rows=tuple(rows))


def whole(request: Request, right: str) -> None:
    """Ask that a right reaches the whole hospital.

    Raises:
        Refused: it reaches a part of it.
    """
    if not visitor_of(request).scope(right).everything:
        raise Refused(
            "risk.whole", "This is about the whole hospital, and your right reaches a part of it",
            hint="Ask somebody who sees the whole hospital",
        )  # fmt: skip


def severity_of(grid: Grid, risk: int) -> str:
    """The severity by which a level of risk is drawn: the highest of the grid is critical."""
    top = max((max(row.risk) for row in grid.rows), default=len(WORDS))
    return WORDS[min(max(top - risk, 0), len(WORDS) - 1)]


def mark(text: str) -> str:
    """A stranger's word as a form sends it back: itself where it can be seen whole, else its digest."""
    return text if visible(text) == text else f"~{digest('mark', text, size=10)}"


def meant(words: Iterable[str], said: str) -> str:
    """The word that a form means by ``mark``; what is no mark is taken as it is.

    >>> meant(["a\\u202eb"], mark("a\\u202eb")) == "a\\u202eb", meant([], "Bloc")
    (True, 'Bloc')
    """
    return next((word for word in words if mark(word) == said), said) if said.startswith("~") else said


def person_of(request: Request, typed: str) -> tuple[str, str]:
    """Login and name of who speaks; in the demonstration people say their name."""
    visitor = visitor_of(request)
    if visitor.demonstration:
        name = typed.strip()[:80] or "web"
        return name, name
    return visitor.login, visitor.person.name if visitor.person else visitor.login
