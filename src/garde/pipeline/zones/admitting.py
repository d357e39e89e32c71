"""Admitting: a person lets a station one step further in its onboarding.

Question: may this device go from here to there, who said so, and why?
Reference: domain note 04 §1; `garde.zones.onboarding` for the steps and their guards. Only the steps whose guard is a
person's word are taken here: what evidence takes, the landing stage takes. The record and the word go into the store
together. Left out: whether the person has the right, which the gate asks.

Example::

    admitted(kept, "d-1", "APPROVED", "k.morel", "label read, MDS2 filed", now)
"""

from __future__ import annotations

from typing import Final

from garde.errors import Missing, Refused
from garde.model.decision import word
from garde.model.zones.place import Onboarding
from garde.ports import Store
from garde.zones.onboarding import Transition, advance, step, transitions

#: State of what is gone: nothing leads on.
RETIRED: Final = "RETIRED"


def offered(state: str) -> tuple[Transition, ...]:
    """The steps that a person may let a device take from a state."""
    if state == RETIRED:
        return ()
    return tuple(row for row in transitions() if row.by == "person" and row.origin in (state, "*") and row.to != state)


def admitted(kept: Store, device: str, to: str, person: str, reason: str, now: int, *, seen: str = "") -> Onboarding:
    """The record one step further; the log says who, and why.

    Args:
        seen: the state in which the person saw it; empty does not ask.

    Raises:
        Missing: nothing was decided of this device yet.
        Refused: there is no such step, its guard is not a person's word, no reason was given, or it moved meanwhile.
    """
    if not reason.strip():
        raise Refused("onboarding.reason", "Say in a few words on what this rests", where=device)
    said = word("onboarding.step", person, now, about=device, value=to, reason=reason)
    with kept.begin() as unit:
        record = unit.get(Onboarding, [device]).get(device)
        if record is None:
            raise Missing("onboarding.unknown", "Nothing was decided of this device yet", where=device)
        if seen and seen != record.state:
            raise Refused("onboarding.moved", "It came further meanwhile", hint="Look at it again", where=record.state)
        row = step(record.state, to)
        if row is None or row.by != "person" or record.state == RETIRED:
            raise Refused("onboarding.step", "No person's word leads from here to there", where=f"{record.state} {to}")
        after = advance(record, to, row.asks, now, said.id)
        unit.put([after])
        unit.append([said])
    return after
