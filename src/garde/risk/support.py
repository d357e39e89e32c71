"""Support: whether the operating system of a device still gets security updates.

Question: out of support, under an extension, supported, or not known, by which day of whose table?
Reference: domain note 03 §6 (S_os: what ends within twelve months counts as extended); RFC 8520 §3.6 (``is-supported``
of a MUD file is the maker's own word, and goes before the table where it says no). Dates are data: ``support.toml``.
Left out: support of the device itself, whose end its maker says in a form.

Example:
    >>> ended("Windows XP", "", ())[0].end.isoformat()
    '2014-04-08'
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Final, Literal, TypeAlias

import msgspec

from garde.model.device import Claim, Device
from garde.model.rows import read
from garde.risk.vulnerability.alias import folded

State: TypeAlias = Literal["supported", "extended", "unknown", "out"]
#: What ends within so many days is as good as ended: a replacement takes a year.
NEAR: Final = 365
_BANNER: Final = "ssh.software"
_EPOCH: Final = dt.date(1970, 1, 1)
_DAY: Final = 86_400 * 1_000_000_000


class System(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A system and its days.

    Attributes:
        names, banners: how it is recognised.
        end: last day of updates for all.
        extended: last day of updates for some; None for none.
        source: who says so.
        sure: False where that was not checked.
    """

    names: tuple[str, ...]
    banners: tuple[str, ...] = ()
    end: dt.date
    extended: dt.date | None = None
    source: str
    sure: bool = True


def support(device: Device, at: int, supported: bool | None = None) -> tuple[State, tuple[str, ...]]:
    """The state on a day, and the ids that it rests on.

    Args:
        device: with its claims.
        at: nanoseconds since 1970.
        supported: what the device's MUD file says; None without one.
    """
    name, build = device.claims.get("os"), device.claims.get("os_build")
    shown = (*device.many.get(_BANNER, ()), *([device.claims[_BANNER]] if _BANNER in device.claims else ()))
    found = ended(name.value if name else "", build.value if build else "", [claim.value for claim in shown])
    if supported is False:
        return "out", ()
    if found is None:
        return "unknown", ()
    system, banner = found
    claims = [claim for claim in shown if claim.value == banner] if banner else [one for one in (name, build) if one]
    return state(system, _EPOCH + dt.timedelta(days=at // _DAY)), _rests(claims)


def state(system: System, day: dt.date) -> State:
    """Of a system on a day: the last day of support is one of support."""
    if day > max(system.end, system.extended or system.end):
        return "out"
    return "supported" if system.end - day > dt.timedelta(days=NEAR) else "extended"


def ended(name: str, build: str, banners: Iterable[str]) -> tuple[System, str] | None:
    """The row of a system, and the banner that told it, empty when its name did; None when the table knows it not.

    A banner goes first: it names a release, where the name of a system often does not.
    """
    for banner in banners:
        for row in systems():
            if any(fnmatchcase(banner, pattern) for pattern in row.banners):
                return row, banner
    best: System | None = None
    longest = 0
    for text in (name, f"{name} {build}"):
        words = f"{folded(text)} "
        for size, known, row in _named():
            if size > longest and words.startswith(known):
                best, longest = row, size
    return (best, "") if best else None


@cache
def systems() -> tuple[System, ...]:
    """The table that comes with Garde."""
    text = (resources.files("garde.risk") / "support.toml").read_text("utf-8")
    found: tuple[System, ...] = read(text, "support.toml", {"system": System}, "support")["system"]
    return found


@cache
def _named() -> tuple[tuple[int, str, System], ...]:
    rows = [(f"{folded(name)} ", row) for row in systems() for name in row.names]
    return tuple((len(words), words, row) for words, row in rows)


def _rests(claims: Iterable[Claim]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.observation for claim in claims for line in claim.sources if line.observation))
