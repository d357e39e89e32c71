"""Grid: the criteria, weights, thresholds, floors and matrix by which a hospital judges criticality, as data.

Question: by which sheet was this scored, is it well formed, and is it still the same sheet?
Reference: domain note 03 §1 and §6 (CRIT-DMC v1, which is Garde's own; PIEU as a profile that ranks without levels);
TOML 1.0. A site's file loads through the same reader. Left out: MACE and the official sheets of societies, whose
criteria are not public: a site that has the sheet loads it.

Example:
    >>> grid = packaged()["CRIT-DMC 1"]
    >>> [criterion.name for criterion in grid.criteria], grid.levels
    (['C1', 'C2', 'C3', 'C4', 'C5', 'C6'], 4)
    >>> grid.risk(4, 2), grid.word(3, "fr")
    (3, 'élevé')
"""

from __future__ import annotations

import difflib
import math
import re
from bisect import bisect_right
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final, Literal

import msgspec

from garde.errors import Malformed, Missing
from garde.model.message import digest
from garde.model.rows import read
from garde.registry import Registry

#: Needs of a hospital for what a device does and holds (DICT: disponibilité, intégrité, confidentialité, traçabilité).
NEEDS: Final = ("availability", "integrity", "confidentiality", "traceability")
#: Levels of vulnerability, domain note 03 §6.
VULNERABILITY_LEVELS: Final = 4
_FILES: Final = ("crit-dmc-1.toml", "pieu.toml")


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The one row of ``[[grid]]``.

    Attributes:
        name, version: together the name by which scorings cite it.
        source: whose method it is.
        fr, en: what people call it.
        method: ``weighted`` Σ weight × value, or ``product`` of the values.
        low_is_critical: the smallest score is the most critical one.
        least, most: values that a criterion may take.
        unknown: value of a criterion that nothing is known of.
        from_kind: value where nobody scored it and the kind's criticality is 1, 2, …; empty uses ``unknown``.
        thresholds: scores from which each next level begins, ascending; empty ranks without levels.
        quorum: roles each of which must have scored.
        unknown_vulnerability: column of the matrix for a device whose vulnerability nobody knows.
    """

    name: str
    version: str
    source: str
    fr: str
    en: str
    method: Literal["weighted", "product"]
    low_is_critical: bool = False
    least: int
    most: int
    unknown: int
    from_kind: tuple[int, ...] = ()
    thresholds: tuple[float, ...] = ()
    quorum: tuple[str, ...] = ()
    unknown_vulnerability: int = VULNERABILITY_LEVELS


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of ``[[criterion]]``.

    Attributes:
        name: short name, ``C1``.
        weight: share of the score; only for ``weighted``.
        need: one of ``NEEDS`` that it speaks of, or empty.
        fr, en: what is asked.
        levels_fr, levels_en: what each value from ``least`` to ``most`` means; empty where no words are public.
        bands: the count of dependents at which each value after ``least`` begins; empty when it is not counted.
    """

    name: str
    weight: float = 0.0
    need: str = ""
    fr: str
    en: str
    levels_fr: tuple[str, ...] = ()
    levels_en: tuple[str, ...] = ()
    bands: tuple[int, ...] = ()


