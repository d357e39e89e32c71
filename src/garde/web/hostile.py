"""Text that came from a device: shown, never obeyed.

Question: how does a page show what a stranger on the network typed?
Reference: Unicode Standard Annex 9 (direction), TR 36 (security); HTML ``<bdi>``. Markup is escaped by the template
engine; here control and direction characters become symbols, and long values are clipped with the whole value kept in
a title.

Example:
    >>> visible("ct01\\u202egpj.exe")
    'ct01⟨U+202E⟩gpj.exe'
"""

from __future__ import annotations

import unicodedata
from typing import Final

from markupsafe import Markup, escape

#: Longest value shown in a list, in characters.
LONGEST: Final = 60
_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}


def visible(text: str) -> str:
    """The text with every character that has no picture of its own named."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    code = ord(char)
    if code in _PICTURES:
        return _PICTURES[code]
    if unicodedata.category(char) in ("Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp"):
        return f"⟨U+{code:04X}⟩"
    return char


def bdi(text: str, most: int = LONGEST) -> Markup:
    """Device text as an isolated run of HTML; longer than ``most`` characters it is clipped, whole in its title."""
    shown = visible(text)
    if len(shown) <= most:
        return Markup("<bdi>{}</bdi>").format(shown)
    return Markup('<bdi title="{}">{}…</bdi>').format(escape(shown), shown[: most - 1])
