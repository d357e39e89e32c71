"""Acting: the agent that carries out what was agreed, and takes back what is over.

Question: what may run at this very moment, who can do it, and what did they say?
Reference: domain note 09 §6 (b), (e); DESIGN §2 rule 7. What is taken back goes first, and nothing holds it up. Before
a step runs, everything is looked at anew: a patient may have been connected since people agreed. A step carries an id,
and the same id is the same change: an agent that dies asks again. Where no enforcer knows the verb a person is given
the order in words; nothing is ever said to be done that nobody did. Left out: two agents at once; one process acts.

Example::

    with acting(enforcers, networks, store, bus, clock, say=print):
        ...
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from garde.config import PRIVATE
from garde.errors import Refused, Unreachable
from garde.model.finding import judgement
from garde.model.zones.action import ALL, Action, Freeze, Outcome, Ran, Step, ran
from garde.pipeline.actions.ends import Ends
from garde.pipeline.shapes import begun_in
from garde.ports import Bus, Clock, Enforcer, Store
from garde.respond.interlocks import WITHIN, hold
from garde.respond.threat import End
from garde.respond.verbs import verbs

SECOND: Final = 1_000_000_000
#: Seconds between two looks at the store.
LOOK: Final = 1.0
#: Seconds before the second try of what did not answer, and at most between two tries.
FIRST: Final = 2.0
LONGEST: Final = 60.0
#: Actions that are looked at together: so many that those of a ward that is held up do not hide those of another.
TOGETHER: Final = 20_000
#: Actions of one ward and ten minutes that are looked at for its rate.
WARD: Final = 10_000
#: Rule of the finding that says that a ward had its share.
STORM: Final = "action.storm"


class Acting:
    """The hands; its owner calls `turn` again and again, from one thread.

    Args:
        enforcers: what can carry out steps; the first that knows a verb does it.
        networks: the site's own.
        store, bus, clock: of this process.
    """

    def __init__(
        self, enforcers: Sequence[Enforcer], networks: Sequence[str], store: Store, bus: Bus, clock: Clock
    ) -> None:
        self._enforcers = tuple(enforcers)
        self._networks = tuple(networks)
        self._store, self._bus, self._clock = store, bus, clock
        # What was said already, until the stage has folded it: action, plan and what.
        self._over: set[tuple[str, str, str]] = set()
        self._began: dict[str, Action] = {}
        self._tries: dict[tuple[str, str, str], int] = {}
        self._again: dict[tuple[str, str, str], int] = {}
        self._told: dict[str, int] = {}
        self._look: Ends | None = None
        self._wards: dict[str, list[Action]] = {}

    def turn(self) -> int:
        """Do what is due; returns how many actions were carried out, ordered, refused or taken back.

        Raises:
            Unreachable: the store or the bus does not answer; nothing is lost, come again.
        """
        self._look, self._wards = None, {}
        found = self._store.linked(Action, ["wants:undo", "wants:apply"], TOGETHER)
        back, onward = found.get("wants:undo", []), found.get("wants:apply", [])
        wanted = {_mark(one, one.wants) for one in (*back, *onward)}
        # What the stage has folded meanwhile is in the store; only the rest must be remembered.
        self._over &= wanted
        done = sum(self._undo(one) for one in sorted(back, key=lambda one: (one.until, one.id)))
        return done + sum(self._apply(one) for one in sorted(onward, key=_urgency))

    # --- forward ----------------------------------------------------------------------------------------------------

    def _apply(self, action: Action) -> bool:
        now, mark = self._clock.now(), _mark(action, "apply")
        if mark in self._over or self._again.get(mark, 0) > now:
            return False
        switch = self._store.get(Freeze, [ALL]).get(ALL) or Freeze()
        code, never = hold(action, now, switch=switch, recent=self._recent(action, now), ends=self._ends(action, now))
        if code == "expired":
            # The stage is woken for that.
            return False
        if never:
            self._say(mark, ran(action, "refused.apply", now, by="garde", code=code, detail=_HELD.get(code, code)))
            return True
        if code:
            self._storm(action, code, now)
            return False
        enforcer = self._who(action.verb)
        if enforcer is None:
            self._order(action, now, "apply", mark)
            return True
        if not action.began_at and action.id not in self._began:
            self._bus.publish([ran(action, "begun.apply", now, by=enforcer.name, cause=_let_by(action))])
        self._began[action.id] = msgspec.structs.replace(action, began_at=now)
        outcome = self._steps(enforcer.apply, action.plan, mark)
        if outcome is None:
            return self._later(action, "failed.apply", enforcer.name, mark, now)
        what = "ran.apply" if outcome.ok else "refused.apply"
        self._say(
            mark,
            ran(
                action, what, self._clock.now(), by=enforcer.name, code=outcome.code, detail=outcome.detail,
                cause=_let_by(action),
            ),
        )  # fmt: skip
        return True

    def _recent(self, action: Action, now: int) -> list[Action]:
        """Actions of the same ward, those begun in this very turn too."""
        self._began = {name: one for name, one in self._began.items() if now - one.began_at < WITHIN}
        if action.ward not in self._wards:
            links = [begun_in(action.ward, at) for at in (now - WITHIN, now)]
            found = self._store.linked(Action, links, WARD)
            self._wards[action.ward] = [one for kept in found.values() for one in kept]
        stored = {one.id: one for one in self._wards[action.ward]}
        return list((stored | {one.id: one for one in self._began.values() if one.ward == action.ward}).values())

    def _ends(self, action: Action, now: int) -> Iterator[End]:
        """What it touches, as known now; of a path, the hostile end."""
        if action.touches not in ("path", "peer", "device"):
            return
        # Who speaks for whom is looked up once a turn: every device is read for it.
        ends = self._look = Ends(self._store, self._networks, now, self._look)
        idle = max((e.at for e in action.events if e.verb == "confirm" and (e.role, e.value) == _IDLE), default=0)
        found = (ends.end(target, idle) for target in dict.fromkeys(step.target for step in action.plan))
        yield from (end for end in found if end is not None)

    def _storm(self, action: Action, code: str, now: int) -> None:
        """A ward that had its share is spoken of once in ten minutes."""
        if code == "rate" and now - self._told.get(action.ward, -WITHIN) >= WITHIN:
            self._told[action.ward] = now
            self._bus.publish(
                [
                    judgement(
                        STORM, now, severity="high", device=action.device, identifier=action.ward,
                        reasons=(f"ward: {action.ward}", f"finding: {action.why}"), cause=(action.planned[1],),
                    )
                ]
            )  # fmt: skip

    # --- back -------------------------------------------------------------------------------------------------------

    def _undo(self, action: Action) -> bool:
        now, mark = self._clock.now(), _mark(action, "undo")
        if mark in self._over or self._again.get(mark, 0) > now:
            return False
        enforcer = None if action.by_hand else self._who(action.verb)
        if enforcer is None:
            self._order(action, now, "undo", mark)
            return True
        outcome = self._steps(enforcer.undo, tuple(reversed(action.plan)), mark)
        if outcome is None:
            return self._later(action, "failed.undo", enforcer.name, mark, now)
        if not outcome.ok:
            # It is in force and cannot be taken back from here: a person must.
            self._bus.publish(
                [ran(action, "failed.undo", now, by=enforcer.name, code=outcome.code, detail=outcome.detail)]
            )
            self._order(action, now, "undo", mark)
            return True
        self._say(mark, ran(action, "ran.undo", self._clock.now(), by=enforcer.name, detail=outcome.detail))
        return True

    # --- both -------------------------------------------------------------------------------------------------------

    def _who(self, verb: str) -> Enforcer | None:
        return next((one for one in self._enforcers if verb in one.verbs), None)

    def _steps(
        self, do: Callable[[Step], Outcome], steps: Sequence[Step], mark: tuple[str, str, str]
    ) -> Outcome | None:
        """Each step in order; the first that is not well ends it. None when nobody answered."""
        detail = []
        for step in steps:
            try:
                outcome = do(step)
            except Unreachable as error:
                self._trouble = error.code
                return None
            except Refused as error:
                return Outcome(ok=False, code=error.code, detail=error.what)
            if not outcome.ok:
                return outcome
            detail.append(outcome.detail)
        return Outcome(ok=True, detail="; ".join(filter(None, detail)))

    def _later(self, action: Action, what: str, by: str, mark: tuple[str, str, str], now: int) -> bool:
        """Nobody answered: try again, and wait longer each time."""
        turn = self._tries.get(mark, 0)
        self._tries[mark] = turn + 1
        self._again[mark] = now + int(min(FIRST * 2.0 ** min(turn, 30), LONGEST) * SECOND)
        self._bus.publish([ran(action, what, now, by=by, code=self._trouble, turn=turn)])
        return False

    def _order(self, action: Action, now: int, way: str, mark: tuple[str, str, str]) -> None:
        """Tell a person what to do by hand, in both languages."""
        verb, back = verbs()[action.verb], way == "undo"
        texts = (
            " ".join(dict.fromkeys(verb.order(language, step, back=back) for step in action.plan))
            for language in ("fr", "en")
        )
        self._say(mark, ran(action, f"order.{way}", now, by="hand", detail=" / ".join(texts), cause=_let_by(action)))

    def _say(self, mark: tuple[str, str, str], said: Ran) -> None:
        self._bus.publish([said])
        self._over.add(mark)
        self._tries.pop(mark, None)
        self._again.pop(mark, None)

    _trouble = ""


@contextmanager
def acting(
    enforcers: Sequence[Enforcer], networks: Sequence[str], store: Store, bus: Bus, clock: Clock,
    say: Callable[[str], None],
) -> Iterator[None]:  # fmt: skip
    """A thread that acts while the block lasts."""
    stop = threading.Event()
    hands = Acting(enforcers, networks or PRIVATE, store, bus, clock)
    thread = threading.Thread(target=_work, args=(hands, stop, say), name="garde-acting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _work(hands: Acting, stop: threading.Event, say: Callable[[str], None]) -> None:
    told = ""
    while not stop.is_set():
        try:
            hands.turn()
            trouble = ""
        except Unreachable as error:
            trouble = str(error)
        if trouble != told:
            told = trouble
            say(f"garde: actions: {told}" if told else "garde: actions: goes on")
        stop.wait(FIRST if trouble else LOOK)


#: What a look at the bedside that found the device at rest says.
_IDLE: Final = ("bedside", "idle")
#: What an interlock that refuses says to a person.
_HELD: Final = {
    "unapproved": "Not everybody agreed who must",
    "no-undo": "Nothing takes it back",
    "in-use": "The device is in use",
    "changed": "What it touches is something else than when people agreed",
}


def _mark(action: Action, way: str) -> tuple[str, str, str]:
    return action.id, action.planned[1], way


def _urgency(action: Action) -> tuple[int, int, int, str]:
    """The least that helps first, then what was planned first, in the order of its playbook."""
    return action.level, action.at, action.step, action.id


def _let_by(action: Action) -> str:
    """Id of the word that let it run: the last approval, or the plan."""
    words = [event.id for event in action.events if event.verb in ("approve", "override")]
    return words[-1] if words else action.planned[1]
