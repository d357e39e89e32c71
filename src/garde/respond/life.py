"""Life: where an action stands after what was said and what was done.

Question: may it run now, is it in force, must it be taken back, and who has still to agree?
Reference: domain note 09 §6 (b), (c), (d), (f). Where an action stands is computed from all its events in the order of
their times, so it is the same in whatever order and however often they come. Nobody's silence ever lets it run. An
approval counts for what was shown only, and each role needs another person.

Example:
    >>> one = Action(id="a", verb="cut", why="f", mode="approval", approve=("rssi",), at=10, ttl=100)
    >>> fold(one).status, fold(one).needs
    ('waiting', ('rssi',))
    >>> fold(one, [Event(20, "w", "approve", "k", "rssi", one.shown)]).wants
    'apply'
    >>> fold(one, clock=110).status
    'expired'
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec

from garde.errors import Refused
from garde.model.decision import OF_ACTIONS, Decision
from garde.model.finding import Changed
from garde.model.zones.action import ALL, MINUTE, Action, Event, Freeze, Ran

#: A silent approver is spoken of after this long (09 §6 c).
SILENCE: Final = 10 * MINUTE
#: Who broke the glass answers for it within this (09 §6 f).
REVIEW: Final = 72 * 60 * MINUTE
#: Farthest that one word may put the end off.
LONGEST: Final = 24 * 60 * MINUTE
#: Longest word of a person that is kept with an action, and longest order; the log holds all of it.
CLIPPED: Final = 200
ORDER: Final = 4_000
#: What may be confirmed: by whom the bedside was looked at, and so on; ``by-hand``: the work order was carried out.
CONFIRMS: Final = ("bedside", "clinician", "spare", "by-hand")
#: Words that need a reason.
_REASON: Final = ("refuse", "override", "undo", "extend", "freeze", "thaw", "review")


def event_of(message: Decision | Ran | Changed) -> Event:
    """What a message says of an action; of the turns of its finding, only that it was closed.

    A finding that comes back is planned anew, and what is older than the plan does not count.
    """
    if isinstance(message, Ran):
        return Event(message.at, message.id, message.what, message.by, "", message.code, 0, message.detail[:ORDER])
    if isinstance(message, Changed):
        return Event(message.at, message.id, "closed", message.by)
    role = message.attribute if message.verb == "confirm" else message.value
    value = message.value if message.verb == "confirm" else message.attribute
    return Event(
        message.at, message.id, message.verb, message.person, role[:CLIPPED], value[:CLIPPED], message.until,
        message.reason[:CLIPPED],
    )  # fmt: skip


def fold(action: Action, events: Iterable[Event] = (), *, clock: int = 0, frozen: bool = False) -> Action:
    """The action with more events, and as it stands then.

    Args:
        action: with its plan and the events known so far.
        events: more of them, in any order; those known already change nothing.
        clock: a moment that is known to have come.
        frozen: the switch that suspends all is on.
    """
    kept = _kept((*action.events, *events))
    course = _walked(msgspec.structs.replace(action, events=kept))
    now = max(action.clock, clock, action.at)
    status, wants = course.standing(now)
    # Looking and calling change nothing for anybody: they go on.
    if frozen and action.level >= 2 and status in ("proposed", "waiting", "approved"):
        status, wants = "frozen", ""
    return msgspec.structs.replace(
        action,
        events=kept,
        clock=max(action.clock, clock),
        status=status,
        wants=wants,
        until=course.until,
        approvals=tuple(f"{role}:{person}" for role, person in sorted(course.given.items())),
        needs=course.needs,
        confirms=course.confirms,
        by_hand=course.by_hand,
        began_at=course.began,
        done_at=course.done,
        ended_at=course.ended or (course.until if status == "expired" else 0),
        note=course.note,
    )


def replanned(action: Action, plan: Action) -> Action:
    """The action under a newer plan; one that runs stays as it is, for what began is what must be taken back.

    What was said before the newer plan was said of the older one: it does not count any more.
    """
    runs = (action.began_at or action.done_at or action.by_hand) and (action.open or plan.at < action.ended_at)
    if runs or plan.planned <= action.planned:
        return action
    return msgspec.structs.replace(plan, events=action.events, clock=action.clock)


def switched(switch: Freeze, word: Decision) -> Freeze:
    """The switch after a word about it; the last one by its time holds."""
    mark = (word.at, word.id)
    if word.about != ALL or word.verb not in ("freeze", "thaw") or mark <= switch.said:
        return switch
    return Freeze(on=word.verb == "freeze", said=mark, person=word.person, reason=word.reason)


def override_at(action: Action) -> tuple[int, bool]:
    """When somebody broke the glass, 0 for never, and whether that was looked at since, by somebody else."""
    broken = [one for one in action.events if one.verb == "override"]
    if action.firm or not broken:
        return 0, False
    first = broken[0]
    seen = any(one.verb == "review" and one.at >= first.at and one.person != first.person for one in action.events)
    return first.at, seen


def allowed(action: Action, said: Decision, *, frozen: bool = False) -> None:
    """Whether this may be said of it at all, before the right to say it is asked.

    Raises:
        Refused: no such verb, no reason, too late, by the same person twice, or not for what was shown.
    """
    verb = said.verb
    if verb not in OF_ACTIONS or verb in ("freeze", "thaw"):
        raise Refused("action.verb", f"{verb!r} is nothing one can decide of an action")
    if verb in _REASON and not said.reason.strip():
        raise Refused("action.reason", "This decision needs a reason", hint="Say in a few words why")
    if not action.open and verb != "review":
        raise Refused("action.over", f"This action is {action.status}", hint="A new turn of the finding plans another")
    if verb in ("approve", "override", "confirm") and frozen:
        raise Refused("action.frozen", "All actions are suspended", hint="Resume them first: garde actions thaw")
    if verb in ("approve", "override"):
        _may_agree(action, said)
    if verb == "confirm":
        _may_confirm(action, said)
    if verb == "undo" and not (action.began_at or action.by_hand):
        raise Refused("action.undo", "It was never run", hint="Refuse it instead")
    if verb == "extend" and not (action.done_at and said.at < said.until <= said.at + LONGEST):
        raise Refused("action.extend", "Only what is in force is put off, by a day at most")
    if verb == "review":
        broken, _ = override_at(action)
        if not broken or any(one.person == said.person for one in action.events if one.verb == "override"):
            raise Refused("action.review", "Somebody else than who broke the glass looks at it, and only then")


def asked(action: Action, held: Iterable[str]) -> str:
    """The roles in which somebody may agree, with a blank between them; empty when none of theirs is asked for.

    Somebody who holds several says all of them: they fill the one that nobody else does.
    """
    roles = set(held)
    return " ".join(role for role in action.approve if role in roles)


def matched(roles: Iterable[str], agreed: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Role → person, nobody twice, as many roles as can be (a maximum matching).

    >>> matched(("rssi", "biomedical"), {"anna": {"rssi"}, "bruno": {"rssi", "biomedical"}})
    {'rssi': 'anna', 'biomedical': 'bruno'}
    """
    found: dict[str, str] = {}

    def seat(role: str, tried: set[str]) -> bool:
        for person in sorted(agreed):
            if role in agreed[person] and person not in tried:
                tried.add(person)
                other = next((name for name, who in found.items() if who == person), "")
                if not other or seat(other, tried):
                    found[role] = person
                    return True
        return False

    for role in roles:
        seat(role, set())
    return found


