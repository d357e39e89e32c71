"""Visible: which characters of a stranger's text act instead of being seen, and what stands in their place.

Question: how is text that came from the network put before a person without being able to steer the page or the paper?
Reference: Unicode Standard Annex 9 (direction), TR 36 (security), chapter 4.5 (general categories). Left out: markup,
which each medium escapes by its own rules.

Example:
    >>> visible("ct01\\u202egpj.exe")
    'ct01⟨U+202E⟩gpj.exe'
"""

from __future__ import annotations

import unicodedata
from typing import Final

#: Format, control, private, surrogate, unassigned, line and paragraph separators.
HIDDEN: Final = frozenset(("Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp"))
_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}


def visible(text: str) -> str:
    """The text with every character that has no picture of its own named."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_PICTURES.get(ord(char)) or (named(char) if hidden(char) else char) for char in text)


def hidden(char: str) -> bool:
    """Whether a character acts on the text around it instead of being seen."""
    return unicodedata.category(char) in HIDDEN


def named(char: str) -> str:
    """The character by its number, as the Unicode Standard writes it (appendix A)."""
    return f"⟨U+{ord(char):04X}⟩"
