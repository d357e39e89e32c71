"""Budget: how many packets may leave in a second, and how often one address is asked.

Question: may one more packet leave now, or must it wait?
Reference: domain note 01 §11 (at most one probe a second per device), 08 §2 (global limit). A token bucket whose rate
and depth together are less than the budget, so that no second holds more. Packets are paid for just before they leave:
those of a connection when it opens, when something is written, when something is read and when it closes.

Example:
    >>> bucket = Bucket(100)
    >>> bucket.take(10, now=0.0), bucket.take(1, now=0.0), bucket.wait(8, now=0.0)
    (True, False, 0.1)
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

#: Shares of the budget: what may leave at once, and what comes back in a second. The rest is for packets that leave a
#: little later than they were paid for.
BURST: Final = 0.1
RATE: Final = 0.8
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
    """Counts packets, and says whether some may leave now.

    Args:
        packets: that may leave within any second; at least 20.
    """

    def __init__(self, packets: float) -> None:
        if packets < 20:
            raise ValueError("a budget is at least 20 packets a second")
        self.packets = packets
        self.spent = 0
        self._rate = packets * RATE
        self._depth = packets * BURST
        self._level = self._depth
        self._at = 0.0

    def take(self, packets: int, now: float) -> bool:
        """Pay for packets if they may leave now; nothing is paid when they may not."""
        self._fill(now)
        if self._level < packets:
            return False
        self.spend(packets)
        return True

    def spend(self, packets: int) -> None:
        """Pay for packets that leave whether they may or not, such as a repeated SYN: others wait for them."""
        self._level -= packets
        self.spent += packets

    def wait(self, packets: int, now: float) -> float:
        """Seconds until so many may leave."""
        self._fill(now)
        return max(0.0, (packets - self._level) / self._rate)

    def _fill(self, now: float) -> None:
        # However long nobody asked, no more than the depth is saved: a stall is followed by no storm.
        self._level = min(self._depth, self._level + max(0.0, now - self._at) * self._rate)
        self._at = max(self._at, now)


class Pace:
    """Keeps probes of one address apart."""

    def __init__(self, apart: float = APART) -> None:
        self.apart = apart
        self._last: OrderedDict[str, float] = OrderedDict()

    def wait(self, address: str, now: float) -> float:
        """Seconds until this address may be asked."""
        return max(0.0, self._last.get(address, now - self.apart) + self.apart - now)

    def take(self, address: str, now: float) -> bool:
        """Whether it may be asked now; it then counts as asked."""
        if self.wait(address, now) > 0:
            return False
        self._last.pop(address, None)
        self._last[address] = now
        if len(self._last) > _KNOWN:
            self._last.popitem(last=False)
        return True
