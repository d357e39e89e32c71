"""Paper: facts as a tagged PDF.

Question: how do these facts become a document that a person, a printer and a screen reader can all read?
Reference: ISO 14289-1 (PDF/UA-1): title, language, tagged headings, lists and tables with heads; ISO 32000-1 §14.8.
Typst sets the page. Data goes in as JSON and never as markup, fonts are the ones Typst carries, nothing is fetched, and
the date of the file is that of the facts: the same facts give the same bytes. Left out: scripts that these fonts do not
draw (Chinese and Japanese among them), whose characters are named by their number; a scope on the heads of rows, which
Typst keeps for its experimental features.

Example::

    Path("register.pdf").write_bytes(pdf(facts))
"""

from __future__ import annotations

import bisect
import json
import unicodedata
from typing import Any, Final

from garde.model.visible import hidden, named
from garde.report.facts import Column, Facts, Table, canonical, sha256
from garde.report.press import press
from garde.report.words import Words

#: How long a document may take: twenty thousand rows take about one minute.
SECONDS: Final = 900.0
#: First and last of the characters that the embedded fonts draw: Latin, Greek, Cyrillic, Hebrew and Arabic letters,
#: punctuation, currency, letter-like signs, arrows, mathematics, technical signs, box drawing and shapes.
_DRAWN: Final = (
    *((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x2FF), (0x370, 0x377), (0x37A, 0x37F), (0x384, 0x38A), (0x38C, 0x38C)),
    *((0x38E, 0x3A1), (0x3A3, 0x482), (0x48A, 0x4FF), (0x531, 0x556), (0x559, 0x58A), (0x5D0, 0x5EA), (0x621, 0x63A)),
    *((0x641, 0x64A), (0x660, 0x669), (0x10D0, 0x10FF), (0x1E00, 0x1EFF), (0x1F00, 0x1F15), (0x2000, 0x200A)),
    *((0x2010, 0x2027), (0x202F, 0x205F), (0x2070, 0x2071), (0x2074, 0x208E), (0x2090, 0x209C), (0x20A0, 0x20C0)),
    *((0x2100, 0x2151), (0x2153, 0x2184), (0x2190, 0x23FF), (0x2422, 0x2423), (0x2460, 0x262F), (0x2701, 0x2704)),
    *((0x2719, 0x2727), (0x2761, 0x277F), (0x27C0, 0x27FF), (0x2900, 0x2AFF)),
)
_FIRSTS: Final = tuple(first for first, _ in _DRAWN)
#: Where a long word may break, and after how many characters it must: a table cell has no room for more.
_SEAMS: Final = frozenset(".-_:/\\@,;|=&?")
#: A sentence has the whole width, an address the width of a MAC address.
_LONG: Final = {"text": 14, "code": 18, "number": 18, "bar": 18, "label": 40, "sentence": 40}
_BREAK: Final = "\u200b"
#: Longest text of one cell that is printed, in characters: beyond it nothing but an attack is lost.
_LONGEST: Final = 400


def pdf(facts: Facts) -> bytes:
    """The document.

    Raises:
        Malformed: a text cannot be written, or Typst refuses the document.
        Unreachable: the document was not set in time.
    """
    digest = sha256(canonical(facts))
    data = json.dumps(shown(facts, digest), ensure_ascii=True, separators=(",", ":"))
    return press(f"{facts.report}.typ", data, at=max(0, facts.at) // 1_000_000_000, seconds=SECONDS)


def shown(facts: Facts, digest: str) -> dict[str, Any]:
    """What the template receives: every text made visible, every number written in the reader's language."""
    words = Words(facts.language)
    if facts.since == facts.until:
        period = words("frame.state", at=words.moment(facts.at))
    else:
        period = words("frame.period", since=words.day(facts.since), until=words.day(facts.until - 1))
    return {
        "lang": facts.language,
        "title": printed(facts.title, "sentence"),
        "site": printed(facts.site, "sentence"),
        "scope": printed(words("frame.ward", ward=facts.ward) if facts.ward else words("frame.site"), "sentence"),
        "period": period,
        "made": words("frame.made", at=words.moment(facts.at)),
        "sentences": [printed(sentence, "sentence") for sentence in facts.sentences],
        "figures": [
            [printed(words(figure.name), "sentence"), words.number(figure.value), printed(figure.query, "sentence")]
            for figure in facts.figures
        ],
        "tables": [_table(table, words) for table in facts.tables],
        "procedures": [
            {
                "mark": printed(procedure.mark),
                "title": printed(procedure.title, "sentence"),
                "scope": printed(procedure.scope, "sentence"),
                "steps": [printed(step, "sentence") for step in procedure.steps],
            }
            for procedure in facts.procedures
        ],
        "digest": digest,
        "w": {name: words(name) for name in WORDS} | {"page": words("frame.page", page="{page}", pages="{pages}")},
    }


#: Words that the templates themselves say.
WORDS: Final = (
    *("unknown", "frame.none", "frame.about", "frame.about.note", "frame.figure", "frame.value"),
    *("frame.query", "frame.digest", "frame.digest.note", "kit.procedures", "kit.by-hand"),
)


def printed(text: str, place: str = "text") -> str:
    """Text as the paper can show it: composed, what has no picture named by its number, long words given seams."""
    composed = unicodedata.normalize("NFC", text)
    if len(composed) > _LONGEST:
        composed = f"{composed[: _LONGEST - 1]}…"
    if not (composed.isascii() and composed.isprintable()):
        composed = "".join(char if drawn(char) else named(char) for char in composed)
    return broken(composed, _LONG[place])


def drawn(char: str) -> bool:
    """Whether the embedded fonts draw the character, and nothing but it."""
    place = bisect.bisect_right(_FIRSTS, ord(char)) - 1
    return place >= 0 and ord(char) <= _DRAWN[place][1] and not hidden(char) and not unicodedata.combining(char)


def broken(text: str, long: int) -> str:
    """Text whose words of more characters than that may break at a seam, or anywhere when they have none."""
    if len(text) <= long:
        return text
    return " ".join(_seamed(word, long) if len(word) > long else word for word in text.split(" "))


def _seamed(word: str, long: int) -> str:
    out: list[str] = []
    run = 0
    for char in word:
        out.append(char)
        run += 1
        if run >= long or (char in _SEAMS and run > 3):
            out.append(_BREAK)
            run = 0
    return "".join(out)


def _table(table: Table, words: Words) -> dict[str, Any]:
    tops = [
        max((cell for row in table.rows if isinstance(cell := row[place], int)), default=0)
        for place in range(len(table.columns))
    ]
    return {
        "name": table.name,
        "title": printed(table.title, "sentence"),
        "columns": [{"title": printed(column.title), "form": column.form} for column in table.columns],
        "rows": [
            [_cell(cell, column, top, words) for cell, column, top in zip(row, table.columns, tops, strict=True)]
            for row in table.rows
        ],
        "note": printed(table.note, "sentence"),
    }


def _cell(cell: str | int, column: Column, top: int, words: Words) -> Any:
    """A cell: a text, or of a bar its number and its part of the longest, 0 to 1."""
    text = words.number(cell) if isinstance(cell, int) else printed(cell, column.form)
    if column.form != "bar":
        return text
    return [text, cell / top if isinstance(cell, int) and top > 0 and cell > 0 else 0]
