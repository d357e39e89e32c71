"""Rules: which traces mean what, read from catalogue/fingerprints.

Question: given the values seen of a device, which rules hold, and on which of these values do they rest?
Reference: DESIGN §2 rule 5; domain note 01 §2 to §7. A rule is data::

    [[rule]]
    name = "dicom.ct"
    when = { "dicom.modality" = "CT", "dicom.role" = "storage-scu" }   # all must hold
    unless = { "dicom.role" = ["storage-scp", "query-scp"] }           # none may hold
    kind = "CT"                                                        # or several: it is one of them
    weight = 0.85

An attribute may be several, ``"dns.query|tls.sni"``. A pattern is a text (compared without case), a text with ``*``
for anything, or ``~`` and a regular expression whose named groups a conclusion may use: ``model = "{model}"``.

Example:
    >>> compiled("*nvr*")("Big NVR 4") is not None, compiled("~^DCS-(?P<n>[0-9]+)")("dcs-930").group("n")
    (True, '930')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

import msgspec

from garde.errors import Malformed
from garde.inventory.catalogue.load import files, rows
from garde.inventory.kinds import kinds
from garde.model.catalogue import attributes

#: Attributes that a rule may conclude besides the kind.
CONCLUDES: Final = ("manufacturer", "model", "model_number", "serial", "os", "os_build", "firmware", "software")
#: Evidence that identification itself derives and rules may ask for: see `garde.inventory.identify`.
DERIVED: Final = frozenset({"oui", "maker", "forwards", "carries"})


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a fingerprint file; ``weight`` is how far the conclusion may be trusted, 0..1."""

    name: str
    when: dict[str, str | list[str]]
    weight: float
    unless: dict[str, str | list[str]] = {}
    kind: str | list[str] = ""
    manufacturer: str = ""
    model: str = ""
    model_number: str = ""
    serial: str = ""
    os: str = ""
    os_build: str = ""
    firmware: str = ""
    software: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of which the device is one; empty when the rule says nothing of it."""
        return frozenset(filter(None, [self.kind] if isinstance(self.kind, str) else self.kind))


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of every fingerprint file, in the order of files and rows."""
    return tuple(rule for file in files("fingerprints") for rule in rows(file, "rule", Rule))


def problems() -> list[str]:
    """One line per mistake that the schema alone cannot see: for `make check` and the tests."""
    found = []
    names: set[str] = set()
    for rule in rules():
        if rule.name in names:
            found.append(f"{rule.name}: two rules share this name")
        names.add(rule.name)
        unknown = rule.kinds - kinds().keys()
        found += [f"{rule.name}: {kind!r} is not in kinds.toml" for kind in sorted(unknown)]
        if not 0 < rule.weight < 1:
            found.append(f"{rule.name}: weight {rule.weight} is not between 0 and 1")
        if not rule.kinds and not any(getattr(rule, name) for name in CONCLUDES):
            found.append(f"{rule.name}: concludes nothing")
        if not rule.when:
            found.append(f"{rule.name}: when is empty")
        for key, wanted in (*rule.when.items(), *rule.unless.items()):
            found += [f"{rule.name}: {a!r} is not in attributes.toml" for a in key.split("|") if not _known(a)]
            for pattern in _listed(wanted):
                if not pattern.startswith("~") and any(sign in pattern for sign in "[]?|\\"):
                    found.append(f"{rule.name}: {pattern!r} looks like a regular expression; begin it with ~")
                try:
                    compiled(pattern)
                except Malformed as error:
                    found.append(f"{rule.name}: {error.what}")
    return found


def _known(attribute: str) -> bool:
    return attribute in attributes() or attribute in DERIVED


def _listed(wanted: str | list[str]) -> list[str]:
    return [wanted] if isinstance(wanted, str) else wanted


Test = Callable[[str], "re.Match[str] | None"]


