"""Policy: what a site has decided that a kind of finding triggers.

Question: how severe is this here, who gets it, who is told, and who must approve that it is accepted?
Reference: issue 3 part 2; TOML 1.0. Rows are read from the top; the first that matches decides, and the rows of
``policy.toml`` stand behind the site's own. A mistake is an error with file, line and what was probably meant.

Example:
    >>> policy = parse('[[row]]\\nrule = "identity.*"\\nraise = "high"', "site.toml")
    >>> policy.row("identity.conflict", "medium").raise_, policy.row("other.rule", "low").approve
    ('high', ('rssi',))
"""

from __future__ import annotations

import difflib
import fnmatch
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec

from garde.errors import Malformed, Missing
from garde.model.finding import SEVERITIES


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of the policy.

    Attributes:
        rule: name of a rule; ``*`` stands for any letters.
        severity: severities to which the row is limited, as judged; empty means all.
        ward, kind: wards and kinds of device to which the row is limited; empty means all.
        raise_: severity that the finding has here, written ``raise``; empty leaves it.
        ignore: such findings are not opened.
        assign: role that gets it.
        notify: roles that are told.
        approve: roles each of which must agree before it is accepted.
    """

    rule: str
    severity: tuple[str, ...] = ()
    ward: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    raise_: str = msgspec.field(default="", name="raise")
    ignore: bool = False
    assign: str = ""
    notify: tuple[str, ...] = ()
    approve: tuple[str, ...] = ()

    def matches(self, rule: str, severity: str, ward: str, kind: str) -> bool:
        """Whether it speaks of this finding."""
        return (
            fnmatch.fnmatchcase(rule, self.rule)
            and (not self.severity or severity in self.severity)
            and (not self.ward or ward in self.ward)
            and (not self.kind or kind in self.kind)
        )


class Policy:
    """Rows, the site's own first."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)

    def row(self, rule: str, severity: str, ward: str = "", kind: str = "") -> Row:
        """The row that decides; one that triggers nothing when none matches."""
        return next((row for row in self.rows if row.matches(rule, severity, ward, kind)), Row(rule=rule))


@cache
def default() -> Policy:
    """The rows that hold where the site says nothing."""
    text = (resources.files("garde.findings") / "policy.toml").read_text("utf-8")
    return Policy(_rows(text, "policy.toml"))


def load(path: str) -> Policy:
    """The policy of a site's file; without one, the default.

    Raises:
        Missing: the file cannot be read.
        Malformed: it is no policy; with file and line.
    """
    if not path:
        return default()
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("policy.unreadable", f"{path} cannot be read: {error}", hint="Check [findings] policy") from None
    return parse(text, Path(path).name)


def parse(text: str, name: str) -> Policy:
    """A site's rows in front of the default ones."""
    return Policy((*_rows(text, name), *default().rows))


def _rows(text: str, name: str) -> list[Row]:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed("policy.toml", f"This is no TOML: {error}", where=name) from None
    rows = tree.get("row", [])
    if set(tree) - {"row"} or not isinstance(rows, list):
        raise Malformed("policy.table", "A policy is a list of [[row]]", where=name, hint="Begin each with [[row]]")
    return [_row(row, text, number, name) for number, row in enumerate(rows)]


def _row(tree: object, text: str, number: int, name: str) -> Row:
    heads = [at for at, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*row\s*\]\]", line)]
    where = f"{name}, row {number + 1}" + (f", line {heads[number]}" if number < len(heads) else "")
    fields = {field.encode_name for field in msgspec.structs.fields(Row)}
    for key in tree if isinstance(tree, dict) else ():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(fields))}"
            raise Malformed("policy.field", f"{key!r} is not a word of a policy", where=where, hint=hint)
    try:
        row = msgspec.convert(tree, Row)
    except msgspec.ValidationError as error:
        raise Malformed("policy.value", str(error), where=where) from None
    for severity in (*row.severity, *([row.raise_] if row.raise_ else [])):
        if severity not in SEVERITIES:
            near = difflib.get_close_matches(severity, SEVERITIES, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(SEVERITIES)}"
            raise Malformed("policy.severity", f"{severity!r} is no severity", where=where, hint=hint)
    return row
