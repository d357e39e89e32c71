"""Action: a reversible change in the world, whose undo is built before it may run.

Question: what is to be done against this threat, what does it touch, who agreed, and is it in force now?
Reference: domain note 09 §6 (safe response); DESIGN §1. An action is one step of a playbook for one finding. Where it
stands is folded by `garde.respond.life` from what was said and what was done (``events``), so it is the same in
whatever order and however often these come.

Example:
    >>> cut = Step(id="s", verb="cut", target="ip:10.9.9.9", other="device:d-1")
    >>> one = Action(id="a", verb="cut", why="f-1", plan=(cut,))
    >>> one.status, one.open
    ('proposed', True)
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.key import Key
from garde.model.message import Message, digest
from garde.model.zones.zone import Rule

#: An option that nobody is asked for; asked for; to be run; tried; in force; taken back; a person or an interlock said
#: no; its time passed before it ran; held by the switch that suspends all.
STATUSES: Final = ("proposed", "waiting", "approved", "running", "done", "undone", "refused", "expired", "frozen")
#: Statuses from which nothing more follows.
OVER: Final = ("undone", "refused", "expired")
#: What the agent is asked for.
WANTS: Final = ("", "apply", "undo")
MINUTE: Final = 60 * 1_000_000_000
#: How long an action is offered, and how long it is in force, unless the playbook says otherwise.
TTL: Final = 60 * MINUTE
#: What a word about every action at once is about: freeze and thaw.
ALL: Final = "actions"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One change at one place; the same id is the same change, however often it is asked for.

    Attributes:
        id: digest of the action and its place in it.
        verb: a row of ``respond/verbs.toml``.
        target: what is touched: ``ip:CIDR``, ``mac:ADDRESS``, ``device:ID``, ``name:DNS-NAME``, ``account:NAME`` or
            ``role:NAME``.
        keys: by which it is known on the network; empty for what is not there.
        other, other_keys: the other end, where a path between two is touched.
        allow: what stays allowed, where a device is restricted.
        gentle: the session may be asked to authenticate again, its port is neither bounced nor disabled (domain note
            04 §2: forbidden for RP0 and RP1).
        undoes: id of the step that this one takes back.
    """

    id: str
    verb: str
    target: str
    keys: tuple[Key, ...] = ()
    other: str = ""
    other_keys: tuple[Key, ...] = ()
    allow: tuple[Rule, ...] = ()
    gentle: bool = True
    undoes: str = ""


class Event(msgspec.Struct, frozen=True, order=True):
    """One thing that was said of an action or done for it; compared by its time, then by its id.

    Attributes:
        at, id: of the message.
        verb: of the decision; what the agent did, as in ``Ran.what``; ``closed`` of the finding.
        person: login, or the name of the enforcer.
        role: in which role a person agreed, several with a blank between them; for ``confirm``, what is confirmed.
        value: what an approver saw (``Action.shown``); for ``confirm``, the words; for a failure, its code.
        until: of the decision.
        reason: in the person's own words, or what an enforcer said.
    """

    at: int
    id: str
    verb: str
    person: str = ""
    role: str = ""
    value: str = ""
    until: int = 0
    reason: str = ""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a playbook, for one finding.

    Attributes:
        id: ``a-`` and the digest of finding, which time it began, playbook and step.
        verb: a row of ``respond/verbs.toml``.
        level: 0 to 5 (domain note 09 §6).
        device: id of the device that the finding is about.
        peer: the other end as the finding names it, as an object; empty when there is none.
        ward: of the device, as claimed; the rate is limited by it.
        playbook, step: its name, and the place in it from 1.
        why: id of the finding.
        severity: of the finding.
        touches: ``nobody``, ``path``, ``peer`` or ``device``.
        reach: objects that are touched.
        impact: ``code: value``, what would be lost; shown before anybody may agree.
        plan: the steps.
        undo: what takes them back, built before they may run; the last step first.
        mode: ``automatic``, ``approval`` or ``option`` (nobody is asked for it, but somebody may).
        approve: roles each of which must agree, each by another person.
        confirm: what must be confirmed: ``bedside``, ``clinician``, ``spare``.
        firm: nobody may break the glass for it: it touches a device that is never isolated without two people.
        ttl: nanoseconds for which it is offered, and then in force.
        planned: the turn of the finding that it was planned at, as its time and id.
        events: what was said and done, in order.
        clock: the latest moment that is known to have come, in nanoseconds since 1970.
        status: one of ``STATUSES``.
        wants: one of ``WANTS``.
        until: offered, then in force, until then.
        approvals: ``role:login`` of those who agreed.
        needs: roles whose agreement is still missing.
        confirms: what is still to be confirmed.
        by_hand: nothing here can do it; a person was asked to.
        began_at, done_at, ended_at: when it was tried, was in force, and was over; 0 before.
        note: why it was refused, or what the last try said.
        at: when it was planned.
    """

    id: str
    verb: str
    level: int = 0
    device: str = ""
    peer: str = ""
    ward: str = ""
    playbook: str = ""
    step: int = 1
    why: str
    severity: str = "low"
    touches: str = "nobody"
    reach: tuple[str, ...] = ()
    impact: tuple[str, ...] = ()
    plan: tuple[Step, ...] = ()
    undo: tuple[Step, ...] = ()
    mode: str = "approval"
    approve: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    firm: bool = False
    ttl: int = TTL
    planned: tuple[int, str] = (0, "")
    events: tuple[Event, ...] = ()
    clock: int = 0
    status: str = "proposed"
    wants: str = ""
    until: int = 0
    approvals: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()
    by_hand: bool = False
    began_at: int = 0
    done_at: int = 0
    ended_at: int = 0
    note: str = ""
    at: int = 0

    @property
    def open(self) -> bool:
        """Whether something may still follow."""
        return self.status not in OVER

    @property
    def shown(self) -> str:
        """Digest of what an approver must have seen: what is touched, what would be lost, and the steps.

        An approval names it; one that names another was given for something else and does not count.
        """
        steps = (f"{one.verb} {one.target} {one.other} {one.gentle} {one.allow}" for one in self.plan)
        return digest("shown", self.id, *self.reach, "|", *self.impact, "|", *steps, size=10)


class Early(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of an action before its plan came, kept until it does.

    Attributes:
        id: of the action; of the finding, for its closings, which concern every action of it.
        events: in order.
    """

    id: str
    events: tuple[Event, ...] = ()


