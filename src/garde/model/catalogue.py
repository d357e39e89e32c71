"""The two catalogues that every observation is held against: attributes and sources.

Question: may this attribute be said at all, what type is it, and how far is this source trusted for it?
Reference: DESIGN §2 rules 5 and 8; attributes.toml and sources.toml beside this file.

Example:
    >>> attribute("serial").en, trust("dicom.dataset", "serial")
    ('serial number', 0.95)
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TypeVar

import msgspec

from garde.errors import Malformed, Missing

Shape = TypeVar("Shape")


class Attribute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of attributes.toml: names in two languages, type, half-life in days, and whether it is a key."""

    name: str
    type: str
    fr: str
    en: str
    life: int
    key: str = ""
    many: bool = False


class SourceKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of sources.toml: family of dependent sources, whether it can be forged, trust per attribute."""

    name: str
    family: str
    trust: dict[str, float]
    spoofable: bool = True


@cache
def attributes() -> dict[str, Attribute]:
    """All attributes by name, in the order of the file."""
    return _load("attributes.toml", Attribute)


@cache
def sources() -> dict[str, SourceKind]:
    """All sources by name, in the order of the file."""
    return _load("sources.toml", SourceKind)


def attribute(name: str) -> Attribute:
    """One attribute.

    Raises:
        Missing: there is no such attribute.
    """
    try:
        return attributes()[name]
    except KeyError:
        raise Missing("model.unknown-attribute", f"{name!r} is not in attributes.toml") from None


@cache
def trust(source: str, name: str) -> float:
    """How far a source is trusted for an attribute, 0..1.

    Raises:
        Missing: there is no such source.
    """
    try:
        row = sources()[source]
    except KeyError:
        raise Missing("model.unknown-source", f"{source!r} is not in sources.toml") from None
    return row.trust.get(name, row.trust.get("*", 0.5))


def _load(file: str, shape: type[Shape]) -> dict[str, Shape]:
    text = resources.files("garde.model").joinpath(file).read_text("utf-8")
    rows: dict[str, Shape] = {}
    for name, row in tomllib.loads(text).items():
        try:
            rows[name] = msgspec.convert({"name": name, **row}, shape)
        except msgspec.ValidationError as error:
            raise Malformed("model.catalogue", str(error), where=f"{file}, [{name}]") from None
    return rows
