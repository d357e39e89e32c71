"""The responding stage: threats, people's words and what was done in; actions, and who must know of them, out.

Question: which actions does a batch propose, let run or take back, and who must be called?
Reference: domain note 09 §6; DESIGN §5. `garde.respond` decides. A turn of a threat is answered by its playbook; every
action is folded from all that was said of it, so neither order nor repetition change it. What was said of an action
before its plan came waits for it. A silent approver is spoken of after ten minutes; nothing is ever let run by silence.

Example:
    >>> stage().name
    'responding'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from garde.config import PRIVATE
from garde.model.decision import OF_ACTIONS, Decision
from garde.model.device import Device
from garde.model.finding import Changed, Judgement, judgement
from garde.model.flow import Conversation
from garde.model.message import Message, Wakeup
from garde.model.rhythm import Rhythm
from garde.model.zones.action import ALL, Action, Early, Event, Freeze, Ran, proposed
from garde.pipeline.actions.ends import Ends
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View
from garde.respond.decide import Policy, default
from garde.respond.life import REVIEW, SILENCE, event_of, fold, override_at, replanned, switched
from garde.respond.plan import Playbook, planned
from garde.respond.threat import End, Threat
from garde.respond.windows import Window

#: Turns of a finding that ask for an answer.
ANSWERED: Final = ("opened", "reopened", "raised")
#: Most open actions that one turn of the switch reads.
OPEN: Final = 100_000
#: Actions of one finding.
MANY: Final = 1_000


def stage(
    networks: Sequence[str] = PRIVATE,
    policy: Policy | None = None,
    playbooks: Sequence[Playbook] = (),
    windows: Sequence[Window] = (),
) -> Stage:
    """The row of the table.

    Args:
        networks: the site's own.
        policy: who may let what run.
        playbooks: the site's own, before the packaged ones.
        windows: in which devices are worked on, so that nothing goes by itself.
    """
    chosen = policy or default()

    def run(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        return _Turn(view, networks, chosen, playbooks, windows).effects(batch)

    return Stage(
        name="responding",
        consumes=(Changed, Decision, Ran),
        reads=(Action, Early, Freeze, Device, Conversation, Rhythm),
        run=run,
    )


class _Turn:
    """One batch."""

    def __init__(
        self,
        view: View,
        networks: Sequence[str],
        policy: Policy,
        playbooks: Sequence[Playbook],
        windows: Sequence[Window],
    ) -> None:
        self._view, self._networks, self._policy = view, networks, policy
        self._playbooks, self._windows = playbooks, windows
        self._stored: dict[str, Action] = {}
        self._known: dict[str, Action] = {}
        self._said: dict[str, list[Event]] = {}
        self._clock: dict[str, int] = {}
        self._out: list[Effect] = []
        self._ends: Ends | None = None

    def effects(self, batch: Sequence[Message]) -> Iterable[Effect]:
        """What the batch changes."""
        turns = [one for one in batch if isinstance(one, Changed) and one.kind == "threat"]
        words = [one for one in batch if isinstance(one, Decision) and one.about and one.verb in OF_ACTIONS]
        # A word about a finding has some verbs of actions too; ids tell them apart.
        words = [one for one in words if one.about == ALL or one.about.startswith("a-")]
        done = [one for one in batch if isinstance(one, Ran)]
        for one in batch:
            if isinstance(one, Wakeup):
                self._clock[one.topic] = max(self._clock.get(one.topic, 0), one.at)
        before = self._view.get(Freeze, [ALL]).get(ALL) or Freeze()
        switch = before
        for word in words:
            switch = switched(switch, word)
        self._gather(words, done, turns, everything=switch.on != before.on)
        for turn in sorted(turns, key=lambda one: (one.at, one.id)):
            if turn.what in ANSWERED:
                self._answer(turn)
        self._wait_for_plans(turns)
        for name, action in self._known.items():
            self._fold(name, action, switch.on)
        if switch != before:
            self._out.append(Put(switch))
        return self._out

    def _gather(
        self, words: Sequence[Decision], done: Sequence[Ran], turns: Sequence[Changed], *, everything: bool
    ) -> None:
        """What was said of which action, and the actions that it concerns as they are kept."""
        messages: list[Decision | Ran] = [*words, *done]
        for one in messages:
            name = one.action if isinstance(one, Ran) else one.about
            if name != ALL:
                self._said.setdefault(name, []).append(event_of(one))
        links = [turn.finding for turn in turns]
        found = [action for kept in self._view.linked(Action, links, MANY).values() for action in kept]
        if everything:
            found += self._view.linked(Action, ["open"], OPEN).get("open", [])
        names = {*self._said, *self._clock}
        self._stored = {one.id: one for one in found} | self._view.get(Action, names)
        self._known = dict(self._stored)

    def _answer(self, turn: Changed) -> None:
        """Plan the actions of a turn, or plan them anew."""
        ends = self._ends = Ends(self._view, self._networks, turn.at, self._ends)
        threat = ends.threat(turn)
        here = [end for end in (threat.device, *threat.peers) if end is not None]
        if not here:
            # What is about Garde itself is told by the policy of findings; nothing on the network is to be changed.
            return
        plans = planned(
            threat,
            self._policy,
            self._playbooks,
            partners={end.object: ends.partners(end) for end in here},
            allow={end.object: ends.essential(end, _hostile(threat, end.object)) for end in here},
            calm={end.object: ends.calm(end) for end in here},
            windows=self._windows,
        )
        for plan in plans:
            before = self._known.get(plan.id)
            after = plan if before is None else replanned(before, plan)
            if after is not before:
                self._known[plan.id] = after
                self._out.append(proposed(plan, (turn.id,)))

    def _wait_for_plans(self, turns: Sequence[Changed]) -> None:
        """Keep what was said before a plan came, and hand over what waited for the plans that came now."""
        closings: dict[str, list[Event]] = {}
        for turn in turns:
            if turn.what == "closed":
                closings.setdefault(turn.finding, []).append(event_of(turn))
        early = {name: events for name, events in self._said.items() if name not in self._known} | closings
        planned_now = {name for name in self._known if name not in self._stored}
        whys = {action.why for action in self._known.values()}
        kept = self._view.get(Early, {*early, *planned_now, *whys})
        for name, events in early.items():
            before = kept.get(name) or Early(id=name)
            after = Early(id=name, events=tuple(sorted({one.id: one for one in (*before.events, *events)}.values())))
            kept[name] = after
            if after != before:
                self._out.append(Put(after))
        for name, action in self._known.items():
            waiting = [one for one in (name, action.why) if one in kept]
            self._said.setdefault(name, []).extend(event for one in waiting for event in kept[one].events)

    def _fold(self, name: str, action: Action, frozen: bool) -> None:
        """Where an action stands, who must know, and when to look again."""
        before = self._stored.get(name)
        events = self._said.get(name, [])
        if action.verb == "call" and not action.done_at:
            # To call is to say so; nobody needs to be asked, and nothing needs to be driven.
            events = [*events, Event(action.at, f"called-{name}", "ran.apply", "garde")]
        after = fold(action, events, clock=self._clock.get(name, 0), frozen=frozen)
        if after == before:
            return
        self._out.append(Put(after))
        self._out.extend(_told(before, after))
        for at, what in _later(after):
            if before is None or (at, what) not in _later(before):
                self._out.append(
                    Wakeup(id=f"{what}-{name}-{at}", at=at, cause=(after.planned[1],), stage="responding", topic=name)
                )


def _hostile(threat: Threat, protected: str) -> list[End]:
    """The ends that a restriction of one end must not leave a way to."""
    return [end for end in (threat.device, *threat.peers) if end is not None and end.object != protected]


def _later(action: Action) -> list[tuple[int, str]]:
    """When to look at it again, and for what."""
    found = []
    if action.open:
        found.append((action.until, "until"))
    if action.status == "waiting":
        found.append((action.at + SILENCE, "silent"))
    broken, seen = override_at(action)
    if broken and not seen:
        found.append((broken + REVIEW, "review"))
    return found


class _State(msgspec.Struct, frozen=True):
    """That somebody must know something of an action, how severe that is, and since when."""

    severity: str
    at: int
    kind: str = "gap"
    reasons: tuple[str, ...] = ()


def _told(before: Action | None, after: Action) -> Iterable[Judgement]:
    """What people must know now and did not know, and what is over."""
    was, now = _states(before) if before else {}, _states(after)
    moment = max((after.clock, after.at, *(event.at for event in after.events[-1:])))
    for rule, state in now.items():
        if rule not in was or was[rule].severity != state.severity:
            yield judgement(
                rule, state.at, severity=state.severity, kind=state.kind, device=after.device, identifier=after.id,
                reasons=(f"finding: {after.why}", f"action: {after.verb}", *state.reasons), cause=(after.planned[1],),
            )  # fmt: skip
    for rule, state in was.items():
        if rule not in now:
            yield judgement(
                rule, max(moment, state.at + 1), severity=state.severity, kind=state.kind, device=after.device,
                identifier=after.id, cause=(after.planned[1],), over=True,
            )  # fmt: skip


def _states(action: Action) -> dict[str, _State]:
    """What must be known of an action as it stands: rule → state."""
    found: dict[str, _State] = {}
    heard = {event.verb: event for event in action.events}
    if action.verb == "call" and action.status == "done":
        role = action.reach[0].removeprefix("role:")
        found[f"action.call.{role}"] = _State(action.severity, action.at, reasons=(f"playbook: {action.playbook}",))
    if action.status == "waiting" and action.clock >= action.at + SILENCE:
        worse = "critical" if action.severity == "critical" else "high"
        found["action.silent"] = _State(worse, action.at + SILENCE, reasons=(f"needs: {' '.join(action.needs)}",))
    # Doing something by hand at the mirror port is no reason to wake anybody.
    if action.by_hand and action.open and action.level and (not action.done_at or "order.undo" in heard):
        order = heard.get("order.undo") or heard["order.apply"]
        found["action.by-hand"] = _State(action.severity, order.at, reasons=(f"order: {order.reason}",))
    if failed := heard.get("refused.apply") or (action.open and heard.get("failed.undo")):
        found["action.failed"] = _State("high", failed.at, "outage", (f"error: {failed.value or failed.reason}",))
    broken, seen = override_at(action)
    if broken and not seen:
        late = action.clock >= broken + REVIEW
        found["action.override"] = _State("critical" if late else "high", broken + (REVIEW if late else 0))
    return found