class Floor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of ``[[floor]]``: the level is at least this when all its conditions hold.

    Attributes:
        name: what errors and terms call it.
        level: the least level.
        at_least: criterion → value that it must reach.
        life_sustaining: the device must be life-sustaining.
    """

    name: str
    level: int
    at_least: dict[str, int] = {}
    life_sustaining: bool = False


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of ``[[row]]``: risks of one criticality, by vulnerability 1 to 4."""

    criticality: int
    risk: tuple[int, ...]


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of ``[[risk]]``: what a level of risk is called."""

    level: int
    fr: str
    en: str


_TABLES: Final[dict[str, type[msgspec.Struct]]] = {
    "grid": Head, "criterion": Criterion, "floor": Floor, "row": Line, "risk": Word,
}  # fmt: skip


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A whole grid; equal content has the same digest, whatever the file's comments and layout.

    Attributes:
        head, criteria, floors, rows, words: the tables of the file.
        digest: short, stable name of all of it.
    """

    head: Head
    criteria: tuple[Criterion, ...]
    floors: tuple[Floor, ...] = ()
    rows: tuple[Line, ...] = ()
    words: tuple[Word, ...] = ()
    digest: str = ""

    @property
    def name(self) -> str:
        """Name and version."""
        return f"{self.head.name} {self.head.version}"

    @property
    def levels(self) -> int:
        """How many levels it has; 0 when it only ranks."""
        return len(self.head.thresholds) + 1 if self.head.thresholds else 0

    def score(self, values: dict[str, int]) -> float:
        """The score of a value for each criterion, exact to nine digits so that a threshold is met and not missed."""
        if self.head.method == "product":
            return float(math.prod(values[row.name] for row in self.criteria))
        return round(math.fsum(row.weight * values[row.name] for row in self.criteria), 9)

    def level(self, score: float) -> int:
        """The level of a score before floors, from 1; 0 when the grid only ranks."""
        if not self.head.thresholds:
            return 0
        reached = bisect_right(self.head.thresholds, score)
        return self.levels - reached if self.head.low_is_critical else reached + 1

    def risk(self, criticality: int, vulnerability: int) -> int:
        """The risk of a cell of the matrix.

        Raises:
            Missing: the grid has no matrix, or no such cell.
        """
        line = next((line for line in self.rows if line.criticality == criticality), None)
        if line is None or not 1 <= vulnerability <= len(line.risk):
            raise Missing(
                "grid.cell",
                f"{self.name} has no cell for criticality {criticality} and vulnerability {vulnerability}",
                hint="A grid that only ranks has no matrix",
            )
        return line.risk[vulnerability - 1]

    def word(self, risk: int, language: str) -> str:
        """What a level of risk is called; its number when the grid has no word."""
        word = next((word for word in self.words if word.level == risk), None)
        return str(risk) if word is None else word.fr if language == "fr" else word.en


@cache
def packaged() -> Registry[Grid]:
    """The grids that come with Garde, by name and version."""
    folder = resources.files("garde.risk.grids")
    return Registry(*(parse(folder.joinpath(name).read_text("utf-8"), name) for name in _FILES))


def load(path: str) -> Grid:
    """A site's own grid.

    Raises:
        Missing: the file cannot be read.
        Malformed: it is no grid; with file and line.
    """
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise Missing("grid.unreadable", f"{path} cannot be read: {error}", hint="Check the path of the grid") from None
    return parse(text, Path(path).name)


def parse(text: str, file: str) -> Grid:
    """The grid of a text; ``file`` is what errors name.

    Raises:
        Malformed: with file, line and, where one is near, the word that was probably meant.
    """
    tables = read(text, file, _TABLES, "grid")
    found = _Places(text, file)
    if len(tables["grid"]) != 1:
        raise found.error("head", f"A grid has one [[grid]], this has {len(tables['grid'])}", "grid", 2)
    grid = Grid(
        head=tables["grid"][0],
        criteria=tables["criterion"],
        floors=tables["floor"],
        rows=tables["row"],
        words=tables["risk"],
    )
    _head(grid, found)
    _criteria(grid, found)
    _floors(grid, found)
    _matrix(grid, found)
    return msgspec.structs.replace(grid, digest=digest("grid", msgspec.json.encode(grid, order="sorted").decode()))


