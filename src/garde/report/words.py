"""Words: what reports say, in the language of who reads them.

Question: what is this sentence, number or date in French and in English?
Reference: CLDR through Babel (numbers, plural categories, dates); words.toml and heads.toml hold both languages side
by side. Left out: time zones other than UTC, which every report states.

Example:
    >>> Words("fr")("devices.many", n=1234)
    '1\\u202f234 dispositifs'
    >>> Words("en")("devices.many", n=1)
    '1 device'
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from typing import Final

import msgspec
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from garde.errors import Missing
from garde.model.rows import read
from garde.model.typography import spaced

LANGUAGES: Final = ("fr", "en")
FILES: Final = ("words.toml", "heads.toml")


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of words.toml or heads.toml: a sentence in both languages, with the form for one where it differs."""

    name: str
    fr: str
    en: str
    fr_one: str = ""
    en_one: str = ""


class Words:
    """One language.

    Raises:
        Missing: no such language.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise Missing("paper.language", f"There is no report in {language!r}", hint=f"{' or '.join(LANGUAGES)}")
        self.code = language
        self._plural = Locale(language).plural_form

    def __call__(self, name: str, /, n: int | None = None, **values: object) -> str:
        """The sentence of that name; ``n`` chooses between one and many and is written as a number."""
        row = catalogue()[name]
        many, one = (row.fr, row.fr_one) if self.code == "fr" else (row.en, row.en_one)
        text = one if one and n is not None and self._plural(n) == "one" else many
        text = self.set(text)
        if n is not None:
            values["n"] = n
        shown = {key: self.number(value) if isinstance(value, int) else value for key, value in values.items()}
        return text.format(**shown) if shown else text

    def set(self, text: str) -> str:
        """A sentence as print sets it: the apostrophe of typographers (U+2019), and French spaces."""
        text = text.replace("'", "\u2019")
        return spaced(text) if self.code == "fr" else text

    def label(self, area: str, value: str) -> str:
        """What a value of a closed list is called; a value that is not in the list speaks for itself."""
        name = f"{area}.{value}"
        return self(name) if name in catalogue() else value

    def number(self, value: int) -> str:
        """A whole number: French groups by a narrow no-break space."""
        return str(format_decimal(value, locale=self.code))

    def percent(self, value: int) -> str:
        """A share in percent."""
        return str(format_percent(value / 100, locale=self.code))

    def day(self, at: int) -> str:
        """The date of nanoseconds since 1970, in words."""
        when = _utc(at)
        if when is None:
            return ""
        text = str(format_date(when, "d MMMM y", locale=self.code))
        return f"1er{text[1:]}" if self.code == "fr" and when.day == 1 else text

    def date(self, at: int) -> str:
        """The date of nanoseconds since 1970, for a column."""
        when = _utc(at)
        return str(format_date(when, "dd/MM/y" if self.code == "fr" else "d MMM y", locale=self.code)) if when else ""

    def moment(self, at: int) -> str:
        """Date and time of nanoseconds since 1970, in words."""
        when = _utc(at)
        clock = "HH 'h' mm" if self.code == "fr" else "HH:mm"
        said = str(format_datetime(when, clock, locale=self.code)).replace(" ", "\u00a0") if when else ""
        return f"{self.day(at)}, {said} UTC" if when else ""

    def month(self, at: int) -> str:
        """Month and year of nanoseconds since 1970."""
        when = _utc(at)
        return str(format_date(when, "MMMM y", locale=self.code)) if when else ""

    def several(self, parts: list[str]) -> str:
        """An enumeration: commas, and the language's *and* before the last."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self('and')} {parts[-1]}"


@cache
def catalogue() -> dict[str, Word]:
    """Every word by name."""
    folder = resources.files("garde.report")
    found = [read((folder / file).read_text("utf-8"), file, {"word": Word})["word"] for file in FILES]
    return {row.name: row for rows in found for row in rows}


def _utc(at: int) -> dt.datetime | None:
    """The moment, or None where no calendar has it: a stranger's clock may say anything."""
    try:
        return dt.datetime.fromtimestamp(at / 1_000_000_000, dt.UTC) if at > 0 else None
    except (OverflowError, ValueError, OSError):
        return None
