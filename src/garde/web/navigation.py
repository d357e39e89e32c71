"""Navigation: the entries of every page, in the order in which a person's roles need them.

Question: where can I go from here, and where do I arrive after signing in?
Reference: reference of the pages §6 (at most eight entries; the role decides the order and the landing page, never what
exists).

Example:
    >>> [entry.name for entry in ordered(())][:2]
    ['situation', 'alerts']
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from garde.people.roles import roles


class Entry(msgspec.Struct, frozen=True):
    """One entry: its address, its name in English as the catalogue of sentences has it, and the key that goes there.

    ``below`` are beginnings of addresses that belong to it.
    """

    name: str
    href: str
    label: str
    key: str
    below: tuple[str, ...] = ()


ENTRIES: Final = (
    Entry("situation", "/", "Situation", "g s", ("/shift",)),
    Entry("alerts", "/alerts", "Alerts", "g a", ("/findings", "/oncall")),
    Entry("devices", "/devices", "Devices", "g d", ("/import",)),
    Entry("zones", "/zones", "Zones & flows", "g z", ("/onboarding", "/actions")),
    Entry("risk", "/risk", "Risks", "g m"),
    Entry("ward", "/ward", "Wards", "g w"),
    Entry("reports", "/reports", "Reports", "g r"),
    Entry(
        "administration", "/people", "Administration", "g p", ("/audit", "/sensors", "/kiosks", "/setup", "/evidence")
    ),
)


def ordered(held: Iterable[str]) -> tuple[Entry, ...]:
    """The entries, those that the first role names before the others."""
    first = next((roles()[role].first for role in held if role in roles()), ())
    places = {name: place for place, name in enumerate(first)}
    return tuple(sorted(ENTRIES, key=lambda entry: places.get(entry.name, len(places))))


def current(path: str) -> str:
    """The entry that an address belongs to, or empty."""
    if path == "/":
        return "situation"
    for entry in ENTRIES[1:]:
        if any(path == base or path.startswith((f"{base}/", f"{base}.")) for base in (entry.href, *entry.below)):
            return entry.name
    return "situation" if path.startswith("/shift") else ""


def landing(held: Iterable[str]) -> str:
    """Where a person with these roles arrives."""
    return next((roles()[role].landing for role in held if role in roles()), "/")
