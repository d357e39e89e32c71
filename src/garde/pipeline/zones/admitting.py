"""Admitting: a person lets a station one step further in its onboarding.

Question: may this device go from here to there, who said so, and why?
Reference: domain note 04 §1; `garde.zones.onboarding` for the steps and their guards. Only the steps whose guard is a
person's word are taken here: what evidence takes, the landing stage takes. The record and the word go into the store
together. Kind and zone are validated by two people in two roles. Left out: whether the person has the right, which the
gate asks.

Example::

    admitted(kept, "d-1", "APPROVED", "k.morel", "label read, MDS2 filed", now, roles=("biomedical",))
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from garde.errors import Missing, Refused
from garde.model.decision import word
from garde.model.message import digest
from garde.model.risk.matrix import Approval
from garde.model.zones.place import Onboarding
from garde.ports import Store, View
from garde.respond.life import matched
from garde.zones.onboarding import Transition, advance, step, transitions

#: State of what is gone: nothing leads on.
RETIRED: Final = "RETIRED"
#: Guard → roles each of which must say it, each by a person of its own (domain note 04 §1).
TOGETHER: Final = {"type.and.zone.validated": ("biomedical", "rssi")}


def offered(state: str) -> tuple[Transition, ...]:
    """The steps that a person may let a device take from a state."""
    if state == RETIRED:
        return ()
    return tuple(row for row in transitions() if row.by == "person" and row.origin in (state, "*") and row.to != state)


def validating(record: Onboarding) -> str:
    """What people's words about the next step of a device are about: its state, as it was entered then."""
    return f"onboarding:{record.id}:{record.state}:{record.at}"


def admitted(
    kept: Store, device: str, to: str, person: str, reason: str, now: int, *, roles: Iterable[str], seen: str = ""
) -> Onboarding:
    """The record one step further, or as it was while somebody else must still say the same; the log says who, and why.

    Args:
        roles: in which the person may speak.
        seen: the state in which the person saw it; empty does not ask.

    Raises:
        Missing: nothing was decided of this device yet.
        Refused: there is no such step, its guard is not a person's word or not of this role, no reason was given, or it
            moved meanwhile.
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
        if needed := TOGETHER.get(row.asks, ()):
            agreed = _agreed(unit, record, needed)
            mine = [role for role in needed if role in set(roles)]
            if not mine:
                raise Refused("onboarding.role", "Another role validates this", where=", ".join(needed))
            agreed.setdefault(person, set()).update(mine)
            # Who holds both roles says both, and fills the one that nobody else does.
            words = [
                Approval(
                    id=f"a-{digest(said.id, role)}", at=now, about=validating(record), person=person, name=person,
                    role=role, reason=reason,
                )
                for role in mine
            ]  # fmt: skip
            unit.put(words)
            unit.append(words)
            if len(matched(needed, agreed)) < len(needed):
                return record
        after = advance(record, to, row.asks, now, said.id)
        unit.put([after])
        unit.append([said])
    return after


def _agreed(view: View, record: Onboarding, needed: Iterable[str]) -> dict[str, set[str]]:
    """Person → roles in which they validated this step already."""
    about = validating(record)
    found: dict[str, set[str]] = {}
    for one in view.linked(Approval, [about]).get(about, []):
        if one.agrees and one.role in needed:
            found.setdefault(one.person, set()).add(one.role)
    return found