class Freeze(msgspec.Struct, frozen=True, kw_only=True):
    """The switch that suspends all actions; there is one, and its id is ``ALL``.

    Attributes:
        on: nothing is applied. What is in force stays until its time or until a person takes it back.
        said: the last word about it, as its time and id.
        person, reason: who said it last, and why.
    """

    id: str = ALL
    on: bool = False
    said: tuple[int, str] = (0, "")
    person: str = ""
    reason: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an enforcer says of one step.

    Attributes:
        ok: it is so now. A step that was so already is ok too.
        code: slug of what went wrong; empty when it is ok.
        detail: one line for a person.
    """

    ok: bool
    code: str = ""
    detail: str = ""


class Proposed(Message, frozen=True, kw_only=True):
    """An action was planned, or planned anew; ``cause`` is the turn of the finding."""

    action: Action


class Ran(Message, frozen=True, kw_only=True):
    """What the agent did for an action; ``cause`` is the word or the plan that let it.

    Attributes:
        action: its id.
        device: that the action's finding is about.
        what: ``begun.apply``, ``ran.apply``, ``failed.apply`` (it is tried again), ``refused.apply`` (it is not), or
            ``order.apply`` (it is handed to a person), and the same of ``undo``.
        by: name of the enforcer; ``hand`` for an order to a person.
        code: slug of what went wrong.
        detail: one line for a person.
    """

    action: str
    device: str = ""
    what: str
    by: str = ""
    code: str = ""
    detail: str = ""


def action_id(finding: str, count: int, playbook: str, step: int, target: str) -> str:
    """The id under which every plan of the same step against the same end, for the same outbreak, meets."""
    return f"a-{digest('action', finding, count, playbook, step, target)}"


def proposed(action: Action, cause: tuple[str, ...]) -> Proposed:
    """The message of a plan; planned again from the same facts, it is one message."""
    content = msgspec.json.encode(action, order="deterministic").decode()
    return Proposed(id=f"o-{digest('proposed', content)}", at=action.at, cause=cause, action=action)


def ran(
    action: Action, what: str, at: int, *, by: str, code: str = "", detail: str = "", turn: int = 0, cause: str = ""
) -> Ran:
    """The message of one thing that was done; the same try is one message.

    Args:
        action: for which.
        what: as in ``Ran.what``.
        at: when, in nanoseconds since 1970.
        by: who did it.
        code, detail: what went wrong, and what was said.
        turn: number of the try.
        cause: id of what let it; empty takes the plan.
    """
    name = digest("ran", action.id, action.planned[1], what, by, code, turn)
    return Ran(
        id=f"r-{name}", at=at, cause=(cause or action.planned[1],), action=action.id, device=action.device,
        what=what, by=by, code=code, detail=detail,
    )  # fmt: skip