def _may_agree(action: Action, said: Decision) -> None:
    if said.attribute != action.shown:
        raise Refused("action.shown", "What would be touched was not shown, or has changed", hint="Look at it again")
    if action.status not in ("proposed", "waiting"):
        raise Refused("action.approve", f"Nothing is to be agreed to: it is {action.status}")
    if said.verb == "override":
        if action.firm:
            raise Refused("action.firm", "Nobody breaks the glass for this device", hint="Two people must agree")
        return
    agreed = _walked(action).agreed
    if said.person in agreed:
        raise Refused("action.same-person", "You agreed already", hint="Another person must agree in the other role")
    if len(matched(action.approve, agreed | {said.person: set(said.value.split())})) == len(action.approvals):
        missing = ", ".join(action.needs)
        raise Refused("action.role", f"The role {said.value!r} is not asked for", hint=f"Missing: {missing}")


def _may_confirm(action: Action, said: Decision) -> None:
    if said.attribute not in CONFIRMS or not said.value.strip():
        raise Refused("action.confirm", "This cannot be confirmed", hint=f"One of {', '.join(CONFIRMS)}, and what")
    if said.attribute == "by-hand" and not (action.by_hand and said.value in ("applied", "undone")):
        raise Refused("action.by-hand", "No work order is open for it", hint="Say applied or undone")
    if said.attribute == "bedside" and said.value not in ("idle", "in-use"):
        raise Refused("action.bedside", "Say whether the device is in use", hint="Say idle or in-use")
    if said.attribute == "clinician" and said.value.strip() in _walked(action).agreed:
        raise Refused("action.clinician", "The clinician is somebody else than who agrees")


