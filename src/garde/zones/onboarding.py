"""Onboarding: the states through which a new device comes, and what must hold before each step.

Question: how far has this device come, and may it go further?
Reference: domain note 04 §1; the steps and their guards are rows of onboarding.toml. What "evidence" fulfils is derived
from placements; the rest is a person's word. A device that was in clinical use before Garde is unmanaged: it is
never moved to the onboarding zone.

Example:
    >>> from garde.model.zones.place import Onboarding
    >>> one = advance(Onboarding(id="d-1"), "PROFILED", "kind.proposed", 5, "m-1")
    >>> one.state, one.steps[0].cause
    ('PROFILED', 'm-1')
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec

from garde.errors import Refused
from garde.model import rows
from garde.model.zones.place import STATES, Onboarding, Placement, Step


class Transition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"origin": "from"}):
    """A row of onboarding.toml.

    Attributes:
        origin, to: states; ``*`` for any.
        asks: name of the guard.
        by: ``evidence`` or ``person``.
        fr, en: the guard in words.
    """

    origin: str
    to: str
    asks: str
    by: str
    fr: str
    en: str


@cache
def transitions() -> tuple[Transition, ...]:
    """Every step, in the order of the file."""
    text = (resources.files("garde.zones") / "onboarding.toml").read_text("utf-8")
    found: tuple[Transition, ...] = rows.read(text, "onboarding.toml", {"step": Transition}, "onboarding")["step"]
    for row in found:
        if {row.origin, row.to} - {*STATES, "*"} or row.by not in ("evidence", "person"):
            raise ValueError(f"onboarding.toml: {row.origin} to {row.to} is no step")
    return found


def step(origin: str, to: str) -> Transition | None:
    """The row of a step, or None when there is no such step."""
    return next((row for row in transitions() if row.to == to and row.origin in (origin, "*") and origin != to), None)


def advance(record: Onboarding, to: str, guard: str, at: int, cause: str = "") -> Onboarding:
    """The record one step further.

    Args:
        guard: name of what holds, by which the step is taken.

    Raises:
        Refused: there is no such step, or another guard stands before it.
    """
    row = step(record.state, to)
    if row is None:
        raise Refused("onboarding.step", f"There is no step from {record.state} to {to}", where=record.id)
    if row.asks != guard:
        raise Refused("onboarding.guard", row.en, where=record.id, hint=f"The step to {to} asks for {row.asks}")
    return msgspec.structs.replace(record, state=to, at=at, steps=(*record.steps, Step(to, at, cause)))


def after(record: Onboarding | None, placement: Placement, *, kind: str, settled: bool) -> Onboarding:
    """The record once a placement was made: only the steps that evidence takes.

    Args:
        record: None for a device of which nothing was decided before.
        kind: of the device; empty while it is not known.
        settled: it was in clinical use before.
    """
    now = record or Onboarding(
        id=placement.device, at=placement.at, steps=(Step("SEEN", placement.at, placement.id),), unmanaged=settled
    )
    if now.state == "SEEN" and kind:
        now = advance(now, "PROFILED", "kind.proposed", placement.at, placement.id)
    if placement.rank == "contradicted" and step(now.state, "QUARANTINE"):
        return advance(now, "QUARANTINE", "place.contradicted", placement.at, placement.id)
    if placement.rank == "unknown" and not now.unmanaged and now.state in ("SEEN", "PROFILED"):
        return advance(now, "STAGING", "place.onboarding", placement.at, placement.id)
    return now
