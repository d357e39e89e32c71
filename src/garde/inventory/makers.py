"""Makers: one company, its many spellings, and the numbers that registries gave it.

Question: are "SIEMENS", "Siemens Healthineers AG" and "1.3.12.2.1107.5" one maker, and are its devices medical?
Reference: domain note 01 §2.3 (IANA private enterprise numbers), §3.4 (DICOM UID roots), §9 (medical OUIs);
DICOM PS3.5 §9 (UID roots). Knowledge is in catalogue/makers.toml.

Example:
    >>> canonical("SIEMENS") == canonical("Siemens Healthineers AG")
    True
    >>> by_uid("1.3.46.670589.11.0.0.51").name, by_enterprise(22447).name, by_uid("9.9") is None
    ('Philips', 'B. Braun', True)
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

import msgspec

from garde.inventory.catalogue.load import rows

#: Words that say what kind of company it is, not which.
_FORM: Final = frozenset(
    (
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "gmbh",
        "ag",
        "sa",
        "sas",
        "sarl",
        "se",
        "nv",
        "bv",
        "ab",
        "as",
        "oy",
        "spa",
        "srl",
        "co",
        "corp",
        "corporation",
        "company",
        "kg",
        "kgaa",
        "llc",
        "lp",
        "plc",
        "kk",
        "pty",
        "pte",
        "intl",
        "international",
        "the",
        "group",
        "holding",
        "holdings",
    )
)


class Maker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of makers.toml.

    Attributes:
        name: as it is shown.
        aliases: other spellings, former names and bought companies whose devices still carry their own.
        medical: whether its devices are medical devices unless something says otherwise.
        parts: its network cards are in the devices of others.
        uids: roots of its DICOM UIDs.
        enterprises: its IANA private enterprise numbers.
        bacnet: its ASHRAE vendor identifiers.
        blocks: MAC prefixes of domain note 01 §9, for tables that lack the small blocks.
    """

    name: str
    aliases: tuple[str, ...] = ()
    medical: bool = False
    parts: bool = False
    uids: tuple[str, ...] = ()
    enterprises: tuple[int, ...] = ()
    bacnet: tuple[int, ...] = ()
    blocks: tuple[str, ...] = ()


@cache
def makers() -> dict[str, Maker]:
    """All makers by shown name."""
    return {row.name: row for row in rows("makers.toml", "maker", Maker)}


@lru_cache(maxsize=1 << 14)
def words(name: str) -> str:
    """A company name without case, punctuation and legal form.

    >>> words("Dräger-Medical AG & Co. KG"), words("B. Braun Melsungen AG")
    ('dräger medical', 'b braun melsungen')
    """
    parts = [part for part in re.split(r"[^0-9a-zà-ÿ]+", name.casefold()) if part]
    kept = [part for part in parts if part not in _FORM]
    return " ".join(kept or parts)


@cache
def _spellings() -> dict[str, Maker]:
    known = {words(spelling): maker for maker in makers().values() for spelling in (maker.name, *maker.aliases)}
    # "WELCHALLYN": application names are written without spaces.
    return {spelling.replace(" ", ""): maker for spelling, maker in known.items()} | known


@lru_cache(maxsize=1 << 14)
def maker(name: str) -> Maker | None:
    """The maker that a spelling names: the whole of it, or its longest beginning that is a known spelling."""
    parts = words(name).split(" ")
    known = _spellings()
    for length in range(min(len(parts), 6), 0, -1):
        found = known.get(" ".join(parts[:length]))
        if found is not None:
            return found
    return None


@lru_cache(maxsize=1 << 14)
def canonical(name: str) -> str:
    """The text by which two spellings of one maker compare equal."""
    found = maker(name)
    return words(found.name) if found else words(name)


@cache
def _roots() -> dict[str, Maker]:
    return {root: maker for maker in makers().values() for root in maker.uids}


def by_uid(uid: str) -> Maker | None:
    """The maker whose DICOM UID root is the longest beginning of this UID, in whole components."""
    roots, parts = _roots(), uid.split(".")[:16]
    for length in range(len(parts), 1, -1):
        found = roots.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None


@cache
def _enterprises() -> dict[int, Maker]:
    return {number: maker for maker in makers().values() for number in maker.enterprises}


def by_enterprise(number: int) -> Maker | None:
    """The maker with this IANA private enterprise number."""
    return _enterprises().get(number)


@cache
def _bacnet() -> dict[int, Maker]:
    return {number: maker for maker in makers().values() for number in maker.bacnet}


def by_bacnet(number: int) -> Maker | None:
    """The maker with this ASHRAE vendor identifier."""
    return _bacnet().get(number)


@cache
def blocks() -> dict[str, Maker]:
    """MAC prefix without separators, upper case, 6 to 9 hexadecimal digits → maker."""
    return {block: maker for maker in makers().values() for block in maker.blocks}