class _Places:
    """Makes errors that name the line of a row."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file

    def error(self, code: str, what: str, table: str, number: int, field: str = "", hint: str = "") -> Malformed:
        lines = self.text.splitlines()
        heads = [at for at, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*" + table + r"\s*\]\]", line)]
        line = heads[min(number, len(heads)) - 1] if heads else 1
        for at in range(line, len(lines)) if field else ():
            if lines[at].lstrip().startswith("[["):
                break
            if re.match(rf"\s*\"?{field}\b", lines[at]):
                line = at + 1
                break
        return Malformed(f"grid.{code}", what, where=f"{self.file}, line {line}", hint=hint)


def _head(grid: Grid, found: _Places) -> None:
    head = grid.head
    if not head.least < head.most:
        raise found.error("range", f"least {head.least} is not below most {head.most}", "grid", 1, "least")
    for value in (head.unknown, *head.from_kind):
        if not head.least <= value <= head.most:
            field = "unknown" if value == head.unknown else "from_kind"
            raise found.error("range", f"{value} is not from {head.least} to {head.most}", "grid", 1, field)
    if any(not math.isfinite(one) for one in head.thresholds) or list(head.thresholds) != sorted(set(head.thresholds)):
        raise found.error("thresholds", "Thresholds must rise", "grid", 1, "thresholds")
    if not 1 <= head.unknown_vulnerability <= VULNERABILITY_LEVELS:
        raise found.error("range", "A vulnerability is from 1 to 4", "grid", 1, "unknown_vulnerability")


def _criteria(grid: Grid, found: _Places) -> None:
    values = grid.head.most - grid.head.least + 1
    names: set[str] = set()
    for number, row in enumerate(grid.criteria, 1):
        if row.name in names:
            raise found.error("twice", f"{row.name} stands twice", "criterion", number, "name")
        names.add(row.name)
        if row.need and row.need not in NEEDS:
            near = difflib.get_close_matches(row.need, NEEDS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(NEEDS)}"
            raise found.error("need", f"{row.need!r} is no need", "criterion", number, "need", hint)
        for field in ("levels_fr", "levels_en"):
            words = getattr(row, field)
            if words and len(words) != values:
                raise found.error("levels", f"{len(words)} words for {values} values", "criterion", number, field)
        if row.bands and (len(row.bands) != values - 1 or list(row.bands) != sorted(set(row.bands))):
            raise found.error("bands", f"{values - 1} bands must rise", "criterion", number, "bands")
        if not (row.weight >= 0 and math.isfinite(row.weight)):
            raise found.error("weight", f"{row.weight} is no weight", "criterion", number, "weight")
    if not grid.criteria:
        raise found.error("empty", "A grid has at least one [[criterion]]", "grid", 1)
    total = math.fsum(row.weight for row in grid.criteria)
    if grid.head.method == "weighted" and abs(total - 1) > 1e-6:
        raise found.error("weights", f"Weights add up to {total:g}, not to 1", "criterion", 1, "weight")


def _floors(grid: Grid, found: _Places) -> None:
    names = [row.name for row in grid.criteria]
    for number, floor in enumerate(grid.floors, 1):
        if not 1 <= floor.level <= grid.levels:
            raise found.error("floor", f"{floor.level} is no level of 1 to {grid.levels}", "floor", number, "level")
        if not floor.at_least and not floor.life_sustaining:
            raise found.error("floor", f"{floor.name!r} has no condition", "floor", number)
        if floor.at_least and grid.head.low_is_critical:
            raise found.error("floor", "at_least says nothing where low is critical", "floor", number, "at_least")
        for name in floor.at_least:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}"
                raise found.error("floor", f"{name!r} is no criterion", "floor", number, "at_least", hint)


def _matrix(grid: Grid, found: _Places) -> None:
    seen: dict[int, Line] = {}
    for number, line in enumerate(grid.rows, 1):
        if line.criticality in seen or not 1 <= line.criticality <= grid.levels:
            raise found.error("row", f"{line.criticality} is twice or no level", "row", number, "criticality")
        seen[line.criticality] = line
        if len(line.risk) != VULNERABILITY_LEVELS or list(line.risk) != sorted(line.risk) or line.risk[0] < 1:
            raise found.error("row", f"A row has {VULNERABILITY_LEVELS} risks that never fall", "row", number, "risk")
    if seen and len(seen) != grid.levels:
        raise found.error("row", f"{len(seen)} rows for {grid.levels} levels", "row", 1)
    for level in range(2, grid.levels + 1) if seen else ():
        if any(low > high for low, high in zip(seen[level - 1].risk, seen[level].risk, strict=True)):
            number = next(at for at, line in enumerate(grid.rows, 1) if line.criticality == level)
            raise found.error("row", f"Criticality {level} has less risk than {level - 1}", "row", number, "risk")
