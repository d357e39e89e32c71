"""Use: what shows that a device is in use on a patient, and what nobody knows.

Question: may this device be in use now, on which evidence?
Reference: domain note 11 §1: "not in use" needs positive evidence, and absence of traffic is unknown. So traffic can
only show that a device is in use; that it is not, a person at the bedside says, and that holds for a quarter of an
hour. What is unknown may be in use.

Example:
    >>> from garde.model.rhythm import Rhythm, used
    >>> seen = used(Rhythm(id="ip:10.0.0.5"), "intellivue", 100 * MINUTE)
    >>> use("MON_BED", [seen], 105 * MINUTE).state, use("MON_BED", [seen], 300 * MINUTE).state
    ('in-use', 'unknown')
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Annotated, Final

import msgspec

from garde.model.rhythm import Rhythm
from garde.model.rows import read
from garde.model.zones.action import MINUTE

#: In use; a person at the bedside said that it is not; neither is known.
STATES: Final = ("in-use", "idle", "unknown")
#: How long a word from the bedside holds.
BEDSIDE: Final = 15 * MINUTE


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of use.toml.

    Attributes:
        code: what the traffic shows: vitals, waveforms, infusion, association, alarms…
        service: name of the dissector that recognised it.
        kinds: kinds of device to which the row is limited; empty means any.
        minutes: for how long after the last octet the device counts as in use.
    """

    code: str
    service: str
    kinds: tuple[str, ...] = ()
    minutes: Annotated[int, msgspec.Meta(ge=5, le=1440)]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a device is in use.

    Attributes:
        state: one of ``STATES``.
        codes: what shows it.
        last_at: when that was last seen or said, nanoseconds since 1970; 0 for never.
    """

    state: str = "unknown"
    codes: tuple[str, ...] = ()
    last_at: int = 0

    @property
    def possible(self) -> bool:
        """Whether it may be in use."""
        return self.state != "idle"


def parse(text: str, file: str) -> tuple[Sign, ...]:
    """The rows of a text.

    Raises:
        Malformed: with file and line.
    """
    return read(text, file, {"use": Sign}, "use")["use"]


@cache
def signs() -> tuple[Sign, ...]:
    """The rows of use.toml."""
    return parse((resources.files("garde.respond") / "use.toml").read_text("utf-8"), "use.toml")


@cache
def services() -> frozenset[str]:
    """Services whose traffic may show that a device is in use."""
    return frozenset(sign.service for sign in signs())


def use(kind: str, rhythms: Iterable[Rhythm], now: int, idle_at: int = 0) -> Use:
    """Whether a device is in use.

    Args:
        kind: of the device.
        rhythms: of its addresses, and of those of whom it speaks for.
        now: nanoseconds since 1970.
        idle_at: when a person at the bedside last said that it is not in use; 0 for never.
    """
    last: dict[str, int] = {}
    for rhythm in rhythms:
        for service, at in rhythm.last.items():
            last[service] = max(last.get(service, 0), at)
    latest = max(last.values(), default=0)
    shown: dict[str, int] = {}
    for sign in signs():
        if sign.service in last and (not sign.kinds or kind in sign.kinds):
            # The first row of a service that fits the kind says what it means; those behind it are for other kinds.
            at = last.pop(sign.service)
            if now - at <= sign.minutes * MINUTE:
                shown[sign.code] = max(shown.get(sign.code, 0), at)
    if shown:
        return Use(state="in-use", codes=tuple(sorted(shown)), last_at=max(shown.values()))
    if idle_at and 0 <= now - idle_at <= BEDSIDE:
        return Use(state="idle", codes=("bedside",), last_at=idle_at)
    return Use(last_at=latest)
