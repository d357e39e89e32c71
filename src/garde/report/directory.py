"""Directory: whom to call, and what to do without the machine. The hospital writes it; Garde prints it.

Question: which number does this ward call at night, and how does it go on working without its monitors?
Reference: TOML 1.0; the Clausier Sécurité Santé asks suppliers and hospitals for a degraded mode and a contact (O-12.2,
8.2 and 8.3). Left out: anything about patients, and escalation, which belongs to notifications.

Example:
    >>> directory = parse('[[contact]]\\nname = "Astreinte biomédicale"\\nphone = "4 21 00"', "directory.toml")
    >>> directory.contacts[0].phone
    '4 21 00'
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec

from garde.errors import Malformed, Missing
from garde.model.rows import read


class Both(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    fr: str
    en: str


HEAD: Final = re.compile(r"\s*\[\[\s*fallback\s*\]\]")
#: One text for both languages, or one for each.
Text = str | Both


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to call.

    Attributes:
        name: who answers.
        phone: as it is dialled.
        hours: when; empty means always.
        wards: for which wards; empty means all.
    """

    name: Text
    phone: str
    hours: Text = ""
    wards: tuple[str, ...] = ()


class Fallback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do without a device.

    Attributes:
        title: what is missing.
        steps: in order, at least one.
        kinds: codes of the kinds of device it is about (docs/reference/kinds.md); empty means every kind.
        wards: where it holds; empty means everywhere.
    """

    title: Text
    steps: tuple[Text, ...]
    kinds: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()


class Directory(msgspec.Struct, frozen=True):
    """All that the hospital wrote down for the day on which its network is gone."""

    contacts: tuple[Contact, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()


def load(path: Path, kinds: Collection[str] = ()) -> Directory:
    """Read the hospital's file.

    Args:
        path: the file.
        kinds: codes that a fallback may name; empty means that they are not checked.

    Raises:
        Missing: the file is not there or not readable.
        Malformed: not TOML, an unknown field, a value of the wrong type or an unknown kind; with file and line.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Missing(
            "directory.unreadable", f"{path} cannot be read: {error}", hint="Check [site] directory in the settings"
        ) from None
    return parse(text, path.name, kinds)


def parse(text: str, file: str, kinds: Collection[str] = ()) -> Directory:
    """A directory from TOML text; ``file`` is what errors name."""
    found = read(text, file, {"contact": Contact, "fallback": Fallback}, "directory")
    heads = [number for number, line in enumerate(text.splitlines(), 1) if HEAD.match(line)]
    for place, row in enumerate(found["fallback"]):
        where = f"{file}, line {heads[place]}" if place < len(heads) else file
        if not row.steps:
            raise Malformed("directory.steps", "A fallback without steps helps nobody", where=where)
        if wrong := [kind for kind in row.kinds if kinds and kind not in kinds]:
            raise Malformed(
                "directory.kind", f"{wrong[0]!r} is no kind of device", where=where, hint="docs/reference/kinds.md"
            )
    return Directory(found["contact"], found["fallback"])


def said(text: Text, language: str) -> str:
    """The text in one language."""
    if isinstance(text, Both):
        return text.fr if language == "fr" else text.en
    return text


def applies(wards: Collection[str], ward: str) -> bool:
    """Whether what is written for these wards holds in that one; wards are told apart without regard to case."""
    return not wards or ward.casefold() in {name.casefold() for name in wards}
