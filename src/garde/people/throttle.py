"""Throttle: how often somebody may try.

Question: may this origin try again now, and how long must this account wait after so many failures?
Reference: NIST SP 800-63B §5.2.2 (rate limiting). Two brakes: a bucket per origin in memory, of which only the latest
``MOST`` are remembered, so that strangers cannot fill it; and a wait per account, which doubles and never lasts.

Example:
    >>> brake = Throttle(most=2, every=60 * 10**9)
    >>> [brake.passes("10.0.0.9", 0) for _ in range(3)], brake.passes("10.0.0.9", 60 * 10**9)
    ([True, True, False], True)
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

#: Origins that are remembered.
MOST: Final = 10_000
#: Failures in a row that cost nothing, the first wait behind them, and the longest.
FREE: Final = 5
_SECOND: Final = 1_000_000_000
FIRST: Final = 15 * _SECOND
LONGEST: Final = 900 * _SECOND


class Throttle:
    """A bucket of tries per origin, filled again at a steady rate; safe to use from several threads.

    Args:
        most: tries at once.
        every: nanoseconds in which an empty bucket is full again.
    """

    def __init__(self, most: int, every: int) -> None:
        self._most = most
        self._every = every
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def passes(self, origin: str, now: int) -> bool:
        """Whether one more try is allowed; it is counted when it is."""
        with self._lock:
            left, at = self._left.pop(origin, (float(self._most), now))
            left = min(float(self._most), left + max(now - at, 0) * self._most / self._every)
            allowed = left >= 1
            self._left[origin] = (left - 1 if allowed else left, now)
            if len(self._left) > MOST:
                self._left.popitem(last=False)
            return allowed


def wait_after(failures: int) -> int:
    """Nanoseconds that an account waits after so many failures in a row.

    >>> [wait_after(n) // 10**9 for n in (4, 5, 6, 7, 40)]
    [0, 15, 30, 60, 900]
    """
    if failures < FREE:
        return 0
    return min(FIRST << min(failures - FREE, 20), LONGEST)
