"""Rules: the catalogue of what may be judged, in the words of both languages.

Question: what does this finding say, what should a person do next, and can evidence close it?
Reference: DESIGN §2 rule 5 (knowledge is data); reference of the pages 6.2 (say what, since when, what next).

Example:
    >>> rules()["identity.conflict"].kind, rule_of("made.up").name
    ('gap', 'made.up')
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from garde.model.finding import KINDS
from garde.registry import Registry

_FILE: Final = "rules.toml"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that may be judged.

    Attributes:
        name: ``<area>.<what>``.
        kind: one of `garde.model.finding.KINDS`.
        evidence: what is seen can close it, so nobody closes it by word.
        en, fr: the sentence.
        next_en, next_fr: what to do next.
    """

    name: str
    kind: str
    evidence: bool
    en: str
    fr: str
    next_en: str
    next_fr: str

    def sentence(self, language: str) -> str:
        """What the finding says, in French for ``fr``, else in English."""
        return self.fr if language == "fr" else self.en

    def next(self, language: str) -> str:
        """What to do next, in French for ``fr``, else in English."""
        return self.next_fr if language == "fr" else self.next_en


@cache
def rules() -> Registry[Rule]:
    """Every rule, in the order of the file."""
    text = (resources.files("garde.findings") / _FILE).read_text("utf-8")
    rows = msgspec.convert(tomllib.loads(text)["rule"], list[Rule])
    for row in rows:
        if row.kind not in KINDS:
            raise ValueError(f"{_FILE}: {row.name} is of no known kind")
    return Registry(*rows)


def rule_of(name: str) -> Rule:
    """The rule of that name; one that is not in the catalogue speaks by its name."""
    if name in rules():
        return rules()[name]
    return Rule(name=name, kind="gap", evidence=False, en=name, fr=name, next_en="", next_fr="")
