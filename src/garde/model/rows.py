"""Rows: arrays of tables in TOML, read into records, or the line in which they are wrong and what was probably meant.

Question: is this file of knowledge well formed, and if not, what should its author change?
Reference: DESIGN §2 rule 5; TOML 1.0 (array of tables). Left out: single tables, which are settings (`garde.config`).

Example:
    >>> class Colour(msgspec.Struct, forbid_unknown_fields=True): name: str
    >>> read('[[colour]]\\nname = "red"', "colours.toml", {"colour": Colour})["colour"][0].name
    'red'
    >>> read('[[colour]]\\nnam = "red"', "c.toml", {"colour": Colour})
    Traceback (most recent call last):
    garde.errors.Malformed: 'nam' is not a field of a colour (c.toml, line 2). Did you mean name? [rows.field]
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from garde.errors import Malformed


def read(
    text: str, file: str, tables: Mapping[str, type[msgspec.Struct]], area: str = "rows"
) -> dict[str, tuple[Any, ...]]:
    """The rows of each table, in the order of the text; a table that is absent has none.

    Args:
        text: TOML.
        file: what errors name.
        tables: name of an array of tables → the shape of its rows.
        area: first word of the errors' codes.

    Raises:
        Malformed: with file, line and, where one is near, the word that was probably meant.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"{area}.toml", str(error), where=file) from None
    for name in tree:
        if name not in tables:
            line = _line(text, r"\s*\[*\s*\"?" + re.escape(name), 1)
            raise Malformed(
                f"{area}.table",
                f"{name!r} is not {' or '.join(map(repr, tables))}",
                where=f"{file}, line {line}",
                hint=f"Write {' or '.join(f'[[{known}]]' for known in tables)}",
            )
    return {name: _rows(tree.get(name, []), text, file, name, shape, area) for name, shape in tables.items()}


def _rows(
    found: object, text: str, file: str, table: str, shape: type[msgspec.Struct], area: str
) -> tuple[msgspec.Struct, ...]:
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        line = _line(text, r"\s*\[?\s*\"?" + re.escape(table), 1)
        raise Malformed(
            f"{area}.table",
            f"{table!r} is written in another way",
            where=f"{file}, line {line}",
            hint=f"Write [[{table}]]",
        )
    fields = {field.encode_name for field in msgspec.structs.fields(shape)}
    out = []
    for number, row in enumerate(found, 1):
        for name in row:
            if name not in fields:
                near = difflib.get_close_matches(name, fields, n=1)
                line = _line(text, r"\s*\"?" + re.escape(name), 1, _head(text, table, number))
                raise Malformed(
                    f"{area}.field",
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
            raise Malformed(f"{area}.value", str(error), where=f"{file}, line {line}") from None
    return tuple(out)


def line(text: str, table: str, number: int, field: str = "") -> int:
    """Line, from 1, of a field of the row with that number, from 1; where it is not written, of the row's head."""
    start = _head(text, table, number)
    return _line(text, r"\s*\"?" + re.escape(field), 1, start) if field else start


def _head(text: str, table: str, number: int) -> int:
    """Line where a row begins; looked for only when an error needs it, since every start of Garde reads such files."""
    return _line(text, r"\s*\[\[\s*" + re.escape(table) + r"\s*\]\]", number)


def _line(text: str, pattern: str, nth: int, start: int = 1) -> int:
    """Line, from 1, of the nth line from ``start`` on that begins with the pattern; ``start`` when there is none."""
    for number, line in enumerate(text.splitlines(), 1):
        if number >= start and re.match(pattern, line):
            nth -= 1
            if not nth:
                return number
    return start
