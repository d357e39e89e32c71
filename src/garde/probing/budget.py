"""Budget: how many packets may leave in a second, and how often one address is asked.

Question: may one more packet leave now, or must it wait?
Reference: domain note 01 §11 (at most one probe a second per device), 08 §2 (global limit). A token bucket whose rate
and depth together are the budget, so that no second holds more than it. Packets are paid just before they leave: those
of a connection when it opens, when something is written, when something is read and when it closes.

Example:
    >>> bucket = Bucket(100)
    >>> bucket.take(10, now=0.0), round(bucket.take(9, now=0.0), 3)
    (0.0, 0.1)
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

#: Share of the budget that may leave at once.
BURST: Final = 0.1
#: Octets that one packet is counted for: the smallest MTU of IPv6, less its headers.
SEGMENT: Final = 1220
#: Seconds between two probes of one address.
APART: Final = 1.0
#: Addresses whose last probe is remembered.
_KNOWN: Final = 1 << 17


def segments(octets: int) -> int:
    """Packets that so many octets need."""
    return max(1, -(-octets // SEGMENT))


class Bucket:
    """Counts packets; whoever takes is told how long to wait before they may leave. Waiting is the caller's.

    Args:
        packets: that may leave within any second; at least 10.
    """

    def __init__(self, packets: float) -> None:
        if packets < 10:
            raise ValueError("a budget is at least 10 packets a second")
        self.packets = packets
        self.spent = 0
        self._rate = packets * (1 - BURST)
        self._depth = packets * BURST
        self._level = self._depth
        self._at = 0.0

    def take(self, packets: int, now: float) -> float:
        """Pay for packets; seconds until they may leave. Calls are served in their order."""
        self._level = min(self._depth, self._level + (now - self._at) * self._rate) if self._at else self._depth
        self._at = now or 1e-9
        self._level -= packets
        self.spent += packets
        return max(0.0, -self._level / self._rate)


class Pace:
    """Keeps probes of one address apart."""

    def __init__(self, apart: float = APART) -> None:
        self.apart = apart
        self._last: OrderedDict[str, float] = OrderedDict()

    def take(self, address: str, now: float) -> float:
        """Seconds until this address may be asked again; it then counts as asked at that moment."""
        at = max(now, self._last.pop(address, -self.apart) + self.apart)
        self._last[address] = at
        if len(self._last) > _KNOWN:
            self._last.popitem(last=False)
        return at - now
