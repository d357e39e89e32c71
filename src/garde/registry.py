"""Registry: the visible table that a plug-in is a row of.

Question: where do I see every dissector, stage, kind or probe, and how do I add one?
Reference: DESIGN §2 rule 4: a plug-in is a file plus a row; no import side effects, no walking of name spaces.

Example:
    >>> class Colour:
    ...     def __init__(self, name): self.name = name
    >>> table = Registry(Colour("grey"), Colour("amber"))
    >>> table["amber"].name, list(table.names)
    ('amber', ['grey', 'amber'])
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from garde.errors import Missing


class Named(Protocol):
    """Anything with a name can be a row."""

    @property
    def name(self) -> str: ...


Row = TypeVar("Row", bound=Named)


class Registry(Generic[Row]):
    """An ordered, immutable table of rows with unique names.

    Raises:
        ValueError: two rows share a name (a programming mistake).
    """

    def __init__(self, *rows: Row) -> None:
        self._rows = {row.name: row for row in rows}
        if len(self._rows) != len(rows):
            names = [row.name for row in rows]
            raise ValueError(f"two rows share a name: {sorted({n for n in names if names.count(n) > 1})}")

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the order of the table."""
        return tuple(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def __getitem__(self, name: str) -> Row:
        """The row of that name.

        Raises:
            Missing: no such row; the hint gives the nearest name.
        """
        try:
            return self._rows[name]
        except KeyError:
            near = difflib.get_close_matches(name, self._rows, n=1)
            hint = f"Did you mean {near[0]}?" if near else ""
            raise Missing("registry.unknown-name", f"There is no row named {name!r}", hint=hint) from None
