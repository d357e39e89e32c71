"""Lettering: the numbers and words of a chart, made to fit.

Question: how is this number said in little room, and how much of a stranger's words fits beside it?
Reference: reference of the pages §5 (numbers as a language writes them) and 6.2 (unknown is a value); Unicode Standard
Annex 11 (width of East Asian letters). Left out: true metrics of a font, which differ between a page and paper: a
letter is taken to be ``LETTER`` wide.

Example:
    >>> brief(1234567, Language("en")), clip("Réanimation A", 8)
    ('1.2M', 'Réanima…')
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from typing import Final

from babel.numbers import format_compact_decimal

from garde.errors import Malformed
from garde.model.visible import visible
from garde.web.language import Language

#: A number, or None for what was not measured: unknown is a value.
Number = int | float | None
#: The largest number, that of the store's integers.
LARGEST: Final = 2**63
#: How wide a letter of 12 units is taken to be, and a strong one.
LETTER: Final = 7.4
STRONG: Final = 8.4


def amount(value: Number, where: str = "") -> Number:
    """The number, if it can be drawn as a length; None is what was not measured.

    Args:
        value: the number.
        where: whose it is, for the error.

    Raises:
        Malformed: ``chart.number`` when it is not finite or beyond ``LARGEST``, ``chart.negative`` below zero.
    """
    if value is None:
        return None
    if not (math.isfinite(value) if isinstance(value, float) else True) or value > LARGEST:
        raise Malformed("chart.number", "A chart can only draw numbers that end", where=where)
    if value < 0:
        raise Malformed("chart.negative", "A chart counts: no number is below zero", where=where)
    return value


def brief(value: Number, t: Language) -> str:
    """A number short enough to stand in a picture; the table has all its digits.

    >>> brief(123456, Language("en")), brief(0.125, Language("fr")), brief(None, Language("en"))
    ('123.5K', '0,12', 'unknown')
    """
    if value is None:
        return t("unknown")
    if value < 100_000:
        return exact(value, t)
    return str(format_compact_decimal(value, locale=t.code, fraction_digits=int(value < 10**14)))


def exact(value: Number, t: Language) -> str:
    """A number as the table shows it: whole, or with two digits behind the mark, more where it is small."""
    if value is None:
        return t("unknown")
    return t.number(value if isinstance(value, int) or 0 < value < 0.01 else round(value, 2))


def total(values: Iterable[Number]) -> int | float:
    """The sum of what was measured."""
    return sum(value for value in values if value is not None)


def letters(words: str) -> int:
    """How many letters wide a text is; those of East Asian scripts count double."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in words)


def clip(words: str, most: int) -> str:
    """The words with nothing hidden in them, at most so many letters wide.

    >>> clip("Réanimation A", 8), clip("ct\\u202eexe", 20)
    ('Réanima…', 'ct⟨U+202E⟩exe')
    """
    shown = visible(words)
    if letters(shown) <= most:
        return shown
    kept, wide = "", 1
    for char in shown:
        wide += letters(char)
        if wide > most:
            break
        kept += char
    return f"{kept}…"


def column(labels: Iterable[str], most: int) -> float:
    """How much room a column of labels takes, at most so many letters each."""
    return min(most, max((letters(visible(label)) for label in labels), default=0)) * LETTER + 8
