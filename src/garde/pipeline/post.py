"""The post: the agent that carries notices, and messages of the log to the webhooks that asked for them.

Question: what is sent now, what is tried again when, and what is given up?
Reference: issue 3 part 4. At least once, in the order of each channel: the first notice that a peer does not take holds
up those behind it. Waits double from ``FIRST`` to ``LONGEST`` seconds, with jitter, so that a hundred hospitals do not
come back together. What a peer refuses for good, or nobody took for ``give_up`` hours, is dead: shown as a finding,
kept, and sent again when a person asks. A subscription to messages has a position of its own in the log and waits as
long as it must: the log holds them.

Example::

    with posting(chosen, store, bus, clock, say=print):
        ...
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Final

import msgspec

from garde.config import ChannelSection, Config
from garde.errors import GardeError, Refused, Unreachable
from garde.model.codec import KINDS
from garde.model.finding import Finding, finding_id, judgement
from garde.model.notice import Notice, notice_id, standing
from garde.notify.carriers import CARRIERS, Carrier
from garde.notify.parcel import Parcel
from garde.pipeline.wording import Wording
from garde.ports import Bus, Clock, Store

SECOND: Final = 1_000_000_000
#: Seconds before the second try, and at most between two tries.
FIRST: Final = 5.0
LONGEST: Final = 900.0
#: Things carried together.
TOGETHER: Final = 50
#: Seconds between two looks at the store.
LOOK: Final = 1.0
#: Rule of the finding that says that something could not be sent.
RULE: Final = "notify.dead"


class Post:
    """One channel; its owner calls `turn` again and again, from one thread.

    Args:
        channel: the settings.
        chosen: all settings.
        store, bus, clock: of this process.
        carrier: takes the place of the one that the kind of channel names.
        draw: a number in 0..1, for the jitter.
    """

    def __init__(
        self,
        channel: ChannelSection,
        chosen: Config,
        store: Store,
        bus: Bus,
        clock: Clock,
        *,
        carrier: Carrier | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.name = channel.name
        self.trouble = ""
        self._kinds = [KINDS[name] for name in channel.messages]
        self._reader = f"notify:{channel.name}"
        self._store, self._bus, self._clock = store, bus, clock
        self._carrier = carrier or CARRIERS[channel.kind].open(channel, clock)
        self._wording = Wording(channel.language, chosen, store)
        self._draw = draw
        self._give_up = chosen.notify.give_up * 3600 * SECOND
        self._tries = 0
        self._again = 0
        self._shown = True
        self._first = True

    def turn(self) -> float:
        """Carry what is due; returns after how many seconds to come again, 0 while more waits.

        Raises:
            Unreachable: the store does not answer; nothing is lost, come again.
        """
        now = self._clock.now()
        waiting = self._waiting()
        if waiting and waiting[0].next_at <= now:
            return 0.0 if self._carry_notices(waiting) else LOOK
        if self._kinds and not waiting and self._again <= now and self._carry_messages():
            return 0.0
        self._mend()
        return LOOK

    def _waiting(self) -> list[Notice]:
        link = standing(self.name, "waiting")
        return self._store.linked(Notice, [link], TOGETHER).get(link, [])

    def _carry_notices(self, waiting: Sequence[Notice]) -> bool:
        """Whether there may be more to do at once."""
        parcels, gone = self._wording.parcels(waiting)
        if gone:
            self._bury(gone, "what it speaks of, or whom it is for, is not there any more")
        left = [one for one in waiting if one not in gone]

        def taken(place: int, remark: str) -> None:
            self._put([msgspec.structs.replace(left[place], state="sent", done_at=self._clock.now(), error=remark)])

        done, error = self._carry(parcels, taken)
        if error is None:
            return True
        if isinstance(error, Refused):
            self._bury([left[done]], str(error))
            return True
        self._later(left[done], str(error))
        return False

    def _carry_messages(self) -> bool:
        """Whether there may be more to do at once."""
        position = self._store.position(self._reader)
        if not position:
            # A subscription begins now: what was logged before is history, which the API gives.
            position = str(self._store.ask("log_end")[0]["seq"])
            self._advance(position)
        rows = self._store.log(int(position), self._kinds, TOGETHER)
        if not rows:
            return False

        def taken(place: int, remark: str) -> None:
            self._advance(str(rows[place][0]))

        done, error = self._carry([Parcel(id=one.id, at=one.at, message=one) for _, one in rows], taken)
        if isinstance(error, Refused):
            seq, message = rows[done]
            name = notice_id(self.name, message.id, message.at)
            aside = Notice(id=name, channel=self.name, origin=message.id, what=type(message).__name__, at=message.at)
            self._bury([aside], str(error), seq=str(seq))
        elif error is not None:
            self._tries += 1
            self._again = self._clock.now() + self._wait(self._tries)
            return False
        self._tries = 0
        return True

    def _carry(self, parcels: Sequence[Parcel], taken: Callable[[int, str], None]) -> tuple[int, GardeError | None]:
        """Carry in order; how many the peer has, and why it stopped. Each is written down before the next is sent."""
        done, error = 0, None
        with closing(self._carrier.carry(parcels)) as carried:
            while done < len(parcels):
                try:
                    _, remark = next(carried)
                except GardeError as trouble:
                    error = trouble
                    break
                except ValueError as mistake:
                    # It cannot be put into the form that the peer reads; it must not hold up the others.
                    error = Refused("notify.form", f"It cannot be written: {type(mistake).__name__}")
                    break
                taken(done, remark)
                done += 1
        self.trouble = str(error) if error else ""
        return done, error

    def _later(self, first: Notice, error: str) -> None:
        """Wait longer; what has waited too long by now is given up, behind the first as well."""
        now, change = self._clock.now(), msgspec.structs.replace
        tried = change(first, tries=first.tries + 1, next_at=now + self._wait(first.tries + 1), error=error)
        self._put([tried])
        waiting = self._waiting()
        # A turn may be old when it is told, as after the replay of a capture: its age counts from the first try.
        self._put([change(one, since=now) for one in waiting if not one.since])
        if old := [one for one in waiting if one.since and now - one.since >= self._give_up]:
            self._bury(old, error)

    def _wait(self, tries: int) -> int:
        """Nanoseconds until the next try: half of it certain, half of it drawn."""
        longest = min(FIRST * 2.0 ** min(tries - 1, 30), LONGEST)
        return int(longest * (0.5 + self._draw() / 2) * SECOND)

    def _bury(self, notices: Sequence[Notice], error: str, seq: str = "") -> None:
        now = self._clock.now()
        dead = [msgspec.structs.replace(one, state="dead", done_at=now, error=error) for one in notices]
        with self._store.begin() as unit:
            unit.put(dead)
            if seq:
                unit.advance(self._reader, seq)
        self._shown, self._first = True, False
        self._judge(notices)

    def _mend(self) -> None:
        """Say that it is over once nothing is dead any more; after a start, say what a sender that died did not."""
        if not self._shown:
            return
        name, link = finding_id(RULE, "", self.name), standing(self.name, "dead")
        dead = self._store.linked(Notice, [link], 1).get(link, [])
        found = self._store.get(Finding, [name]).get(name)
        closed = found is None or found.status == "closed"
        if dead:
            if self._first and closed:
                self._judge(dead)
            self._first = False
            return
        self._shown = False
        if found is not None and not closed:
            self._judge([], found)

    def _judge(self, notices: Sequence[Notice], over: Finding | None = None) -> None:
        now = self._clock.now()
        causes = over.causes[-1:] if over else tuple(one.origin for one in notices[:16])
        said = judgement(
            RULE,
            max(now, over.last_at + 1) if over else now,
            severity=over.severity if over else "medium",
            kind="outage",
            identifier=self.name,
            reasons=() if over else (f"channel: {self.name}",),
            cause=causes,
            over=over is not None,
        )
        self._bus.publish([said])

    def _put(self, notices: Sequence[Notice]) -> None:
        with self._store.begin() as unit:
            unit.put(notices)

    def _advance(self, position: str) -> None:
        with self._store.begin() as unit:
            unit.advance(self._reader, position)


@contextmanager
def posting(chosen: Config, store: Store, bus: Bus, clock: Clock, say: Callable[[str], None]) -> Iterator[None]:
    """A thread for each channel while the block lasts: a slow peer holds up nobody else."""
    stop = threading.Event()
    posts = [Post(channel, chosen, store, bus, clock) for channel in chosen.notify.channel]
    threads = [
        threading.Thread(target=_work, args=(one, stop, say), name=f"garde-{one.name}", daemon=True) for one in posts
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=5)


def _work(post: Post, stop: threading.Event, say: Callable[[str], None]) -> None:
    told = ""
    while not stop.is_set():
        try:
            wait = post.turn()
        except Unreachable as error:
            wait, post.trouble = FIRST, str(error)
        if post.trouble != told:
            told = post.trouble
            say(f"garde: {post.name}: {told}" if told else f"garde: {post.name}: sends again")
        stop.wait(wait)


def again(store: Store, clock: Clock, names: Sequence[str], *, drop: bool = False) -> int:
    """Put dead notices back on their way, or forget them; no names means all. Returns how many."""
    asked = set(names)
    dead = [one for one in store.all(Notice) if one.state == "dead" and (not asked or one.id in asked)]
    with store.begin() as unit:
        if drop:
            unit.drop(Notice, [one.id for one in dead])
        else:
            now, change = clock.now(), msgspec.structs.replace
            unit.put(change(one, state="waiting", since=now, tries=0, next_at=0, done_at=0) for one in dead)
    return len(dead)
