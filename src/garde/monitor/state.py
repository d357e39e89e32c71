"""State: from single results to a state that one may act on: confirmed, flapping, expected off, never a quick alarm.

Question: is it down, or was that one lost packet; and does it flap so that nobody should be called again?
Reference: domain note 08 §3; flap detection as Nagios describes it: the share of changes among the last 21 results,
the later ones weighing more. A result that the prober itself could not get is unknown, which is not down. Left out:
who is told (`garde.notify`).

Example:
    >>> watch = Watch()
    >>> [(watch := watch.heard(at, "down")).state for at in (60, 120, 180)]
    ['unknown', 'unknown', 'down']
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

#: What a result or a state may be, best first.
STATES: Final = ("up", "slow", "down", "unknown")
#: Results in a row that confirm what is bad, and what is good again.
CONFIRM: Final = 3
RECOVER: Final = 2
#: Results that flapping is told from, and the shares in per cent from which it starts and below which it stops.
REMEMBERED: Final = 21
FLAPS: Final = {"host": (50.0, 25.0), "service": (30.0, 15.0)}


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one watched thing.

    Attributes:
        state: the confirmed one, of ``STATES``.
        since: when it was confirmed; seconds, as are all times here.
        results: the last ``REMEMBERED`` results, latest last.
        run: how many of the latest are alike.
        flapping: it changes too often to be told each time.
        confirm: results in a row that confirm what is bad; two where a patient hangs on it.
        of: ``host`` or ``service``.
    """

    state: str = "unknown"
    since: float = 0.0
    results: tuple[str, ...] = ()
    run: int = 0
    flapping: bool = False
    confirm: int = CONFIRM
    of: str = "service"

    def heard(self, at: float, result: str) -> Watch:
        """The watch after one more result.

        Raises:
            ValueError: no such result (a programming mistake).
        """
        if result not in STATES:
            raise ValueError(f"{result!r} is not one of {STATES}")
        if result == "unknown":
            # The prober's own failure says nothing: it neither confirms nor breaks a run.
            return self
        results = (*self.results, result)[-REMEMBERED:]
        run = self.run + 1 if self.results and self.results[-1] == result else 1
        needed = RECOVER if result == "up" and self.state in ("slow", "down") else 1 if result == "up" else self.confirm
        changes = result != self.state and run >= needed
        start, stop = FLAPS[self.of]
        share = flap_share(results)
        return msgspec.structs.replace(
            self,
            state=result if changes else self.state,
            since=at if changes else self.since,
            results=results,
            run=run,
            flapping=share >= (stop if self.flapping else start) if len(results) == REMEMBERED else False,
        )


def flap_share(results: Sequence[object]) -> float:
    """The weighted share of changes between neighbours, in per cent; later ones count up to half more."""
    if len(results) < 2:
        return 0.0
    last = len(results) - 2
    weights = [0.8 + 0.4 * at / max(last, 1) for at in range(last + 1)]
    changed = sum(weight for weight, one, other in zip(weights, results, results[1:], strict=False) if one != other)
    return 100 * changed / (last + 1)
