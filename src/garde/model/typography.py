"""Typography: the spaces that French sets and translators need not think of.

Question: where may a line of this sentence not break?
Reference: the usage of the Imprimerie nationale: a narrow no-break space (U+202F) before ; ! ?, a no-break space
(U+00A0) before the colon and inside guillemets. Left out: numbers, which Babel writes.

Example:
    >>> spaced("Qui ? « moi »") == "Qui\\u202f? «\\u00a0moi\\u00a0»"
    True
"""

from __future__ import annotations

import re
from typing import Final

_HIGH: Final = re.compile(r"[ \u00a0\u202f]?([;!?])(?=\s|$)")
_COLON: Final = re.compile(r" :(?=\s|$)")


def spaced(text: str) -> str:
    """French text with its no-break spaces."""
    text = text.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return _COLON.sub("\u00a0:", _HIGH.sub("\u202f\\1", text))
