"""Put the segments of one direction of a TCP connection back in order.

Question: which bytes did the sender send, in order, and where were some lost?
Reference: RFC 9293 §3.4 (sequence numbers modulo 2^32) and §3.10.7.4 (overlap: what came first stays). Left out:
urgent data, which is delivered in line. Memory is bounded by ``SEGMENTS`` and ``OCTETS`` per direction: what would
pass them turns the hole in front of it into a gap.

Example:
    >>> a = Assembly(origin=100)
    >>> [(run.position, run.data, run.gap) for run in a.add(103, b"def")]
    []
    >>> [(run.position, run.data, run.gap) for run in a.add(100, b"abc")]
    [(0, b'abc', 0), (3, b'def', 0)]
"""

from __future__ import annotations

from bisect import insort
from typing import Final, NamedTuple

#: Most segments and octets that wait behind a hole.
SEGMENTS: Final = 64
OCTETS: Final = 1 << 18
#: A hole longer than this is no reordering: RFC 7323 windows that large do not occur in a ward.
HOLE: Final = 1 << 24


class Run(NamedTuple):
    """Bytes in order.

    Attributes:
        position: of ``data[0]`` in the stream.
        gap: octets lost just before; -1 for the first run of a stream whose beginning was not captured.
        at, packet, start: of the segment they came in; ``start`` is that of ``data[0]`` in the packet.
    """

    position: int
    data: bytes
    gap: int
    at: int
    packet: int
    start: int


class Assembly:
    """One direction of one connection.

    Args:
        origin: sequence number of the stream's first octet, -1 when the capture began later.
    """

    __slots__ = ("_base", "_delivered", "_late", "_next", "_waiting", "octets")

    def __init__(self, origin: int = -1) -> None:
        self._base = origin
        self._late = origin < 0
        self._next = 0
        self._delivered = 0
        self._waiting: list[tuple[int, int, int, bytes, int, int, int]] = []
        #: octets that wait behind a hole
        self.octets = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def follows(self, seq: int, size: int, length: int) -> bool:
        """Whether a whole segment continues the stream while nothing waits: `advance` is then all there is to do."""
        if self._base < 0:
            self._base = seq
        return size == length and not self._waiting and seq == (self._base + self._next) & 0xFFFFFFFF

    def advance(self, length: int) -> tuple[int, int]:
        """Count a segment that `follows` as delivered; returns its position in the stream and the gap before it."""
        position = self._next
        gap = -1 if self._late else position - self._delivered
        self._late = False
        self._next = self._delivered = position + length
        return position, gap

    def old(self, seq: int, length: int) -> bool:
        """Whether a segment stands wholly before what is expected next, so that its place was delivered already."""
        if self._base < 0:
            return False
        ahead = ((seq + length - self._base - self._next + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        return length > 0 and ahead <= 0

    def add(
        self,
        seq: int,
        data: bytes,
        length: int = -1,
        at: int = 0,
        packet: int = 0,
        start: int = 0,
        passed: bool = False,
    ) -> list[Run]:
        """The runs that this segment makes deliverable.

        Args:
            seq: sequence number of ``data[0]``.
            data: the octets captured.
            length: octets on the wire, when the capture cut the segment; -1 = all were captured.
            at, packet, start: when and where it was captured.
            passed: segments before this one were passed over on purpose: do not wait for them.
        """
        if length < len(data):
            length = len(data)
        if self._base < 0:
            self._base = seq
        # Signed distance to the next octet expected: the only arithmetic that survives the wrap (RFC 9293 §3.4).
        position = self._next + ((seq - self._base - self._next + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        if position + length <= self._next:
            return []
        out: list[Run] = []
        if position > self._next:
            if passed or position - self._next > HOLE:
                self.flush(out)
                self._next = max(self._next, position)
            else:
                insort(self._waiting, (position, packet, length, data, at, start, len(self._waiting)))
                self.octets += len(data)
                while len(self._waiting) > SEGMENTS or self.octets > OCTETS:
                    self._next = max(self._next, self._waiting[0][0])
                    self._drain(out)
                return out
        self._deliver(position, data, length, at, packet, start, out)
        if self._waiting:
            self._drain(out)
        return out

    def acknowledged(self, ack: int, out: list[Run]) -> None:
        """The receiver has everything before ``ack``: a hole before it will not be filled any more."""
        if not self._waiting:
            return
        position = self._next + ((ack - self._base - self._next + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        while self._waiting and self._waiting[0][0] < position:
            self._next = max(self._next, self._waiting[0][0])
            self._drain(out)

    def flush(self, out: list[Run]) -> None:
        """Deliver what waits, holes or not."""
        while self._waiting:
            self._next = max(self._next, self._waiting[0][0])
            self._drain(out)

    def _drain(self, out: list[Run]) -> None:
        done = 0
        for position, packet, length, data, at, start, _ in self._waiting:
            if position > self._next:
                break
            done += 1
            self.octets -= len(data)
            if position + length > self._next:
                self._deliver(position, data, length, at, packet, start, out)
        del self._waiting[:done]

    def _deliver(
        self, position: int, data: bytes, length: int, at: int, packet: int, start: int, out: list[Run]
    ) -> None:
        cut = self._next - position
        self._next = position + length
        if cut:
            data = data[cut:]
            position += cut
            start += cut
        if data:
            gap = -1 if self._late else position - self._delivered
            self._late = False
            self._delivered = position + len(data)
            out.append(Run(position, data, gap, at, packet, start))
