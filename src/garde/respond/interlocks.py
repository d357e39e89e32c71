"""Interlocks: what no policy, no approval and no hurry may loosen.

Question: whatever the table says, may this be offered, and may it run at this moment?
Reference: domain note 09 §6, rules (a) to (g); 04 §2 and §7; DESIGN §2 rule 7. Looked at twice: when an action is
planned (`guard`), and in the moment before it runs (`hold`), because a patient may have been connected in between.

* A device in use is not touched. What comes to it, and from where, may be.
* RP0 is never touched by itself: two people, a named clinician, a spare in place. Nobody breaks that glass.
* RP1 is never touched by itself. RP2 and what nobody knows, only when a person said that it rests.
* At most three things in a ward within ten minutes, whoever asks.
* What has no undo does not run; what is suspended does not run.

Example:
    >>> from garde.respond.use import Use
    >>> vent = End(object="device:d-1", device="d-1", response="RP0", use=Use(state="in-use", codes=("vitals",)))
    >>> guard(Row(mode="automatic"), "quarantine", vent).mode
    'never'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from garde.model.zones.action import MINUTE, Action, Freeze
from garde.respond.decide import Row
from garde.respond.threat import End
from garde.respond.use import BEDSIDE
from garde.respond.verbs import verbs

#: Things touched in one ward within ``WITHIN`` nanoseconds (09 §6 e).
MOST: Final = 3
WITHIN: Final = 10 * MINUTE
#: Who must agree where a row names too few.
PAIR: Final = ("rssi", "biomedical")


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """Under which conditions an action may run.

    Attributes:
        mode: ``automatic``, ``approval``, ``option`` or ``never``.
        approve: roles each of which must agree, each by another person.
        confirm: what must be confirmed.
        firm: nobody may break the glass.
        because: codes of the interlocks that made it stricter than the row.
    """

    mode: str
    approve: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    firm: bool = False
    because: tuple[str, ...] = ()


def guard(row: Row, verb: str, end: End) -> Ruling:
    """The row of the policy, made as strict as it must be for this end.

    Args:
        row: that decides.
        verb: a row of verbs.toml.
        end: that is touched; of a path, the hostile one.
    """
    mode, approve, confirm = row.mode, list(row.approve), list(row.confirm)
    because: list[str] = []
    firm = False
    if touches_end(verb, end):
        if end.use.state == "in-use":
            return Ruling(mode="never", because=("in-use",))
        if end.response == "RP0":
            firm = True
            because.append("RP0")
            approve += [role for role in PAIR if role not in approve][: max(2 - len(set(approve)), 0)]
            confirm += [one for one in ("clinician", "spare") if one not in confirm]
        if end.response in ("RP0", "RP1") and mode == "automatic":
            mode = "approval"
            because.append(end.response)
            approve = approve or list(PAIR)
        elif end.response in ("RP2", "unknown") and end.use.possible and mode == "automatic":
            mode = "approval"
            because.append("use-unknown")
            approve = approve or ["biomedical"]
        if end.response != "RP3" and verb in ("quarantine", "order") and end.use.possible and "bedside" not in confirm:
            confirm.append("bedside")
            because.append("bedside")
    elif verbs()[verb].touches == "path" and end.response not in ("outside", "RP3") and mode == "automatic":
        # The other end of a path may be the very gateway that the device cannot do without.
        mode = "approval"
        because.append(end.response)
        approve = approve or (list(PAIR) if end.response in ("RP0", "RP1") else ["rssi"])
    if mode in ("approval", "option") and not approve:
        approve = ["rssi"]
        because.append("nobody-named")
    if mode == "automatic":
        approve, confirm = [], []
    return Ruling(mode=mode, approve=tuple(approve), confirm=tuple(confirm), firm=firm, because=tuple(because))


def touches_end(verb: str, end: End) -> bool:
    """Whether the verb changes something for a thing that may be one of the hospital's devices."""
    return verbs()[verb].touches in ("device", "peer") and (bool(end.device) or end.response != "outside")


def gentle(end: End) -> bool:
    """Whether its port may be neither bounced nor disabled (04 §2: forbidden for RP0 and RP1)."""
    return end.response not in ("RP2", "RP3")


def hold(
    action: Action, now: int, *, switch: Freeze, recent: Iterable[Action], ends: Iterable[End]
) -> tuple[str, bool]:
    """Why it may not run at this moment, and whether it never may; empty when it may run.

    Args:
        action: that is to run.
        now: nanoseconds since 1970.
        switch: that suspends all.
        recent: actions of the same ward, this one may be among them.
        ends: what it touches, as known now; of a path, the hostile one. Read last, since that costs most.
    """
    if action.status not in ("approved", "running") or action.wants != "apply" or action.needs or action.confirms:
        return "unapproved", True
    if {one.undoes for one in action.undo} != {one.id for one in action.plan}:
        return "no-undo", True
    if now >= action.until:
        return "expired", True
    if switch.on and action.level >= 2:
        return "frozen", False
    if "bedside" in action.confirm and now - _said(action, "bedside") > BEDSIDE:
        return "bedside", False
    if action.level >= 2 and _crowded(action, now, recent):
        return "rate", False
    row = Row(mode=action.mode, approve=action.approve, confirm=action.confirm)  # type: ignore[arg-type]
    for end in ends:
        ruling = guard(row, action.verb, end)
        if ruling.mode == "never":
            return ruling.because[0], True
        if (ruling.mode, set(ruling.approve), set(ruling.confirm)) != (
            action.mode, set(action.approve), set(action.confirm)
        ):  # fmt: skip
            # What it touches is something else than when people agreed: a ventilator was taken for a printer.
            return "changed", True
        if gentle(end) and not all(step.gentle for step in action.plan):
            return "changed", True
    return "", False


def _said(action: Action, what: str) -> int:
    """When something was last confirmed; 0 for never."""
    return max((one.at for one in action.events if one.verb == "confirm" and one.role == what), default=0)


def _crowded(action: Action, now: int, recent: Iterable[Action]) -> bool:
    """Whether the ward had its share: things that others touched, besides those of this one."""
    touched = {
        reach
        for one in recent
        if one.id != action.id and one.level >= 2 and one.began_at and now - one.began_at < WITHIN
        for reach in one.reach
    }
    return len(touched | set(action.reach)) > MOST and not set(action.reach) <= touched
