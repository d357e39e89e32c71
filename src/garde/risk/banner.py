"""Banner: which component of a device runs in which version, as it says itself when it greets.

Question: the bill of materials lists OpenSSL 3.0: which version does the device announce, and in which packet?
Reference: RFC 9110 §10.2.4 (Server), RFC 4253 §4.2 (SSH), RFC 959 §5.4 (FTP). Of one component the version seen last
counts, because one that was updated shows the old one no more. Patterns are data: ``banners.toml``. Left out: versions
that are guessed from behaviour.

Example:
    >>> [(one.name, one.version) for one in named("http.server", "Apache/2.4.6 (CentOS) OpenSSL/1.0.2k-fips")]
    [('Apache', '2.4.6'), ('OpenSSL', '1.0.2k-fips')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

from garde.errors import Malformed
from garde.model.device import Claim, Device
from garde.model.rows import read
from garde.risk.vulnerability.alias import folded
from garde.risk.vulnerability.contradiction import Running


class Banner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An attribute, and the pattern that finds components in its values."""

    attribute: str
    pattern: str


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A component's name in banners, and what bills call it."""

    banner: str
    names: tuple[str, ...]


class Word(NamedTuple):
    """A component as a banner names it."""

    name: str
    version: str


class Ran(NamedTuple):
    """A component that was seen running, under every name that bills give it, and when that was seen last."""

    names: tuple[Running, ...]
    at: int


def running(device: Device) -> tuple[Ran, ...]:
    """Every component that the device names, each in the version seen last."""
    latest: dict[str, tuple[int, Word, Claim]] = {}
    for attribute in attributes():
        claims = device.many.get(attribute) or ((device.claims[attribute],) if attribute in device.claims else ())
        for claim in claims:
            at = max((line.at for line in claim.sources), default=0)
            for word in named(attribute, claim.value):
                name = folded(word.name)
                if name not in latest or (at, word) > latest[name][:2]:
                    latest[name] = (at, word, claim)
    return tuple(_ran(*found) for _, found in sorted(latest.items(), key=lambda pair: pair[0]))


def named(attribute: str, value: str) -> Iterator[Word]:
    """The components that a value names."""
    for pattern in _rows()[0].get(attribute, ()):
        for match in pattern.finditer(value):
            yield Word(match["name"], match["version"])


@cache
def attributes() -> tuple[str, ...]:
    """Attributes that may name components."""
    return tuple(_rows()[0])


@cache
def _rows() -> tuple[dict[str, tuple[re.Pattern[str], ...]], dict[str, tuple[str, ...]]]:
    text = (resources.files("garde.risk") / "banners.toml").read_text("utf-8")
    found = read(text, "banners.toml", {"banner": Banner, "component": Names}, "banners")
    patterns: dict[str, tuple[re.Pattern[str], ...]] = {}
    for row in found["banner"]:
        try:
            pattern = re.compile(row.pattern)
        except re.error as error:
            raise Malformed("banners.pattern", str(error), where=f"banners.toml, {row.attribute}") from None
        patterns[row.attribute] = (*patterns.get(row.attribute, ()), pattern)
    return patterns, {folded(row.banner): row.names for row in found["component"]}


def _ran(at: int, word: Word, claim: Claim) -> Ran:
    lines = sorted(claim.sources, key=lambda line: line.at)
    because = tuple(dict.fromkeys(line.observation for line in lines if line.observation))
    names = (word.name, *_rows()[1].get(folded(word.name), ()))
    return Ran(tuple(Running(name, word.version, because) for name in names), at)
