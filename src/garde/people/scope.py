"""Scope: which part of the hospital a person's right reaches.

Question: may this person see this device, and how does a list ask that once for all its rows?
Reference: issue 3 part 1. A right reaches the union of what its grants name; a grant names a site, a ward, a kind of
device, or leaves each open. A list asks the index in memory with ``terms`` (`garde.report.fleet.Fleet.find`) and a
table of the store with ``sql``; both say the same of a device.

Example:
    >>> scope = Scope((Grant("ward", ward="Réa A"),))
    >>> scope.everything, scope.sql("d")[0]
    (False, '(d.ward = :ward_0)')
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.device import Device
from garde.model.person import Grant

#: Field of a grant → attribute of a device.
FIELDS: Final = {"site": "facility", "ward": "ward", "kind": "kind"}


class Scope(msgspec.Struct, frozen=True):
    """The grants by which a person holds a right."""

    grants: tuple[Grant, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether it reaches the whole hospital, and what is about no device."""
        return any(not (grant.site or grant.ward or grant.kind) for grant in self.grants)

    @property
    def terms(self) -> tuple[tuple[tuple[str, str], ...], ...] | None:
        """Alternatives, each a conjunction of attribute and value; None when everything is reached."""
        if self.everything:
            return None
        return tuple(
            tuple((FIELDS[name], value) for name in FIELDS if (value := str(getattr(grant, name))))
            for grant in self.grants
        )

    def covers(self, device: Device) -> bool:
        """Whether the device is in it."""
        terms = self.terms
        if terms is None:
            return True
        return any(all(held(device, name) == value for name, value in term) for term in terms)

    def roles_over(self, device: Device | None) -> tuple[str, ...]:
        """The roles by which it reaches a device, each once; None is what is about no device."""
        held = (
            grant.role
            for grant in self.grants
            if (one := Scope((grant,))).everything or (device is not None and one.covers(device))
        )
        return tuple(dict.fromkeys(held))

    def sql(self, table: str) -> tuple[str, dict[str, str]]:
        """A condition over the columns facility, ward and kind of a table, and its values.

        Args:
            table: name or alias of the table in the query; never a person's word.
        """
        terms = self.terms
        if terms is None:
            return "1 = 1", {}
        if not terms:
            return "1 = 0", {}
        values: dict[str, str] = {}
        parts = []
        for number, term in enumerate(terms):
            conditions = []
            for name, value in term:
                values[f"{name}_{number}"] = value
                conditions.append(f"{table}.{name} = :{name}_{number}")
            parts.append(f"({' AND '.join(conditions)})")
        return " OR ".join(parts) if len(parts) == 1 else f"({' OR '.join(parts)})", values


def held(device: Device, attribute: str) -> str:
    """What the device has of an attribute by which scopes are cut; a guess below the threshold does not count."""
    if attribute == "kind":
        return device.kind
    claim = device.claims.get(attribute)
    return claim.value if claim and claim.state != "unknown" else ""
