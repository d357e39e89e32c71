"""Schedule: when which target is asked, spread so that nobody is asked together, and only where nothing was heard.

Question: whom do we probe next, and whom not, because we heard it anyway?
Reference: domain note 08 §2 (jittered, timeout below half the interval), 01 §11; issue 5 part 2. Each check has its own
phase, a digest of its name, so that a restart does not ask everybody at once, and a jitter from round to round. A
target that was heard within its interval is not asked: listening costs it nothing. Left out: what becomes of results
(`garde.monitor.state`), and who may be asked (`garde.probing.allow`, asked by the line).

Example:
    >>> one = Check(target="10.0.0.9", probe="tcp", every=60)
    >>> plan = Plan([one])
    >>> first = plan.next(0.0)
    >>> 0 <= first.at < 60 and 48 <= plan.after(first) - first.at <= 72
    True
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from garde.errors import GardeError, Refused
from garde.probing.line import Access
from garde.probing.result import Result, failed
from garde.probing.spec import Probe, run
from garde.registry import Registry

#: Share of the interval by which each round is moved, either way.
JITTER: Final = 0.2
#: Longest wait before the clock is looked at again.
_LOOK: Final = 1.0
#: Checks that are begun before those under way get a turn.
_TOGETHER: Final = 16
#: Checks that wait for their turn; who comes later waits for its next round, so that a stall makes no storm.
_MOST: Final = 4096


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is asked again and again.

    Attributes:
        target: address.
        probe: name of the row.
        every: seconds between two.
        port: in place of the protocol's own.
        options: of the probe.
        timeout: seconds; never more than half the interval.
    """

    target: str
    probe: str
    every: float
    port: int | None = None
    options: Mapping[str, str] = {}
    timeout: float = 5.0

    @property
    def name(self) -> str:
        """What tells it from others."""
        return f"{self.probe} {self.target} {self.port or 0} {sorted(self.options.items())}"


class Due(NamedTuple):
    """When a check is due, which round that is, and the check."""

    at: float
    number: int
    round: int
    check: Check


class Plan:
    """The order in which checks are due; pure, the same for the same checks.

    Args:
        checks: what is asked.

    Raises:
        ValueError: an interval that is none (a programming mistake).
    """

    def __init__(self, checks: Iterable[Check]) -> None:
        self._checks = tuple(checks)
        if any(check.every <= 0 for check in self._checks):
            raise ValueError("an interval is more than 0 seconds")
        self._queue: list[Due] = []
        self._begun = False

    def __len__(self) -> int:
        return len(self._checks)

    def next(self, now: float) -> Due:
        """The check that is due next; the plan begins at the first call.

        Raises:
            IndexError: there are no checks.
        """
        if not self._begun:
            self._begun = True
            self._queue = [
                Due(now + _share(check, 0) * check.every, number, 0, check) for number, check in enumerate(self._checks)
            ]
            heapq.heapify(self._queue)
        return self._queue[0]

    def done(self, due: Due, now: float) -> None:
        """It was asked, or passed over: it comes again in its next round that is not already past."""
        at, turn = self.after(due), due.round + 1
        if at < now:
            at = now + _share(due.check, turn) * due.check.every
        heapq.heapreplace(self._queue, Due(at, due.number, turn, due.check))

    @staticmethod
    def after(due: Due) -> float:
        """When it is due again: an interval later, moved by its jitter."""
        return due.at + due.check.every * (1 + JITTER * (2 * _share(due.check, due.round + 1) - 1))


class Counts(msgspec.Struct, kw_only=True):
    """What a schedule did.

    Attributes:
        asked: checks that were sent.
        heard: checks that were not needed, because the target was heard.
        refused: checks that the policy forbade, by reason.
        late: checks that were passed over because too many waited.
        packets: that left.
    """

    asked: int = 0
    heard: int = 0
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    late: int = 0
    packets: int = 0


class Schedule:
    """Runs a plan.

    Args:
        plan: what is asked, and when.
        access: permit, budget, pace and how many run at once.
        probes: the table.
        heard: address → when it was last heard without being asked, on the clock of ``clock``; None for never.
        result: called with each result.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        plan: Plan,
        access: Access,
        probes: Registry[Probe],
        *,
        heard: Callable[[str], float | None],
        result: Callable[[Check, Result], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plan = plan
        self._access = access
        self._probes = probes
        self._heard = heard
        self._result = result
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self._seen: set[str] = set()
        self.counts = Counts()

    async def run(self, seconds: float) -> Counts:
        """Ask for so many seconds, then wait for what is under way."""
        until, begun = self._clock() + seconds, 0
        while len(self._plan) and (now := self._clock()) < until:
            due = self._plan.next(now)
            if due.at > now:
                await asyncio.sleep(min(due.at - now, _LOOK, until - now))
                continue
            self._plan.done(due, now)
            self.step(due.check, now)
            begun += 1
            if not begun % _TOGETHER:
                # What was begun must be able to go on.
                await asyncio.sleep(0)
        if self._running:
            await asyncio.gather(*self._running)
        self.counts.packets = self._access.bucket.spent
        return self.counts

    def step(self, check: Check, now: float) -> None:
        """Ask one check, if it must be asked."""
        last = self._heard(check.target)
        if last is not None and now - last < check.every:
            self.counts.heard += 1
        elif len(self._running) >= _MOST or check.name in self._seen:
            self.counts.late += 1
        else:
            self._seen.add(check.name)
            task = asyncio.get_running_loop().create_task(self._ask(check))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _ask(self, check: Check) -> None:
        try:
            result = await run(
                self._probes[check.probe], self._access, check.target, port=check.port, options=check.options,
                timeout=min(check.timeout, check.every / 2),
            )  # fmt: skip
        except Refused as error:
            self.counts.refused[error.code] += 1
            return
        except GardeError as error:
            # An option that cannot be sent is our mistake, and says nothing of the target.
            result = failed(error, check.probe, check.target, check.port or 0)
            result = msgspec.structs.replace(result, state="unknown")
        finally:
            self._seen.discard(check.name)
        self.counts.asked += 1
        self._result(check, result)


def _share(check: Check, turn: int) -> float:
    """A number from 0 to 1 that is always the same for this check and round."""
    digest = hashlib.blake2b(f"{turn} {check.name}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 0x1_0000_0000
