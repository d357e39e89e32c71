"""Load: read a catalogue file, or say in which line it is wrong and what was probably meant.

Question: is this row of knowledge well formed, and if not, what should its author change?
Reference: DESIGN §2 rule 5; TOML 1.0. Every file of this folder is an array of tables under one name.

Example:
    >>> class Colour(msgspec.Struct, forbid_unknown_fields=True): name: str
    >>> parse('[[colour]]\\nname = "red"', "colours.toml", "colour", Colour)[0].name
    'red'
    >>> parse('[[colour]]\\nnam = "red"', "c.toml", "colour", Colour)
    Traceback (most recent call last):
    garde.errors.Malformed: 'nam' is not a field of a colour (c.toml, line 2). Did you mean name? [catalogue.field]
"""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

from garde.model.rows import read

Shape = TypeVar("Shape", bound=msgspec.Struct)


def rows(file: str, table: str, shape: type[Shape]) -> list[Shape]:
    """The rows of a packaged catalogue file.

    Raises:
        Malformed: with file, line and, where one is near, the word that was probably meant.
    """
    return parse(_folder().joinpath(file).read_text("utf-8"), file, table, shape)


def files(folder: str) -> list[str]:
    """Names of the TOML files of a folder of the catalogue, sorted, as ``folder/name``."""
    return sorted(
        f"{folder}/{entry.name}" for entry in _folder().joinpath(folder).iterdir() if entry.name.endswith(".toml")
    )


def parse(text: str, file: str, table: str, shape: type[Shape]) -> list[Shape]:
    """The rows of a catalogue text; ``file`` is what errors name."""
    return list(read(text, file, {table: shape}, "catalogue")[table])


def _folder() -> Traversable:
    return resources.files("garde.inventory.catalogue")