class _Course:
    """The walk over the events of one action."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.until = action.at + action.ttl
        self.agreed: dict[str, set[str]] = {}
        self.confirmed: dict[str, str] = {}
        self.overridden = self.by_hand = self.ordered_back = False
        self.closed = self.undoing = self.refused = False
        self.began = self.done = self.ended = 0
        self.note = ""

    @property
    def given(self) -> dict[str, str]:
        """Role → who agreed in it, each person once, so that as many roles as can be are filled."""
        return matched(self.action.approve, self.agreed)

    @property
    def needs(self) -> tuple[str, ...]:
        """Roles still missing."""
        if self.overridden or self.action.mode == "automatic":
            return ()
        given = self.given
        return tuple(role for role in self.action.approve if role not in given)

    @property
    def confirms(self) -> tuple[str, ...]:
        """What is still to be confirmed."""
        return tuple(one for one in self.action.confirm if not self._confirmed(one))

    def _confirmed(self, what: str) -> bool:
        value = self.confirmed.get(what, "")
        if what == "bedside":
            return value == "idle"
        # Who agrees may agree after having named themselves.
        return bool(value) and not (what == "clinician" and value in self.agreed)

    def take(self, event: Event) -> None:
        """One event, not earlier than those before; what is older than the plan was said of another one."""
        before = event.at <= self.action.at if event.verb == "closed" else event.at < self.action.at
        if self.ended or before:
            return
        offered = not self.done and not self.refused and event.at < self.until
        match event.verb:
            case "approve" if offered and event.value == self.action.shown:
                self.agreed.setdefault(event.person, set()).update(event.role.split())
            case "confirm" if event.role == "by-hand":
                self._by_hand(event)
            case "confirm" if offered:
                self.confirmed[event.role] = event.value.strip()
            case "override" if offered and not self.action.firm and event.value == self.action.shown:
                self.overridden = True
            case "refuse" | "undo":
                self._stop(event)
            case "extend" if self.done:
                self.until = max(self.until, min(event.until, event.at + LONGEST))
            case "closed":
                self._close(event)
            case _:
                self._did(event)

    def _stop(self, event: Event) -> None:
        self.note = event.reason
        if self.done or self.began or self.by_hand:
            self.undoing = True
        elif not self.refused:
            self.refused, self.ended = True, event.at

    def _close(self, event: Event) -> None:
        # What evidence closes may be quiet because it is cut: that stays until its time. What a person closes is over.
        if event.person and (self.done or self.began):
            self.undoing = True
        elif not self.done or self.action.verb == "call":
            self.closed = True
        self.agreed, self.confirmed, self.overridden = {}, {}, False

    def _by_hand(self, event: Event) -> None:
        if not self.by_hand:
            return
        if event.value == "applied" and not self.done:
            self._did(Event(event.at, event.id, "ran.apply", event.person))
        elif event.value == "undone":
            self._did(Event(event.at, event.id, "ran.undo", event.person))

    def _did(self, event: Event) -> None:
        match event.verb:
            case "begun.apply":
                self.began = self.began or event.at
            case "ran.apply":
                self.began = self.began or event.at
                if not self.done:
                    self.done, self.until, self.note = event.at, event.at + self.action.ttl, event.reason
            case "refused.apply":
                self.refused, self.note = True, event.value or event.reason
                self.ended = 0 if self.began else event.at
            case "order.apply":
                self.by_hand = True
            case "order.undo":
                self.ordered_back = True
                if not self.done:
                    # Nobody said that the order was carried out; it is withdrawn.
                    self.ended = event.at
            case "failed.apply" | "failed.undo" | "refused.undo":
                self.note = event.value or event.reason
            case "ran.undo":
                self.ended = event.at

    def standing(self, now: int) -> tuple[str, str]:
        """Status and what the agent is asked for."""
        if self.ended:
            return ("refused" if self.refused and not self.done else "undone"), ""
        back = "" if self.by_hand and self.ordered_back else "undo"
        if self.done and self.action.verb == "call":
            # It is taken back by saying that it is over, which needs no agent.
            return ("undone" if self.undoing or self.closed or now >= self.until else "done"), ""
        if self.done:
            return "done", back if self.undoing or now >= self.until else ""
        late = now >= self.until
        if self.began or (self.by_hand and (self.undoing or self.closed or late)):
            # It was tried and nobody knows how far it came: taking it back is safe.
            stop = self.undoing or self.refused or self.closed or late
            return "running", back if stop else "apply"
        if self.closed:
            return "refused", ""
        if late:
            return "expired", ""
        if not self.needs and not self.confirms:
            return "approved", "" if self.by_hand else "apply"
        return ("waiting" if self.action.mode == "approval" or self.given else "proposed"), ""


def _walked(action: Action) -> _Course:
    """The walk over all events of an action."""
    course = _Course(action)
    for event in action.events:
        course.take(event)
    return course


def _kept(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event once, in order; of those that say the same, the first and the last: memory is bounded."""
    first: dict[tuple[str, ...], Event] = {}
    last: dict[tuple[str, ...], Event] = {}
    for event in events:
        key = (event.verb, event.person, event.role, event.value if event.verb in ("approve", "override") else "")
        first[key] = min(first.get(key, event), event)
        last[key] = max(last.get(key, event), event)
    return tuple(sorted({one.id: one for one in (*first.values(), *last.values())}.values()))
