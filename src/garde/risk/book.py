"""Book: what work does and what it costs, as data that a site replaces row by row.

Question: which work may a roadmap propose here, at what price, and with which effect on a score?
Reference: domain note 03 §7; works.toml, whose figures are Garde's own first estimates. A site's file may replace a row
of ``[[effect]]`` or ``[[price]]`` by naming its measure again, and adds ``[[package]]``. Left out: who approves prices.

Example:
    >>> book = packaged()
    >>> book.prices["replacement"].unit, book.effects["jump host"].network, book.entries
    ('model', 'flat', ())
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from garde.errors import Malformed, Missing
from garde.model.rows import read
from garde.registry import Registry
from garde.risk.measures import measures
from garde.risk.vulnerability.score import NETWORK, SEEN, SUPPORT

#: What must stand still while work is done.
WINDOWS: Final = ("none", "quiet hour", "half a day", "day")


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of ``[[effect]]``.

    Attributes:
        measure: a row of measures.toml.
        network: where the device stands afterwards; empty leaves it.
        needs: networks that the work starts from, without which it changes nothing; empty means any.
        supports: the same of the support of its system.
        reachable: False where it is out of reach afterwards.
        support: of its system afterwards; empty leaves it.
        removes: what is seen no more.
        weaknesses: which of them are gone: ``fixed`` (a version without them is published), ``all`` or ``none``.
        chance: what is left of the chance of each that stays.
    """

    measure: str
    network: str = ""
    needs: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    reachable: bool = True
    support: str = ""
    removes: tuple[str, ...] = ()
    weaknesses: Literal["fixed", "all", "none"] = "none"
    chance: float = 1.0

    @property
    def name(self) -> str:
        """The measure: one effect each."""
        return self.measure


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of ``[[price]]``: a measure that is proposed by itself wherever it helps.

    Attributes:
        measure: a row of measures.toml.
        unit: one package per ``ward``, per ``model``, or ``never``: a site switches a proposal off.
        cost, hours: euros and hours of the hospital's own people, once per package.
        cost_each, hours_each: for each device that it touches.
        window: one of ``WINDOWS``.
    """

    measure: str
    unit: Literal["ward", "model", "never"]
    cost: int = 0
    hours: int = 0
    cost_each: float = 0.0
    hours_each: float = 0.0
    window: str = "none"

    @property
    def name(self) -> str:
        """The measure: one price each."""
        return self.measure

    def of(self, devices: int) -> tuple[int, int]:
        """Whole euros and whole hours for so many devices."""
        return self.cost + math.ceil(self.cost_each * devices), self.hours + math.ceil(self.hours_each * devices)


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of ``[[package]]``: work that a site proposes itself.

    Attributes:
        name: short and unique.
        measure: a row of measures.toml with an effect.
        cost, hours: whole euros, and whole hours of the hospital's own people.
        owner: who does it; empty takes the measure's.
        requires, excludes: names of other packages.
        earliest: first quarter in which it may be done, from 1.
        window: one of ``WINDOWS``.
        devices, models, wards, kinds, sites: what it touches; a device must fit each list that is not empty.
    """

    name: str
    measure: str
    cost: int
    hours: int
    owner: str = ""
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    earliest: int = 1
    window: str = "none"
    devices: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """Effects and prices by their measure, and the site's own packages."""

    effects: Registry[Effect]
    prices: Registry[Price]
    entries: tuple[Entry, ...] = ()


@cache
def packaged() -> Book:
    """The book that comes with Garde."""
    return parse((resources.files("garde.risk") / "works.toml").read_text("utf-8"), "works.toml")


def load(path: str) -> Book:
    """A site's own book over Garde's; the empty path is Garde's alone.

    Raises:
        Missing: the file cannot be read.
        Malformed: it is no book; with file and line.
    """
    if not path:
        return packaged()
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise Missing("works.unreadable", f"{path} cannot be read: {error}", hint="Check [risk] works") from None
    return parse(text, Path(path).name, packaged())


def parse(text: str, file: str, below: Book | None = None) -> Book:
    """The book of a text, over another one.

    Raises:
        Malformed: with file, line and, where one is near, the word that was probably meant.
    """
    rows = read(text, file, {"effect": Effect, "price": Price, "package": Entry}, "works")
    effects = _over(below.effects if below else (), _effects(rows["effect"], file))
    prices = _over(below.prices if below else (), rows["price"])
    for price in rows["price"]:
        _word(price.measure, effects.names, "measure with an effect", file)
        _word(price.window, WINDOWS, "window", file)
        if min(price.cost, price.hours, price.cost_each, price.hours_each) < 0:
            raise Malformed("works.price", "Cost and hours are not negative", where=f"{file}, {price.measure}")
    for entry in rows["package"]:
        _word(entry.measure, effects.names, "measure with an effect", f"{file}, {entry.name}")
        _word(entry.window, WINDOWS, "window", f"{file}, {entry.name}")
    return Book(effects=effects, prices=prices, entries=rows["package"])


def _effects(rows: Iterable[Effect], file: str) -> tuple[Effect, ...]:
    found = tuple(rows)
    for row in found:
        _word(row.measure, measures().names, "measure", file)
        for word in (row.network, *row.needs):
            _word(word or "none", NETWORK, "network", file)
        for word in (row.support, *row.supports):
            _word(word or "out", SUPPORT, "support", file)
        for word in row.removes:
            _word(word, SEEN, "weakness of configuration", file)
        if not 0 <= row.chance <= 1:
            raise Malformed("works.chance", f"{row.chance} is not from 0 to 1", where=f"{file}, {row.measure}")
    return found


def _over(below: Iterable[Effect | Price], rows: Sequence[Effect | Price]) -> Registry[Any]:
    return Registry(*{row.measure: row for row in (*below, *rows)}.values())


def _word(word: str, known: Iterable[str], what: str, where: str) -> None:
    if word not in (words := tuple(known)):
        raise Malformed("works.word", f"{word!r} is no {what}", where=where, hint=f"Known: {', '.join(words)}")
