"""Measures: what can be done about a risk, who does it, and what shows that it works.

Question: which kinds of work may a package be, and by what does one see afterwards that it did something?
Reference: domain note 03 §7, standard catalogue; measures.toml. Left out: cost and effect, which a hospital estimates
or a re-scoring tells.

Example:
    >>> measures()["jump host"].fr, measures()["supplier patch"].letter
    ('Bastion de télémaintenance', True)
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from garde.model.rows import read
from garde.registry import Registry


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of measures.toml.

    Attributes:
        name: what a package names.
        kind: separate it, mend it, exchange it, surround it, or organise people.
        owner: who does it as a rule.
        lowers: what of the risk.
        evidence: what shows that it works; what is seen (flows, scan) before what is said (document).
        letter: the supplier must agree in writing first, since it changes the device.
        fr, en: what people call it.
        kpi_fr, kpi_en: what is counted to follow it.
    """

    name: str
    kind: Literal["segment", "patch", "replace", "compensate", "organise"]
    owner: Literal["biomedical", "information systems", "supplier", "ward"]
    lowers: Literal["likelihood", "impact", "both"]
    evidence: Literal["flows", "scan", "attestation", "document", "exercise"]
    letter: bool = False
    fr: str
    en: str
    kpi_fr: str
    kpi_en: str


@cache
def measures() -> Registry[Measure]:
    """Every measure, in the order of the file."""
    name = "measures.toml"
    text = (resources.files("garde.risk") / name).read_text("utf-8")
    return Registry(*read(text, name, {"measure": Measure}, "measures")["measure"])
