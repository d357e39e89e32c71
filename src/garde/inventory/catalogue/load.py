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

import difflib
import re
import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

from garde.errors import Malformed

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
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed("catalogue.toml", str(error), where=file) from None
    for name in tree:
        if name != table:
            line = _line(text, r"\s*\[*\s*" + re.escape(name), 1)
            raise Malformed(
                "catalogue.table",
                f"{name!r} is not {table!r}",
                where=f"{file}, line {line}",
                hint=f"Write [[{table}]]",
            )
    fields = {field.encode_name for field in msgspec.structs.fields(shape)}
    out: list[Shape] = []
    for number, row in enumerate(tree.get(table, []), 1):
        for name in row:
            if name not in fields:
                start = _head(text, table, number)
                near = difflib.get_close_matches(name, fields, n=1)
                line = _line(text, r"\s*\"?" + re.escape(name), 1, start)
                raise Malformed(
                    "catalogue.field",
                    f"{name!r} is not a field of a {table}",
                    where=f"{file}, line {line}",
                    hint=f"Did you mean {near[0]}?" if near else f"Fields: {', '.join(sorted(fields))}",
                )
        try:
            out.append(msgspec.convert(row, shape))
        except msgspec.ValidationError as error:
            field = re.search(r"\$\.(\w+)", str(error))
            start = _head(text, table, number)
            line = _line(text, r"\s*" + field.group(1), 1, start) if field else start
            raise Malformed("catalogue.value", str(error), where=f"{file}, line {line}") from None
    return out


def _folder() -> Traversable:
    return resources.files("garde.inventory.catalogue")


def _head(text: str, table: str, number: int) -> int:
    """Line where a row begins; looked for only when an error needs it, since every start of Garde reads these files."""
    return _line(text, r"\s*\[\[\s*" + re.escape(table) + r"\s*\]\]", number)


def _line(text: str, pattern: str, nth: int, start: int = 1) -> int:
    """Line, from 1, of the nth line from ``start`` on that begins with the pattern; ``start`` when there is none."""
    for number, line in enumerate(text.splitlines(), 1):
        if number >= start and re.match(pattern, line):
            nth -= 1
            if not nth:
                return number
    return start