@cache
def compiled(pattern: str) -> Test:
    """A pattern as a test of a value.

    Raises:
        Malformed: not a regular expression.
    """
    if pattern.startswith("~"):
        text = pattern[1:]
    else:
        # At an end a star needs no match: `search` may begin and stop anywhere.
        text = ".*".join(re.escape(part) for part in pattern.split("*"))
        text = text.removeprefix(".*") if pattern.startswith("*") else f"^{text}"
        text = text.removesuffix(".*") if pattern.endswith("*") else rf"{text}\Z"
    try:
        return re.compile(text, re.IGNORECASE).search
    except re.error as error:
        raise Malformed("catalogue.pattern", f"{pattern!r} is not a pattern: {error}") from None


class Hit(NamedTuple):
    """A rule that holds, the evidence it rests on (attribute and value), and the texts its patterns named."""

    rule: Rule
    evidence: tuple[tuple[str, str], ...]
    groups: dict[str, str]

    def conclusion(self, attribute: str) -> str:
        """What the rule concludes of an attribute; empty when a named text was not there."""
        text: str = getattr(self.rule, attribute)
        if "{" not in text:
            return text
        try:
            return text.format_map(self.groups).strip()
        except KeyError:
            return ""


class _Condition(NamedTuple):
    rule: int
    slot: int
    pattern: str
    #: ASCII text, in lower case, without which no value of ASCII text fits
    literal: str


class _Index(NamedTuple):
    """Conditions by attribute, and how many slots each rule needs filled; slot -1 forbids."""

    conditions: dict[str, tuple[_Condition, ...]]
    needed: tuple[int, ...]


@cache
def _index() -> _Index:
    found: dict[str, list[_Condition]] = {}
    for number, rule in enumerate(rules()):
        wanted = [(slot, *item) for slot, item in enumerate(rule.when.items())]
        wanted += [(-1, *item) for item in rule.unless.items()]
        for slot, key, patterns in wanted:
            for attribute in key.split("|"):
                for pattern in _listed(patterns):
                    found.setdefault(attribute, []).append(_Condition(number, slot, pattern, _literal(pattern)))
    return _Index({name: tuple(rows) for name, rows in found.items()}, tuple(len(rule.when) for rule in rules()))


def _literal(pattern: str) -> str:
    """The longest piece between the stars of a pattern; empty where it is not plain ASCII."""
    if pattern.startswith("~") or not pattern.isascii():
        return ""
    return max(pattern.lower().split("*"), key=len)


@lru_cache(maxsize=1 << 16)
def _matches(attribute: str, value: str) -> tuple[tuple[int, int, tuple[tuple[str, str], ...]], ...]:
    """Rule, slot and named texts of every condition that a value fulfils."""
    out = []
    # Most patterns differ from most values at a glance, and are compiled only when one does not.
    lowered = value.lower() if value.isascii() else ""
    for rule, slot, pattern, literal in _index().conditions.get(attribute, ()):
        if lowered and literal not in lowered:
            continue
        match = compiled(pattern)(value)
        if match is not None:
            named = tuple((name, text) for name, text in match.groupdict().items() if text)
            out.append((rule, slot, named))
    return tuple(out)


def hits(values: Mapping[str, Sequence[str]]) -> list[Hit]:
    """Every rule that holds for a device.

    Args:
        values: attribute → its values, in an order that depends on the values only.
    """
    filled: dict[int, dict[int, tuple[str, str, tuple[tuple[str, str], ...]]]] = {}
    for attribute in sorted(_index().conditions.keys() & values.keys()):
        for value in values[attribute]:
            for rule, slot, named in _matches(attribute, value):
                filled.setdefault(rule, {}).setdefault(slot, (attribute, value, named))
    out = []
    for number in sorted(filled):
        slots = filled[number]
        if -1 in slots or len(slots) < _index().needed[number]:
            continue
        evidence = tuple((attribute, value) for _, (attribute, value, _) in sorted(slots.items()))
        groups = {name: text for _, _, named in slots.values() for name, text in named}
        out.append(Hit(rules()[number], evidence, groups))
    return out
