"""Agreeing: what a person says of an action, once they may say it.

Question: may this person say this of this action, in which of their roles, and which message does it make?
Reference: domain note 09 §6 (c), (d); issue 3 part 1 (rights reach a part of the hospital). Every door, the pages, the
API and the command line, comes through here; whatever comes past all doors still has to pass `garde.respond.life`,
which counts nobody twice and nothing that was not shown.

Example::

    bus.publish([decided(store, visitor, "a-…", "approve", now, shown=action.shown)])
"""

from __future__ import annotations

from typing import Final

from garde.errors import Missing, Refused
from garde.model.decision import Decision, word
from garde.model.device import Device
from garde.model.zones.action import ALL, Action, Freeze
from garde.people.door import Visitor
from garde.people.roles import holders
from garde.ports import View
from garde.respond.life import allowed, asked

#: Verb → the right that it needs, where the action's device is.
RIGHTS: Final = {
    "approve": "actions.approve",
    "refuse": "actions.approve",
    "confirm": "actions.approve",
    "override": "actions.approve",
    "review": "actions.approve",
    "undo": "actions.undo",
    "extend": "actions.undo",
}
#: The right to suspend all actions and to resume them: of the whole hospital, since it reaches all of it.
SWITCH: Final = "actions.freeze"


def decided(
    view: View,
    visitor: Visitor,
    name: str,
    verb: str,
    now: int,
    *,
    shown: str = "",
    what: str = "",
    value: str = "",
    until: int = 0,
    reason: str = "",
) -> Decision:
    """The message of what a person says of one action.

    Args:
        view: shows Action, Device and Freeze.
        visitor: who says it.
        name: id of the action.
        verb: of ``RIGHTS``.
        now: nanoseconds since 1970.
        shown: for ``approve`` and ``override``: ``Action.shown`` of what they looked at.
        what: for ``confirm``: ``bedside``, ``clinician``, ``spare`` or ``by-hand``.
        value: for ``confirm``: ``idle`` or ``in-use``, the clinician, the spare; ``applied`` or ``undone``.
        until: for ``extend``: nanoseconds since 1970.
        reason: in their own words.

    Raises:
        Missing: there is no such action, or they may not see it.
        Refused: they may not say it, or nobody may.
    """
    action = view.get(Action, [name]).get(name)
    device = view.get(Device, [action.device]).get(action.device) if action and action.device else None
    if action is None or not visitor.scope("actions.read").roles_over(device):
        raise Missing("action.unknown", f"There is no action {name[:80]!r}", hint="garde actions list")
    right = RIGHTS.get(verb, "actions.approve")
    roles = visitor.scope(right).roles_over(device)
    if not roles:
        raise _lacks(right)
    said = word(
        verb,
        visitor.login,
        now,
        about=name,
        attribute=shown if verb in ("approve", "override") else what,
        value=asked(action, roles) if verb == "approve" else value,
        until=until,
        reason=reason,
    )
    allowed(action, said, frozen=(view.get(Freeze, [ALL]).get(ALL) or Freeze()).on)
    return said


def switching(visitor: Visitor, verb: str, now: int, reason: str) -> Decision:
    """The message that suspends all actions (``freeze``), or resumes them (``thaw``).

    Raises:
        Refused: they may not, or say no reason.
    """
    if not visitor.scope(SWITCH).everything:
        raise _lacks(SWITCH)
    if not reason.strip():
        raise Refused("action.reason", "This decision needs a reason", hint="Say in a few words why")
    return word(verb, visitor.login, now, about=ALL, reason=reason)


def _lacks(right: str) -> Refused:
    return Refused(
        "access.right", f"This needs the right {right}", hint=f"Roles that have it: {', '.join(holders(right))}"
    )
