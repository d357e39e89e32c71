"""Facts: all that a report says, as one record that can be digested, compared and printed.

Question: what does this paper state, over which period and scope, and by which question can each figure be found again?
Reference: DESIGN §3 (report: facts, then a template); reference of the pages 7.12; FIPS 180-4 (SHA-256) for the digest.
A figure is counted by evaluating the very query that is printed beside it. Left out: money, which needs risk first.

Example:
    >>> devices = [Device(id="d-1", keys=(), kind="CT"), Device(id="d-2", keys=())]
    >>> count("devices.unknown", "devices", devices, ("kind", "is", "unknown"))
    Figure(name='devices.unknown', value=1, query='devices: kind is unknown', href='')
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

import msgspec

from garde.errors import Malformed
from garde.model.device import Device
from garde.model.message import moment

Relation = Literal["is", "is not", "since", "before", "not before", "over"]
#: Field, relation, value. Times are nanoseconds since 1970; ``since`` includes the moment, ``before`` does not. A time
#: that never came (0) is neither since nor before anything, and so is ``not before`` everything.
Condition = tuple[str, Relation, str | int]
#: What stands for an empty value in a query.
UNKNOWN: Final = "unknown"
DAY: Final = 86_400 * 1_000_000_000


#: A stranger's text, an address or serial number, a number, a number beside a bar, or our own words, which may be
#: hyphenated.
Form = Literal["text", "code", "number", "bar", "label"]


class Figure(msgspec.Struct, frozen=True):
    """One number.

    Attributes:
        name: stable slug, a word of words.toml.
        value: a whole number; of a share, percent.
        query: the question that gives it, for who wants to count again.
        href: address of the page that lists what was counted, where there is one.
    """

    name: str
    value: int
    query: str
    href: str = ""


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its head, and how its cells are set."""

    name: str
    title: str
    form: Form = "text"


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows under heads.

    Attributes:
        name: stable slug.
        title: in the report's language.
        columns: in order; the first one names the row.
        rows: cells; numbers stay numbers, an empty text is a value nobody knows.
        note: said below, for example how many rows are left out; may be empty.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | int, ...], ...]
    note: str = ""


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """What to do without a device: its title, where and for which kinds it holds, and its steps in order."""

    mark: str
    title: str
    scope: str
    steps: tuple[str, ...]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a report says.

    Attributes:
        report: name of a row of ``REPORTS``.
        language: ``fr`` or ``en``: sentences and heads are in it.
        site, ward: the scope; empty means that no name is set, and the whole site.
        since, until: the period, nanoseconds since 1970, the end not included; equal for a state at one moment.
        at: when the facts were taken.
    """

    report: str
    language: str
    title: str
    site: str
    ward: str
    since: int
    until: int
    at: int
    sentences: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    version: int = 1


def canonical(facts: Facts) -> bytes:
    """The record as JSON, the same bytes for the same facts.

    Raises:
        Malformed: a text holds half a character (a lone surrogate) and cannot be written.
    """
    try:
        return msgspec.json.encode(facts, order="deterministic")
    except UnicodeEncodeError as error:
        raise Malformed("paper.text", f"A value cannot be written as UTF-8: {error.reason}") from None


def sha256(data: bytes) -> str:
    """SHA-256 in hexadecimal, as ``sha256sum`` prints it."""
    return hashlib.sha256(data).hexdigest()


def count(name: str, noun: str, records: Iterable[Any], *conditions: Condition, href: str = "") -> Figure:
    """How many records meet all conditions."""
    return Figure(name, len(matching(records, *conditions)), written(noun, *conditions), href)


def share(part: Figure, whole: Figure, name: str) -> Figure:
    """Percent that one figure is of another: 100 only when it is all, 0 only when it is nothing or of nothing."""
    percent = (part.value * 200 + whole.value) // (2 * whole.value) if whole.value else 0
    if 0 < part.value < whole.value:
        percent = min(99, max(1, percent))
    return Figure(name, percent, f"{part.name} / {whole.name}", part.href)


def oldest(name: str, noun: str, records: Iterable[Any], at: int, *conditions: Condition) -> Figure:
    """Whole days between ``at`` and the ``first_at`` of the oldest record that meets all conditions; 0 without any."""
    first = min((int(record.first_at) for record in matching(records, *conditions)), default=at)
    return Figure(
        name, max(0, at - first) // DAY, f"days since the first_at of the oldest of {written(noun, *conditions)}"
    )


def matching(records: Iterable[Any], *conditions: Condition) -> list[Any]:
    """The records that meet all conditions."""
    tests = [(field, RELATIONS[relation], value) for field, relation, value in conditions]
    return [record for record in records if all(holds(_field(record, field), value) for field, holds, value in tests)]


def written(noun: str, *conditions: Condition) -> str:
    """A query as it is printed."""
    said = [
        f"{field} {relation} {_moment(value) if isinstance(value, int) and field.endswith('_at') else value}"
        for field, relation, value in conditions
    ]
    return f"{noun}: {', '.join(said)}" if said else noun


def _moment(at: int) -> str:
    """ISO 8601, without the fraction of a second where there is none."""
    return moment(at).replace(".000000Z", "Z")


def known(device: Device, attribute: str) -> str:
    """The value of an attribute, or the empty string below the threshold at which Garde would say it."""
    if attribute == "kind":
        return "" if device.kind == UNKNOWN else device.kind
    claim = device.claims.get(attribute)
    return claim.value if claim and claim.state != "unknown" else ""


def _field(record: Any, field: str) -> str | int:
    """What a record holds under the name of a query: a field, how many it has of several, or a device's attribute."""
    if isinstance(record, Device) and field not in ("first_at", "last_at", "conflicts"):
        return known(record, field) or UNKNOWN
    value = getattr(record, field)
    return len(value) if isinstance(value, tuple) else value or (0 if isinstance(value, int) else UNKNOWN)


RELATIONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "is": lambda value, asked: bool(value == asked),
    "is not": lambda value, asked: bool(value != asked),
    "since": lambda value, asked: bool(value and value >= asked),
    "before": lambda value, asked: bool(value and value < asked),
    "not before": lambda value, asked: not value or bool(value >= asked),
    "over": lambda value, asked: bool(value > asked),
}
