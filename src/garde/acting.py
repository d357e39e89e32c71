"""Actions from the command line: what is proposed, what people say of it, and the switch that suspends all.

Question: what is to be done against this threat, what would it touch, and how do I say yes, no or stop?
Reference: issue 4 part 9 (contract of ``garde actions``); domain note 09 §6. Part of the composition root. Who agrees
is known by a token of their own; whoever may write the store may also suspend everything and take an action back,
since both restore care, and stands in the log as ``shell:NAME``. What would be touched is printed before anybody can
agree: its code must be typed.

Example::

    garde actions list
    garde actions approve a-… --shown 2kbpxhgrulviwfjv --token-stdin < token
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from garde import config as settings
from garde.app import SystemClock, opened, people, runner_of
from garde.enforcers.containment import Containment
from garde.errors import Missing, Refused
from garde.model.decision import Decision, word
from garde.model.message import moment
from garde.model.zones.action import ALL, MINUTE, Action, Freeze, Step
from garde.people.door import Door, Visitor
from garde.pipeline.actions.agreeing import decided, switching
from garde.ports import Enforcer, Store
from garde.report.table import table_of
from garde.respond.life import allowed
from garde.respond.plan import Playbook, load, playbooks
from garde.respond.verbs import named, verbs

#: Columns of the list, in order.
COLUMNS: Final = ("id", "status", "does", "device", "ward", "needs", "until", "why")
#: Order of the list: what waits for somebody first, what is over last.
ORDER: Final = ("waiting", "frozen", "approved", "running", "done", "proposed", "undone", "refused", "expired")


def enforcers(chosen: settings.Config) -> tuple[Enforcer, ...]:
    """What can carry out steps of actions here, as the settings name it; none means that people are given orders."""
    return (Containment(chosen.respond.gateway),) if chosen.respond.gateway else ()


def listed(form: str, *, every: bool = False, store: str | None = None, config: Path | None = None) -> str:
    """Actions as ``text`` or ``json``, what waits for somebody first; those that are over only when asked for."""
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        found = sorted(
            (one for one in kept.all(Action) if every or one.open),
            key=lambda one: (ORDER.index(one.status), -one.level, one.at, one.id),
        )
        switch = _switch(kept)
    if form == "json":
        own = load(chosen.respond.playbooks)
        record = {"frozen": switch.on, "actions": [as_record(one, own) for one in found]}
        return msgspec.json.encode(record).decode("utf-8")
    head = [f"All actions are suspended by {switch.person}: {switch.reason}"] if switch.on else []
    return "\n".join([*head, table_of(COLUMNS, (_row(one) for one in found))])


def shown(name: str, form: str, *, store: str | None = None, config: Path | None = None) -> str:
    """One action whole: its steps, what takes them back, and what would be lost.

    Raises:
        Missing: no action, or several, begin with that id.
    """
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        action = find(kept, name)
    own = load(chosen.respond.playbooks)
    return msgspec.json.encode(as_record(action, own)).decode("utf-8") if form == "json" else as_text(action, own)


def say(
    verb: str,
    name: str,
    *,
    token: str = "",
    seen: str = "",
    what: str = "",
    value: str = "",
    minutes: int = 0,
    reason: str = "",
    store: str | None = None,
    config: Path | None = None,
) -> str:
    """Say something of an action; one sentence that says where it stands then.

    Args:
        verb: ``approve``, ``refuse``, ``confirm``, ``override``, ``review``, ``undo`` or ``extend``.
        name: id of the action, or the beginning of it.
        token: of the person; only ``undo`` goes without.
        seen: the code of what was shown, for ``approve`` and ``override``.
        what, value: for ``confirm``.
        minutes: for ``extend``: from now on.
        reason: in the person's own words.
        store, config: as everywhere.

    Raises:
        Missing: no action, or several, begin with that id.
        Refused: this person may not say it, nobody may, or what would be touched was not shown.
    """

    def make(kept: Store, visitor: Visitor, now: int) -> Decision:
        action = find(kept, name)
        if verb in ("approve", "override") and not seen:
            raise Refused(
                "action.shown", f"{as_text(action)}\nThis must be looked at first", hint=f"Add --shown {action.shown}"
            )
        until = now + minutes * MINUTE if minutes else 0
        if verb == "undo" and not token:
            said = word(verb, _me(), now, about=action.id, reason=reason)
            allowed(action, said)
            return said
        return decided(
            kept, visitor, action.id, verb, now, shown=seen, what=what, value=value, until=until, reason=reason
        )

    return _said(make, token, lambda kept, said: _standing(find(kept, said.about)), store, config)


def switch(on: bool, *, token: str = "", reason: str = "", store: str | None = None, config: Path | None = None) -> str:
    """Suspend all actions, or resume them; a sentence that says which.

    Raises:
        Refused: this person may not, or says no reason. Only to suspend goes without a token.
    """
    verb = "freeze" if on else "thaw"

    def make(kept: Store, visitor: Visitor, now: int) -> Decision:
        if on and not token:
            return word(verb, _me(), now, about=ALL, reason=reason or "from the command line")
        return switching(visitor, verb, now, reason)

    def standing(kept: Store, said: Decision) -> str:
        if _switch(kept).on:
            return "All actions are suspended; what is in force stays until its time, or until it is taken back"
        return "Actions go on"

    return _said(make, token, standing, store, config)


def find(kept: Store, name: str) -> Action:
    """The action of that id, or the one that begins so.

    Raises:
        Missing: none does, or several do.
    """
    whole = kept.get(Action, [name]).get(name)
    if whole is not None:
        return whole
    found = [one for one in kept.all(Action) if len(name) >= 4 and one.id.startswith(name)]
    if len(found) != 1:
        raise Missing("action.unknown", f"{len(found)} actions begin with {name[:80]!r}", hint="garde actions list")
    return found[0]


def as_record(action: Action, own: Sequence[Playbook] = ()) -> dict[str, Any]:
    """An action of the contract; ``own`` are the site's playbooks."""
    book = _book(action, own)
    return {
        "id": action.id,
        "verb": action.verb,
        "level": action.level,
        "status": action.status,
        "device": action.device,
        "peer": action.peer,
        "ward": action.ward,
        "playbook": action.playbook,
        "step": action.step,
        "finding": action.why,
        "severity": action.severity,
        "reach": list(action.reach),
        "impact": list(action.impact),
        "plan": [_step(one) for one in action.plan],
        "undo": [_step(one) for one in action.undo],
        "mode": action.mode,
        "needs": list(action.needs),
        "confirms": list(action.confirms),
        "approvals": list(action.approvals),
        "by_hand": action.by_hand,
        "shown": action.shown,
        "until": moment(action.until),
        "done_at": moment(action.done_at) if action.done_at else None,
        "note": action.note,
        "degraded": {"fr": book.degraded("fr"), "en": book.degraded("en")} if book else None,
    }


