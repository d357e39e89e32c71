"""Kinds: what a device can be, and what follows for whoever wants to act on it.

Question: how critical is this kind of device, may it be isolated, and what is it called in French and in English?
Reference: domain note 02 §3 (master table), MDR 2017/745 annex VIII, IEC 62304; catalogue/kinds.toml.

Example:
    >>> kinds()["VENT_ICU"].response, kinds()["VENT_ICU"].fr
    ('RP0', 'respirateur de réanimation')
    >>> of_label("Pousse-seringue"), of_label("grille-pain")
    ('INF_SYR', '')
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Literal

import msgspec

from garde.inventory.catalogue.load import rows

Response = Literal["RP0", "RP1", "RP2", "RP3"]


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of kinds.toml.

    Attributes:
        name: stable code.
        fr, en: what people call it.
        group: medical, information (PACS, RIS…), network, computer, office, building or object.
        response: RP0 never isolated automatically, RP1 with clinical approval and a look at the bedside, RP2 when idle
            or with approval, RP3 automatic containment allowed.
        criticality: 1 to 4 (domain note 03).
        life_sustaining: ``yes``, ``no``, or ``in use``: yes while a procedure runs.
        software_class: IEC 62304; unknown counts as C.
        mdr: class under MDR 2017/745, or the IVDR one.
        fda: product code and 21 CFR number.
        emdn: shape of the European nomenclature, where it is known.
        protocols: what it usually speaks.
    """

    name: str
    fr: str
    en: str
    group: str
    response: Response
    criticality: int
    life_sustaining: Literal["yes", "no", "in use"] = "no"
    software_class: Literal["A", "B", "C", ""] = ""
    mdr: str = ""
    fda: str = ""
    emdn: str = ""
    protocols: tuple[str, ...] = ()

    @property
    def gating_class(self) -> str:
        """The class that gates an update: an unknown one counts as C (domain note 02 §2.2)."""
        return self.software_class or "C"


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by name, in the order of the file."""
    return {row.name: row for row in rows("kinds.toml", "kind", Kind)}


@cache
def _labels() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in kinds().values():
        for label in (kind.name, kind.fr, kind.en):
            found.setdefault(label.casefold(), kind.name)
    return found


def of_label(label: str) -> str:
    """The kind with this code or label in either language; empty when there is none."""
    return _labels().get(label.strip().casefold(), "")


def inherited(own: str, dependents: Iterable[str]) -> tuple[int, Response]:
    """Criticality and response of a device that others depend on: those of the most critical (domain note 02 §3).

    >>> inherited("GATE", ["VENT_ICU", "PRINT"])
    (4, 'RP0')
    """
    table = kinds()
    rows = [table[name] for name in (own, *dependents) if name in table]
    if not rows:
        return 1, "RP2"
    return max(row.criticality for row in rows), min(row.response for row in rows)
