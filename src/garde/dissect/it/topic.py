"""Topic: the first two levels of a path, with what may name a person put out.

Question: how much of an MQTT topic or a CoAP path may leave a dissector?
Reference: DESIGN §2 rule 8: hospitals put patients' numbers and names into topics, so a level is only kept when it is a
plain word, and never behind a word that announces a person. Left out: deeper levels.

Example:
    >>> first_levels("ward3/monitors/bed-12/hr"), first_levels("patient/dupont"), first_levels("adt/10045533")
    ('ward3/monitors', 'patient/+', 'adt/+')
"""

from __future__ import annotations

import re
from typing import Final

_LEVELS: Final = 2
#: A word, with a few digits at most: device names and numbers of rooms pass, record numbers do not.
_PLAIN: Final = re.compile(r"[\w.$#+-]{0,40}")
_RECORD_NUMBER: Final = re.compile(r"\d{4}|(?:\d[^0-9]?){6}")
_PERSON: Final = re.compile(
    r"(?i)pat|person|subject|user|name|nom|mrn|ipp|pid|ssn|nss|ins|visit|encounter|sejour|dossier"
)


def first_levels(path: str) -> str:
    """The first two levels; ``+`` stands for a level that is not shown."""
    levels: list[str] = []
    hidden = False
    for level in path.lstrip("/").split("/")[:_LEVELS]:
        plain = _PLAIN.fullmatch(level) and not _RECORD_NUMBER.search(level)
        levels.append(level if plain and not hidden else "+")
        hidden = bool(_PERSON.search(level))
    return "/".join(levels)