def as_text(action: Action, own: Sequence[Playbook] = ()) -> str:
    """An action for a terminal: what it does, what it touches, how it is taken back, and what is missing."""
    verb = verbs()[action.verb]
    lines = [f"{action.id}  {action.status}  level {action.level}, {action.playbook} step {action.step}"]
    lines += [f"  does   {verb.order('en', one)}" for one in action.plan]
    lines += [f"  back   {verb.order('en', one, back=True)}" for one in action.plan]
    lines += [f"  impact {one}" for one in action.impact]
    lines += [f"  needs  {one}" for one in (*action.needs, *(f"confirm {one}" for one in action.confirms))]
    lines += [f"  agreed {one}" for one in action.approvals]
    lines += [f"  order  {event.reason}" for event in action.events if event.verb.startswith("order.")]
    if action.note:
        lines.append(f"  note   {action.note}")
    lines += [f"  until  {moment(action.until)}", f"  shown  {action.shown}"]
    if book := _book(action, own):
        lines.append(f"  care   {book.degraded('en')}")
    return "\n".join(lines)


def _book(action: Action, own: Sequence[Playbook]) -> Playbook | None:
    return next((book for book in (*own, *playbooks()) if book.name == action.playbook), None)


def _step(step: Step) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(step)
    return record | {"keys": [str(key) for key in step.keys], "other_keys": [str(key) for key in step.other_keys]}


def _row(action: Action) -> dict[str, str]:
    target = named(action.reach[0]) if action.reach else ""
    other = named(action.plan[0].other) if action.plan and action.plan[0].other else ""
    return {
        "id": action.id, "status": f"{action.status}, by hand" if action.by_hand else action.status,
        "does": verbs()[action.verb].said("en", target, other), "device": action.device, "ward": action.ward,
        "needs": ", ".join((*action.needs, *action.confirms)), "until": moment(action.until)[:16], "why": action.why,
    }  # fmt: skip


def _standing(action: Action) -> str:
    missing = ", ".join((*action.needs, *(f"confirm {one}" for one in action.confirms)))
    return f"{action.id} is {action.status}" + (f"; still needed: {missing}" if missing and action.open else "")


def _switch(kept: Store) -> Freeze:
    return kept.get(Freeze, [ALL]).get(ALL) or Freeze()


def _said(
    make: Callable[[Store, Visitor, int], Decision], token: str, standing: Callable[[Store, Decision], str],
    store: str | None, config: Path | None,
) -> str:  # fmt: skip
    chosen, clock = settings.load(config), SystemClock()
    with opened(chosen, store) as (kept, bus):
        visitor = Door(people(chosen, kept)).present(token, clock.now()) if token else Visitor()
        if token and not visitor.known:
            raise Refused("access.refused", "This token opens nothing", hint="Make one: garde people token")
        said = make(kept, visitor, clock.now())
        bus.publish([said])
        runner_of(chosen, kept, bus, only=("responding",)).drain()
        return standing(kept, said)


def _me() -> str:
    return f"shell:{getpass.getuser()}"
