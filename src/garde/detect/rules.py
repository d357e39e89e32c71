"""Rules: what each threat rule needs, which technique it is, and what may be mistaken for it.

Question: why is this reported, how bad is it, and what else could it be?
Reference: MITRE ATT&CK, versions as in ``attack.toml``; domain note 09 §4 (what every rule declares) and §5 (severity).

Example:
    >>> rules()["scan.hosts"].technique, technique("T1046").name
    ('T1046', 'Network Service Discovery')
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from garde.errors import Malformed
from garde.model.rows import read
from garde.registry import Registry


class Technique(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A technique of a pinned release of ATT&CK.

    Attributes:
        id, name: MITRE's.
        framework: ``enterprise`` or ``ics``.
        version: release in which id and name were checked.
        formerly: an id under which others may still report it.
    """

    id: str
    name: str
    framework: Literal["enterprise", "ics"]
    version: str
    formerly: str = ""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What stands behind one rule of the catalogue.

    Attributes:
        name: as in the catalogue of what may be judged.
        technique, also: ATT&CK ids.
        weight: 0 to 100, how bad the technique is by itself.
        subject: which end is meant: ``attacked`` or ``misbehaves``.
        needs: what must be heard for it.
        mistaken: what may be taken for it.
        hazard: the harm that may follow for patients (ISO 14971), a short word.
        playbook: id of the response playbook.
        test: generator or capture that shows it.
        medical: ``both`` ends, or the ``subject``, must be of a medical kind; empty for any device.
        kinds: beginnings of the names of the kinds of device it applies to; empty for any.
    """

    name: str
    technique: str
    also: tuple[str, ...] = ()
    weight: int
    subject: Literal["attacked", "misbehaves"]
    needs: str
    mistaken: str
    hazard: str
    playbook: str
    test: str
    medical: Literal["both", "subject", ""] = ""
    kinds: tuple[str, ...] = ()


def _text(name: str) -> str:
    return (resources.files("garde.detect") / name).read_text("utf-8")


@cache
def techniques() -> dict[str, Technique]:
    """Every technique, by id.

    Raises:
        Malformed: an id stands twice.
    """
    rows = read(_text("attack.toml"), "attack.toml", {"technique": Technique})["technique"]
    found = {row.id: row for row in rows}
    if len(found) != len(rows):
        raise Malformed("detect.attack", "An id stands twice", where="attack.toml")
    return found


def technique(name: str) -> Technique:
    """The technique of an id, also one it had before.

    Raises:
        Malformed: the pinned release knows none.
    """
    known = techniques()
    if name in known:
        return known[name]
    for row in known.values():
        if row.formerly == name:
            return row
    raise Malformed("detect.technique", f"{name} is no technique of the pinned ATT&CK release", where="attack.toml")


@cache
def rules() -> Registry[Rule]:
    """Every rule, in the order of the file.

    Raises:
        Malformed: a row names a technique that the pinned release does not know.
    """
    rows = read(_text("rules.toml"), "rules.toml", {"rule": Rule})["rule"]
    for row in rows:
        for name in (row.technique, *row.also):
            technique(name)
    return Registry(*rows)
