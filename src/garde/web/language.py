"""Languages: which one a person reads, and the sentences in it.

Question: in which language is this page, and what is this sentence in it?
Reference: RFC 9110 §12.5.4 (Accept-Language); GNU gettext's PO files, read at start: there is nothing to compile.
English stands in the code; ``locale/fr.po`` holds the French. Left out: plurals beyond one and many, right-to-left
pages.

Example:
    >>> Language("fr")("Devices")
    'Dispositifs'
    >>> choose("", "de;q=0.9, fr;q=0.8, en;q=0.7").code
    'fr'
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Final

from babel.dates import format_datetime, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from garde.errors import GardeError
from garde.model.typography import spaced

CODES: Final = ("en", "fr")
DAY: Final = 86_400 * 1_000_000_000


class Language:
    """One language; call it with an English sentence."""

    def __init__(self, code: str) -> None:
        self.code = code if code in CODES else CODES[0]
        self._words = sentences(self.code)

    def __call__(self, text: str, **values: object) -> str:
        """The sentence in this language, with ``{name}`` replaced; an unknown sentence stays English."""
        said = self._words.get(text, text)
        if values:
            said = said.format(**{name: self.number(v) if isinstance(v, int) else v for name, v in values.items()})
        return spaced(said) if self.code == "fr" else said

    def number(self, value: int | float) -> str:
        """A number with this language's marks."""
        return str(format_decimal(value, locale=self.code))

    def moment(self, at: int, seconds: bool = True) -> str:
        """Nanoseconds since 1970 as this language writes a date and a time (UTC)."""
        try:
            when = dt.datetime.fromtimestamp(at / 1_000_000_000, dt.UTC)
        except (OverflowError, ValueError, OSError):
            return str(at)
        day = "dd/MM/yyyy" if self.code == "fr" else "d MMM yyyy"
        return str(format_datetime(when, f"{day} HH:mm:ss" if seconds else f"{day} HH:mm", locale=self.code))

    def day(self, at: int) -> str:
        """The last day of a term that ends at that moment, as this language writes a date (UTC)."""
        when = dt.datetime.fromtimestamp(max(at - 1, 0) / 1_000_000_000, dt.UTC)
        return str(format_datetime(when, "dd/MM/yyyy" if self.code == "fr" else "d MMM yyyy", locale=self.code))

    def ago(self, at: int, now: int) -> str:
        """How long ago something was, up to a day; before that, and in the future, its date.

        >>> Language("en").ago(0, 120 * 10**9), Language("en").ago(0, 10**15)
        ('2 minutes ago', '1 Jan 1970 00:00')
        """
        passed = now - at
        if not 0 <= passed < DAY:
            return self.moment(at, seconds=False)
        span = dt.timedelta(seconds=passed // 1_000_000_000)
        return str(format_timedelta(-span, threshold=1, add_direction=True, locale=self.code))

    def error(self, error: GardeError) -> str:
        """What went wrong, by its code where this language has a sentence for it, else in the code's own English.

        >>> from garde.errors import Missing
        >>> Language("fr").error(Missing("device.unknown", "No device answers to 'x'"))
        'Aucun dispositif ne répond à cette adresse'
        """
        said = self._words.get(f"error.{error.code}", "")
        return spaced(said) if said else self(error.what)


@cache
def sentences(code: str) -> dict[str, str]:
    """English sentence → sentence in that language; of English only the words that the code names by a slug."""
    data = (resources.files("garde.web") / "locale" / f"{code}.po").read_bytes()
    catalogue = read_po(BytesIO(data), locale=code)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}


def choose(cookie: str, accept: str) -> Language:
    """The language of a person: the one chosen before, else the best of the browser's, else English."""
    if cookie in CODES:
        return Language(cookie)
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")[:20]):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        wanted.append((-weight, place, name[:2].lower()))
    for _, _, code in sorted(wanted):
        if code in CODES:
            return Language(code)
    return Language(CODES[0])
