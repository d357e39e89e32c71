"""EUI-64 in text: one spelling of the many that devices write.

Question: is this text an EUI-64, and which?
Reference: IEEE Std 802-2014 §8 (EUI-64). Left out: whose it is; `garde.inventory` reads the maker in its first octets.

Example:
    >>> eui64("00-60-19-FF-FE-00-00-42"), eui64("00A037009B000000"), eui64("4711")
    ('00:60:19:ff:fe:00:00:42', '00:a0:37:00:9b:00:00:00', '')
"""

from __future__ import annotations

import re
from typing import Final

_SIGNS: Final = re.compile(r"[-:.\s]")
_DIGITS: Final = re.compile("[0-9a-f]{16}")


def eui64(text: str) -> str:
    """The EUI-64 in lower-case colon notation; empty when the text is none, or all zeros."""
    digits = _SIGNS.sub("", text).lower()
    if _DIGITS.fullmatch(digits) is None or not int(digits, 16):
        return ""
    return ":".join(digits[at : at + 2] for at in range(0, 16, 2))
