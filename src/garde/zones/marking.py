"""Marking: which quality of service a clinical flow is given, and whether the wire shows it.

Question: how must this flow be marked, and does an alarm travel as if it were a backup?
Reference: RFC 2474 §3 (DSCP), RFC 4594 (classes), RFC 8622 (LE); domain note 04 §4; marking.toml. The class comes from
what the device is and what it asks, never from the device's own marking. Left out: the share of a link that priority
traffic may take, which is configured at the switch.

Example:
    >>> one = packaged().of("MON_CENT", "MON_BED", "udp", 24105)
    >>> one.name, one.dscp, one.accepts(46), one.accepts(0)
    ('M1', (46, 40), True, False)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

from garde.errors import Malformed
from garde.model.rows import read

#: What a switch marks as nothing special (RFC 2474 §4.1).
DEFAULT: Final = 0


class Class(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row ``[[class]]``.

    Attributes:
        name: ``M1`` to ``M6``, ``NC``.
        fr, en: what travels in it.
        dscp: how it is marked, then what else is accepted, 0 to 63.
        priority: 802.1p.
        latency: target in milliseconds, 0 for none.
        weight: severity of a finding when it is not marked so.
    """

    name: str
    fr: str
    en: str
    dscp: tuple[int, ...]
    priority: int
    latency: int = 0
    weight: Literal["low", "medium", "high"] = "low"

    def accepts(self, seen: int) -> bool:
        """Whether a packet of this class may carry this DSCP."""
        return seen in self.dscp


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"name": "class"}):
    """A row ``[[role]]``.

    Attributes:
        name: of the class.
        source, target: kinds of who asks and who is asked; none means any.
        services: names of dissectors. protocol, ports: where none recognised the flow.
    """

    name: str
    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    protocol: str
    ports: tuple[int, ...] = ()


class Marking:
    """Classes and the roles that get them."""

    def __init__(self, classes: Sequence[Class], roles: Sequence[Role]) -> None:
        self.classes = {one.name: one for one in classes}
        self._roles = tuple(roles)
        self._known: dict[tuple[str, str, str, int, str], Class | None] = {}

    @property
    def urgent(self) -> frozenset[int]:
        """Ports of the classes on whose delay a patient may depend."""
        return frozenset(port for role in self._roles if self.classes[role.name].weight != "low" for port in role.ports)

    def of(self, source: str, target: str, protocol: str, port: int, service: str = "") -> Class | None:
        """The class of a flow between two kinds of device; None when it is nothing special."""
        place = (source, target, protocol, port, service)
        if place not in self._known:
            self._known[place] = next(
                (
                    self.classes[role.name] for role in self._roles
                    if (not role.source or source in role.source) and (not role.target or target in role.target)
                    and (service in role.services or (role.protocol == protocol and port in role.ports))
                ),
                None,
            )  # fmt: skip
        return self._known[place]


def parse(text: str, file: str = "marking.toml") -> Marking:
    """Classes and roles from TOML.

    Raises:
        Malformed: with file, line and what was probably meant.
    """
    tables = read(text, file, {"class": Class, "role": Role}, "marking")
    classes, roles = tables["class"], tables["role"]
    names = {one.name for one in classes}
    for one in classes:
        if not one.dscp or not all(0 <= value <= 63 for value in one.dscp):
            raise Malformed("marking.dscp", f"Class {one.name}: a DSCP is 0 to 63 (RFC 2474 §3)", where=file)
        if not 0 <= one.priority <= 7:
            raise Malformed("marking.priority", f"Class {one.name}: 802.1p is 0 to 7", where=file)
    for role in roles:
        if role.name not in names:
            raise Malformed("marking.class", f"{role.name!r} is no class: {', '.join(sorted(names))}", where=file)
    return Marking(classes, roles)


@cache
def packaged() -> Marking:
    """Garde's own defaults."""
    return parse(resources.files("garde.zones").joinpath("marking.toml").read_text("utf-8"))
