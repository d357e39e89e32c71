"""Roles and rights: who may do what.

Question: which rights does this role bring, and which roles bring this right?
Reference: reference of the pages 6.1; DESIGN §2 rule 5 (knowledge is data). ``roles.toml`` is the table; every right
that stands in it, and every right that an address asks for, is one of ``RIGHTS``.

Example:
    >>> roles()["auditor"].landing, "findings.accept" in roles()["network"].rights
    ('/audit', False)
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from garde.registry import Registry

#: Every right and what it allows. The empty right is everybody's.
RIGHTS: Final = {
    "devices.read": "see devices, their evidence and their packets",
    "devices.claim": "state, merge, split, follow and remark",
    "findings.read": "see findings and the queue",
    "findings.handle": "take, assign, wait, silence, close and reopen",
    "findings.accept": "accept a finding until a date, or agree to it",
    "risk.read": "see scores, the matrix, the roadmap and published weaknesses",
    "risk.score": "say how much a device matters",
    "risk.freeze": "freeze a matrix, so that it can be signed",
    "risk.approve": "sign a matrix or an acceptance in the name of the role",
    "risk.treat": "decide what is done about a risk",
    "risk.names": "accept that two names of a maker or product are one",
    "zones.read": "see zones, what flows between them, and where stations are put",
    "zones.draft": "have a policy proposed and tried, and take it into another mode",
    "zones.sign": "sign a policy, and accept what it would break",
    "zones.place": "let a station one step further in its onboarding",
    "imports.make": "import lists of other systems",
    "reports.make": "make and download reports",
    "evidence.export": "export the sealed log",
    "audit.read": "read who did what",
    "people.read": "see who may do what",
    "people.manage": "add people, give roles, revoke tokens",
    "settings.manage": "change kiosks and other settings",
    "sensors.read": "see sensors and what they hear",
    "wards.read": "see the page of a ward",
    "wards.report": "report a problem from a ward",
    "shift.note": "write the note of the shift",
    "messages.read": "read messages of the log",
    "actions.read": "see actions against threats",
    "actions.approve": "agree to an action, refuse it, confirm what it needs, break the glass",
    "actions.undo": "take an action back, or put its end off",
    "actions.freeze": "suspend all actions, and resume them",
}


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One role.

    Attributes:
        name: as it stands in a grant.
        en, fr: what people call it.
        landing: address at which a person arrives.
        first: entries of the navigation that come first.
        rights: some of ``RIGHTS``.
    """

    name: str
    en: str
    fr: str
    landing: str
    first: tuple[str, ...]
    rights: frozenset[str]

    def label(self, language: str) -> str:
        """What people call it, in French for ``fr``, else in English."""
        return self.fr if language == "fr" else self.en


@cache
def roles() -> Registry[Role]:
    """Every role, in the order of the file."""
    text = (resources.files("garde.people") / "roles.toml").read_text("utf-8")
    rows = msgspec.convert(tomllib.loads(text)["role"], list[Role])
    for row in rows:
        if unknown := row.rights - RIGHTS.keys():
            raise ValueError(f"roles.toml: {row.name} has unknown rights {sorted(unknown)}")
    return Registry(*rows)


def holders(right: str) -> tuple[str, ...]:
    """The names of the roles that bring a right: what a person who lacks it is told."""
    return tuple(role.name for role in roles() if right in role.rights)
